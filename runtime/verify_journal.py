"""The journal by itself: gapless, chained, one live outcome per effect key, and each output what its digest says."""

from dataclasses import dataclass, field
from datetime import datetime

from symphainy.foundations.language.door import ERASED, Sealer
from symphainy.foundations.language.errors import SymphainyError
from symphainy.runtime.chains import journal_hash
from symphainy.runtime.findings import Report
from symphainy.runtime.journal import result_digest, unseal_result
from symphainy.runtime.lifecycle import closing_digest, retention_key, unseal_closing
from symphainy.runtime.store.journal import JournalRow
from symphainy.runtime.store.verifying import Verifying
from symphainy.runtime.surface import StateSurface

__all__ = ["JournalFacts", "Live", "walk"]

_OUTCOMES, _ENDS = ("step", "undo"), ("superseded", "void")
_GOVERNED = (*_OUTCOMES, "opened", "control", "claimed", "released", "closed")


@dataclass(frozen=True)
class Live:
    """What stands under an effect key."""

    seq: int
    status: str
    output_digest: str
    task: str


@dataclass
class JournalFacts:
    """What the walk found out, for the checks that come after it."""

    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Execution → its last seq and hash."""
    live: dict[str, dict[str, dict[int, Live]]] = field(default_factory=dict)
    """Execution → effect key → generation → outcome."""
    closed: dict[str, JournalRow] = field(default_factory=dict)
    hashes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """Hash → effect key and time, until a decision that governs the row is seen."""
    governed: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)
    forgotten: dict[str, str] = field(default_factory=dict)
    """Execution → a row of it whose values are past their retention."""
    retained: set[str] = field(default_factory=set)
    """Executions of which is on record under which rule that was."""


async def walk(surface: StateSurface, tenant: str, report: Report) -> JournalFacts:
    """Check every journal row of a tenant."""
    facts = JournalFacts()
    async for row in Verifying(surface.store).journal(tenant):
        report.journal += 1
        seq, previous = facts.ends.get(row.execution_id, (0, ""))
        name = f"{row.execution_id}/{row.seq}"
        if row.seq != seq + 1:
            report.add(tenant, "journal", f"{row.execution_id}/{seq + 1}", "the row is missing")
        elif row.hash != journal_hash(row, previous):
            report.add(tenant, "journal", name, "its hash does not follow from its content and the row before")
        elif problem := _output_problem(await surface.sealer.of(tenant, row.execution_id, row.output), row):
            report.add(tenant, "journal", name, problem)
        facts.ends[row.execution_id] = row.seq, row.hash
        facts.hashes[row.hash] = row.effect_key, row.at
        if row.kind in _GOVERNED:
            facts.governed.add(row.hash)
            facts.names[row.hash] = name
        _fold(row, facts)
    _sum(tenant, report, facts)
    return facts


def _sum(tenant: str, report: Report, facts: JournalFacts) -> None:
    """What only all rows together can tell."""
    for generations in facts.live.values():
        for key, found in generations.items():
            if len(found) > 1:
                report.add(tenant, "journal", key, f"{len(found)} outcomes live under one effect key")
    for execution in sorted(set(facts.forgotten) - facts.retained):
        name = facts.forgotten[execution]
        report.add(tenant, "journal", name, "its values are gone, and no rule of retention is on record")


def _fold(row: JournalRow, facts: JournalFacts) -> None:
    outcomes = facts.live.setdefault(row.execution_id, {}).setdefault(row.effect_key, {})
    if row.kind in _OUTCOMES:
        outcomes[row.generation] = Live(row.seq, row.status, row.output_digest, row.task)
    elif row.kind in _ENDS:
        outcomes.pop(row.generation, None)
    elif row.kind == "closed":
        facts.closed[row.execution_id] = row
    elif row.kind == "control" and row.effect_key == retention_key(row.tenant, row.execution_id):
        facts.retained.add(row.execution_id)
    if row.forgotten is not None:
        facts.forgotten[row.execution_id] = f"{row.execution_id}/{row.seq}"


def _output_problem(sealer: Sealer, row: JournalRow) -> str | None:
    tenant = row.tenant
    if row.forgotten is not None:
        return "it says that its values are gone, and holds some" if row.output or row.arguments else None
    if row.kind not in (*_OUTCOMES, "closed"):
        return None
    if not row.output:
        return "its output is gone"
    try:
        if row.kind == "closed":
            digest = closing_digest(sealer, unseal_closing(sealer, tenant, row.execution_id, row.output))
        else:
            digest = result_digest(
                sealer, tenant, unseal_result(sealer, tenant, row.effect_key, row.output, at=row.at, seq=row.seq)
            )
    except SymphainyError as error:
        return None if error.code == ERASED else f"its output cannot be opened: {error.detail}"
    return None if digest == row.output_digest else "its output is not the one that its digest names"
