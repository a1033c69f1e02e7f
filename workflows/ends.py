"""How a run begins and ends: the opening before its first step, the closing behind its last, both with its local steps where they can."""

import asyncio
from collections.abc import Iterable

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.machine import Call, Command, Machine, Program, closing_of, local, parcel
    from symphainy.foundations.language.wire import Closing, Opening, SagaInput, SegmentCall, SegmentResult, StepResult
    from symphainy.workflows import calls


async def begin(given: SagaInput, program: Program, suspended: bool) -> SegmentResult:
    """Open the run; with it, where the run was started so, do the local steps it begins with, and close it where these are all.

    Where that fails, the opening by itself tells why, or the steps get answers of their own.
    """
    said = opening(given, program, suspended)
    if given.together and given.state is None:
        lent = parcel.lend(said.task, {"input": given.input})
        call = SegmentCall(
            saga=calls.about(given),
            state=lent.reference,
            plan_digest=program.plan.digest,
            task=said.task,
            opening=said,
            ends=True,
        )
        try:
            return await asyncio.shield(calls.segment(call, _summary(given, program)))
        except ActivityError:
            pass
    opened = await calls.opening(said)
    return SegmentResult(opened=opened, closed=opened.closed)


def _summary(given: SagaInput, program: Program) -> str:
    """What the marker says: the opening, and the local steps it begins with. Their time is not known yet, their names are."""
    first = Machine.begin(program, given.input, execution=given.execution_id, now=workflow.now()).start()
    return calls.summary("opening", *(calls.label(command) for command in local(program, first)))


def opening(given: SagaInput, program: Program, suspended: bool) -> Opening:
    """The opening of this run."""
    return Opening(
        tenant=given.tenant, execution_id=given.execution_id, intent=given.intent, intent_id=given.intent_id,
        session_id=given.session_id, solution=given.solution, plan_digest=program.plan.digest, definition=program.plan.definition,
        run_id=workflow.info().run_id, task=calls.task(), listens=program.plan.listens, continued=given.state is not None,
        suspended=suspended,
    )  # fmt: skip


async def close(given: SagaInput, machine: Machine, witnessed: tuple[int, ...]) -> Closing:
    """Close the run as its machine has ended; what stands."""
    said = closing_of(machine, given.tenant, given.execution_id, task=calls.task(), witnessed=witnessed)
    return (await calls.closing(said)).closing


def recount(
    machine: Machine, commands: Iterable[Command], results: Iterable[StepResult], states: dict[str, str]
) -> None:
    """Walk the machine where a segment has walked its copy, to the end that is written already."""
    known = {result.call_id: result for result in results}
    waiting = list(commands)
    while waiting:
        command = waiting.pop(0)
        if isinstance(command, Call) and (result := known.get(command.id)) is not None:
            states[command.id] = "failed" if result.problem else "done"
            waiting += machine.resolve(command.id, result)
