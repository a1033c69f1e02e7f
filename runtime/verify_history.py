"""The journal against Temporal's history: every step of history has one live row, every live row is in history."""

from datetime import UTC, datetime

from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.wire import CLOSED, StepResult
from symphainy.runtime.findings import Report
from symphainy.runtime.history import ExecutionHistory, HistoryStep
from symphainy.runtime.journal import result_digest
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.journal import JournalRow
from symphainy.runtime.verify_journal import JournalFacts, Live

__all__ = ["compare", "outcome_of"]


def compare(sealer: Sealer, row: ExecutionRow, facts: JournalFacts, history: ExecutionHistory, report: Report) -> None:
    """Compare one execution."""
    told = {step.effect_key: step for step in history.steps if outcome_of(step) is not None}  # the last one said stands
    live = {
        key: max(found.values(), key=lambda one: one.seq)
        for key, found in facts.live.get(row.execution_id, {}).items()
        if found
    }
    for key, step in told.items():
        result, found = outcome_of(step), live.get(key)
        if found is None:
            report.add(row.tenant, "journal", key, "history has this step, the journal has no live row of it")
        elif result is not None and result_digest(sealer, row.tenant, result) != found.output_digest:
            report.add(row.tenant, "journal", key, "history has another outcome of this step")
    closed = facts.closed.get(row.execution_id)
    for key, found in live.items():
        if key not in told and not _excused(found, closed, history):
            report.add(row.tenant, "journal", key, f"row {found.seq} is live, and history has no such step")
    _ending(row, closed, history, report)


def outcome_of(step: HistoryStep) -> StepResult | None:
    """What history says that the step gave; None where it only says that nobody knows, or that it never began.

    A cancellation that comes while a run closes makes the server turn that workflow task away. The next one begins to take back, the
    surface refuses it (``CLOSED``), and the run ends as it was decided: history has a step of which there is nothing to record.
    """
    if step.result is not None:
        return step.result
    if step.problem is None or step.problem.code == CLOSED:
        return None
    at = step.call.now if step.call else datetime.fromtimestamp(0, UTC)  # history dates a failure by its event only
    return StepResult(path=step.path, problem=step.problem, at=at)


def _excused(found: Live, closed: JournalRow | None, history: ExecutionHistory) -> bool:
    """A row that history need not have: not reported yet, ended before it was, or of the very task that closed."""
    if closed is None:
        return history.status == "running"
    if found.task:
        return found.task == closed.task
    # An activity that was on its way when the execution was cancelled, unwound or ended from outside: its row says what happened.
    return history.status != "completed" or found.seq > closed.seq


def _ending(row: ExecutionRow, closed: JournalRow | None, history: ExecutionHistory, report: Report) -> None:
    if history.closed is None:
        return
    if closed is None:
        report.add(row.tenant, "journal", row.execution_id, "history has the closing, the journal has none")
    elif history.closed.closing.status != closed.status:
        report.add(
            row.tenant,
            "journal",
            row.execution_id,
            f"history closed as {history.closed.closing.status}, the journal as {closed.status}",
        )
