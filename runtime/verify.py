"""``symphainy state verify``: is the record whole, unaltered, and what Temporal's histories say?

Everything is computed again here, in Python, from the rows alone; the database's own functions are not asked. What the
tables cannot tell by themselves, because whoever can write them could make it fit, is told from outside: by anchors in the
object store, and by histories.
"""

from collections.abc import Callable
from typing import Protocol

from symphainy.foundations.language.door import ERASED
from symphainy.foundations.language.errors import SymphainyError
from symphainy.runtime.findings import Finding, Report
from symphainy.runtime.history import ExecutionHistory
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.tenants import Tenants
from symphainy.runtime.store.verifying import Verifying
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify_chains import Chains, ReadAnchor
from symphainy.runtime.verify_history import compare
from symphainy.runtime.verify_journal import JournalFacts, walk
from symphainy.runtime.verify_outline import outline_problem

__all__ = ["Finding", "HistoryReader", "ReadAnchor", "Report", "verify"]


class HistoryReader(Protocol):
    """Temporal's histories, or the exported ones."""

    async def history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
        """The history of an execution; None when neither server nor export has it."""
        ...


async def verify(
    surface: StateSurface,
    reader: HistoryReader | None = None,
    tenant: str | None = None,
    *,
    signed: Callable[[bytes, str], bool] | None = None,
    stored: ReadAnchor | None = None,
) -> Report:
    """Verify one tenant, or all. ``signed`` checks an anchor's signature, ``stored`` reads the anchor from the object store."""
    report, known = Report(), await _tenants(surface)
    if tenant and tenant not in known:
        report.add(tenant, "tenants", tenant, "there is no such tenant")
    for name in known if tenant is None else {tenant}.intersection(known):
        report.tenants += 1
        facts = await walk(surface, name, report)
        await Chains(surface.store, name, report, facts, signed, stored).check()
        await _executions(surface, name, report, facts, reader)
    return report


async def _tenants(surface: StateSurface) -> list[str]:
    return sorted({*await Tenants(surface.store).all(), *await Verifying(surface.store).tenants()})


async def _executions(
    surface: StateSurface, tenant: str, report: Report, facts: JournalFacts, reader: HistoryReader | None
) -> None:
    seen = set()
    events = await Verifying(surface.store).event_counts(tenant)
    async for row in Verifying(surface.store).executions(tenant):
        report.executions += 1
        seen.add(row.execution_id)
        _projection(row, report, facts)
        count, last = events.get((row.execution_id, row.epoch), (0, 0))
        report.events += count
        if not count == last == row.event_length:
            report.add(
                tenant,
                "events",
                row.execution_id,
                f"{count} events, numbered up to {last}, of {row.event_length} given out",
            )
        await _history(surface, row, report, facts, reader)
    for execution in sorted(set(facts.ends) - seen):
        report.add(tenant, "executions", execution, "the journal has rows of it, and its own row is missing")
    for stray, problem in await Verifying(surface.store).stray_events(tenant):
        report.add(tenant, "events", stray, problem)


async def _history(
    surface: StateSurface, row: ExecutionRow, report: Report, facts: JournalFacts, reader: HistoryReader | None
) -> None:
    """The journal against history, or, where the values are gone, against the plan."""
    if row.execution_id in facts.forgotten:
        report.forgotten += 1
        if reader is not None:
            await _outline(surface, row, report)
        return
    if reader is None:
        return
    try:
        history = await reader.history(row.tenant, row.execution_id)
    except SymphainyError as error:
        if error.code == ERASED:
            report.erased += 1
            await _outline(surface, row, report)
        else:
            report.add(row.tenant, "history", row.execution_id, f"it cannot be read: {error.detail}")
        return
    if history is not None:
        report.histories += 1
        compare(await surface.sealer.of(row.tenant, row.execution_id), row, facts, history, report)


async def _outline(surface: StateSurface, row: ExecutionRow, report: Report) -> None:
    if (problem := await outline_problem(surface, row)) is not None:
        report.add(row.tenant, "plan", row.execution_id, problem)


def _projection(row: ExecutionRow, report: Report, facts: JournalFacts) -> None:
    length, head = facts.ends.get(row.execution_id, (0, ""))
    if length < row.journal_length:
        report.add(
            row.tenant,
            "journal",
            f"{row.execution_id}/{length + 1}",
            f"the row is missing: {row.journal_length} were written",
        )
    elif (length, head) != (row.journal_length, row.journal_head):
        report.add(
            row.tenant, "journal", f"{row.execution_id}/{length}", "the journal does not end as its execution says"
        )
    closed = facts.closed.get(row.execution_id)
    if (closed is not None) != (row.closed_at is not None) or (closed is not None and closed.status != row.status):
        report.add(
            row.tenant, "executions", row.execution_id, f"its status is {row.status}, and the journal says otherwise"
        )
