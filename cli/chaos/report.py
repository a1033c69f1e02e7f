"""What a run found: a table for a person, JSON for a machine."""

import platform
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from symphainy.cli.chaos.checks import NAMES
from symphainy.cli.chaos.faults import FAULTS
from symphainy.cli.chaos.story import commit


@dataclass
class Report:
    """A run's figures; ``findings`` empty = every invariant held."""

    seed: int
    sagas: int = 0
    duplicates: int = 0
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    deliveries: int = 0
    effects: int = 0
    faults: list[dict[str, object]] = field(default_factory=list)
    recovery: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    """Fault → seconds of each saga that it met, and whether that saga met no other meanwhile."""
    submit_p99: float = 0.0
    kinds: dict[str, int] = field(default_factory=dict)
    """Sagas of each kind, of which some carry a note, name no version, or are another tenant's under a key of ours."""
    findings: list[str] = field(default_factory=list)
    stories: dict[str, Any] = field(default_factory=dict)
    """Execution that a finding names → what the API tells of it."""
    commit: str = field(default_factory=commit)

    @property
    def redelivered(self) -> int:
        """Deliveries that found their effect there already."""
        return self.deliveries - self.effects

    def table(self) -> list[tuple[object, ...]]:
        """Kind of fault, times, sagas that were open, seconds until their next effect (median, p99); those that met no other
        fault meanwhile, their p99; target.
        """
        times = Counter(str(fault["name"]) for fault in self.faults)
        lines: list[tuple[object, ...]] = []
        for f in FAULTS:
            found = sorted(self.recovery.get(f.name, []))
            every, alone = [seconds for seconds, _ in found], [seconds for seconds, alone in found if alone]
            lines.append(
                (
                    f.id, f.name, times[f.name], len(every), _at(every, 0.5), _at(every, 0.99), len(alone), _at(alone, 0.99),
                    f"≤ {f.recover:g}",
                )
            )  # fmt: skip
        return lines

    def invariants(self) -> list[tuple[str, str, int]]:
        """Each invariant and how often it was broken."""
        broken = Counter(finding.split(":")[0] for finding in self.findings)
        return [(name, what, broken[name]) for name, what in NAMES.items()]

    def kept(self, of_each: int = 30) -> list[str]:
        """The first findings of every invariant: thousands of one kind leave room for the one of another.

        >>> Report(1, findings=["I1: a", "I1: b", "I6: c"]).kept(of_each=1)
        ['I1: a', 'I6: c']
        """
        seen: Counter[str] = Counter()
        kept = []
        for finding in self.findings:
            name = finding.split(":")[0]
            seen[name] += 1
            if seen[name] <= of_each:
                kept.append(finding)
        return kept

    def data(self) -> dict[str, Any]:
        """Everything, as JSON."""
        columns = ("id", "fault", "times", "open_sagas", "median_s", "p99_s", "alone", "alone_p99_s", "target")
        return {
            "ok": not self.findings, "commit": self.commit, "seed": self.seed, "sagas": self.sagas, "duplicates": self.duplicates,
            "seconds": round(self.seconds, 1), "statuses": self.statuses, "kinds": self.kinds,
            "deliveries": self.deliveries, "effects": self.effects,
            "redelivered": self.redelivered, "submit_p99_s": round(self.submit_p99, 3),
            "faults": [dict(zip(columns, row, strict=True)) for row in self.table()],
            "invariants": [{"id": i, "what": what, "broken": count} for i, what, count in self.invariants()],
            "findings": self.kept(), "stories": self.stories, "fault_log": self.faults, "machine": platform.platform(),
            "python": platform.python_version(),
        }  # fmt: skip


def _at(ordered: list[float], share: float) -> str:
    return f"{ordered[min(len(ordered) - 1, int(share * len(ordered)))]:.2f}" if ordered else ""
