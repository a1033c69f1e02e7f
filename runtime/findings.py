"""What ``state verify`` says: findings that name the first bad row of each kind, and how much was looked at."""

from dataclasses import dataclass, field

__all__ = ["Finding", "Report"]

_MOST = 200
"""Findings that a report keeps; it counts all of them."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``row`` names it: ``<execution>/<seq>``, ``<stream>/<seq>``, or an effect key."""

    tenant: str
    table: str
    row: str
    problem: str

    def __str__(self) -> str:
        return f"{self.table} {self.tenant} {self.row}: {self.problem}"


@dataclass
class Report:
    """The sum of a verification. ``unsealed``: decisions younger than the last anchor, which no anchor can vouch for yet."""

    findings: list[Finding] = field(default_factory=list)
    wrong: int = 0
    tenants: int = 0
    executions: int = 0
    journal: int = 0
    decisions: int = 0
    anchors: int = 0
    events: int = 0
    histories: int = 0
    unsealed: int = 0
    erased: int = 0
    """Histories that nobody can read any more, since whom they were about was erased."""
    forgotten: int = 0
    """Executions whose payloads are past their retention."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.wrong == 0

    def add(self, tenant: str, table: str, row: str, problem: str) -> None:
        """Note a finding."""
        self.wrong += 1
        if len(self.findings) < _MOST:
            self.findings.append(Finding(tenant, table, row, problem))
