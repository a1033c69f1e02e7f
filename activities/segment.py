"""The local activity behind consecutive local steps: one transaction, n journal rows, one marker (DECISIONS.md 3).

It runs the same machine on a copy of the same state; the workflow feeds the results to its own and gets to the same place.
"""

import time
from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import activity

from symphainy.activities.boundary import Boundary, canonical
from symphainy.activities.passport import passport
from symphainy.activities.step import retryable
from symphainy.foundations.definitions.machine import Machine, Program, State, local, parcel, step_call
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import SEGMENT, SegmentCall, SegmentResult, StepResult
from symphainy.runtime.surface import Entry


def segment_activity(boundary: Boundary) -> Callable[[SegmentCall], Coroutine[Any, Any, SegmentResult]]:
    """The activity ``segment`` over a boundary."""

    @activity.defn(name=SEGMENT)
    async def segment(given: SegmentCall) -> SegmentResult:
        """Run local steps until something else must happen first, or the budget of a workflow task is spent.

        One step at least: a budget that a slow database has spent before the first would never let a run get on.
        """
        program = Program.find(given.plan_digest)
        machine = Machine(program, State.load(parcel.opened(given.state)))
        results: list[StepResult] = []
        entries: list[Entry] = []
        spent, began = 0, time.monotonic()
        waiting = local(program, machine.pending())
        saga, budget = given.saga, boundary.budget
        try:
            recall = await boundary.surface.recall(saga.tenant, saga.execution_id, given.task, given.witnessed)
            if recall.closed is not None:
                return SegmentResult(closed=recall.closed)
            while waiting and (not results or budget.left(len(results), spent, time.monotonic() - began)):
                command = waiting.pop(0)
                call = step_call(saga, program, command, machine.now, task=given.task)
                found = await boundary.prepare(call, passport(), recall)
                result = found.result if isinstance(found, Entry) else found
                entries += [found] if isinstance(found, Entry) else []
                results.append(result)
                spent += len(canonical(result.output))
                waiting += local(program, machine.resolve(command.id, result))
            if entries:
                stored = {r.call_id: r for r in await boundary.surface.commit(entries)}
                results = [stored.get(r.call_id, r) for r in results]
        except SymphainyError as error:
            raise retryable(error) from error
        boundary.fault("segment")
        return SegmentResult(results=tuple(results), budget_spent=bool(waiting))

    return segment
