"""``symphainy plan``: what a definition means for the runs of its name, live and recent, told by replaying their histories.

- *would break*: this version of the platform does not replay its history; deploying it would leave the run standing.
- *may move*: the new definition retraces everything the run has done; it could go on under it behind step S.
- *stays pinned*: it does something else at step S: the run ends under the plan that it was started with.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from temporalio.client import WorkflowHistory

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.retrace import UNTOLD, Recorded, Retrace
from symphainy.foundations.language.errors import NotFound, SymphainyError
from symphainy.foundations.language.wire import StepResult
from symphainy.runtime.history import ExecutionHistory, HistoryStep
from symphainy.runtime.store.executions import ExecutionRow

__all__ = ["Archive", "Verdict", "verdicts"]

Word = Literal["would break", "may move", "stays pinned", "the same plan", "unknown"]
Replay = Callable[[Sequence[WorkflowHistory]], Awaitable[str]]
"""Replays the raw histories of one execution on the workflow as it is now; what is wrong with that, or ""."""


class Archive(Protocol):
    """Histories wherever they are."""

    async def raw(self, tenant: str, execution_id: str) -> list[WorkflowHistory]:
        """All runs of an execution."""
        ...

    async def read(self, tenant: str, execution_id: str) -> ExecutionHistory:
        """The same, folded."""
        ...


@dataclass(frozen=True)
class Verdict:
    """One run's verdict. ``step``: behind which it may move, or at which it parts."""

    execution_id: str
    definition: str
    status: str
    verdict: Word
    step: str = ""
    why: str = ""


async def verdicts(rows: Sequence[ExecutionRow], plan: Plan, archive: Archive, replay: Replay) -> list[Verdict]:
    """The verdict of each of these runs under ``plan``."""
    return [await _verdict(row, plan, archive, replay) for row in rows]


async def _verdict(row: ExecutionRow, plan: Plan, archive: Archive, replay: Replay) -> Verdict:
    def say(word: Word, step: str = "", why: str = "") -> Verdict:
        return Verdict(row.execution_id, row.definition, row.status, word, step, why)

    try:
        broken = await replay(await archive.raw(row.tenant, row.execution_id))
        told = await archive.read(row.tenant, row.execution_id)
    except (NotFound, SymphainyError) as error:
        return say("unknown", why=f"its history cannot be read: {error.detail}")
    if broken and row.closed_at is None:
        return say("would break", why=broken)
    if row.plan_digest == plan.digest:
        return say("the same plan")
    if not told.opened:
        return say("may move", why="it has done nothing yet")
    began = told.opened[0].at
    bounded = plan.model_copy(update={"limits": Plan.model_validate(told.start.plan).limits})
    retrace = Retrace(bounded, told.start.input, execution=row.execution_id, began=began)
    parted = retrace.walk([_recorded(step, told) for step in told.steps])
    if parted is not None:
        return say("stays pinned", parted.step, parted.why)
    last = told.steps[-1].path if told.steps else ""
    return (
        say("may move", last)
        if row.closed_at is None
        else say("stays pinned", last, "it has ended; the new definition retraces it")
    )


def _recorded(step: HistoryStep, told: ExecutionHistory) -> Recorded:
    call_id = f"{step.path}/undo" if step.undo else step.path
    at = step.result.at if step.result else step.at or told.opened[0].at
    result = step.result or StepResult(path=step.path, problem=step.problem, at=at)
    result = result.model_copy(update={"call_id": call_id})
    if step.call is None:
        return Recorded(result)
    return Recorded(result, step.call.capability, step.call.arguments if step.call.arguments is not None else UNTOLD)
