"""The local activity behind consecutive local steps: one transaction, n journal rows, one marker (DECISIONS.md 3).

It runs the same machine on a copy of the same state; the workflow feeds the results to its own and gets to the same place.
The first one of a run opens it, and one that comes to the run's end closes it (ADR 0021).
"""

import time
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from temporalio import activity

from symphainy.activities.boundary import Boundary, canonical
from symphainy.activities.passport import passport
from symphainy.activities.step import retryable
from symphainy.foundations.definitions.machine import (
    Call,
    Command,
    Machine,
    Program,
    State,
    closing_of,
    is_local,
    local,
    parcel,
    step_call,
)
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import SEGMENT, Closing, Opened, SegmentCall, SegmentResult, StepResult
from symphainy.runtime.segments import Begins, write_segment
from symphainy.runtime.surface import Entry, Recall


def segment_activity(boundary: Boundary) -> Callable[[SegmentCall], Coroutine[Any, Any, SegmentResult]]:
    """The activity ``segment`` over a boundary."""

    @activity.defn(name=SEGMENT)
    async def segment(given: SegmentCall) -> SegmentResult:
        """Run local steps until something else must happen first, or the budget of a workflow task is spent."""
        try:
            recall = await boundary.surface.recall(
                given.saga.tenant, given.saga.execution_id, given.task, given.witnessed
            )
            if recall.closed is not None:
                return SegmentResult(closed=recall.closed)
            result = await _Walk(boundary, given, recall).on()
        except SymphainyError as error:
            raise retryable(error) from error
        boundary.fault("segment")
        return result

    return segment


class _Walk:
    """One segment under way."""

    def __init__(self, boundary: Boundary, given: SegmentCall, recall: Recall) -> None:
        self._boundary, self._given, self._recall = boundary, given, recall
        self._program = Program.find(given.plan_digest)
        self._results: list[StepResult] = []
        self._entries: list[Entry] = []
        self._begins: Begins | None = None
        self._opened: datetime | None = None

    async def on(self) -> SegmentResult:
        """Walk as far as it goes, then write it down. Trouble on the way leaves the opening at least: a run that waits has begun."""
        await self._boundary.city.prepare(self._given.saga.tenant)
        machine, commands = self._machine()
        try:
            waiting = await self._walk(machine, commands)
        except SymphainyError:
            if self._begins is not None:
                await write_segment(self._boundary.surface, (), self._begins, None, ())
            raise
        return await self._write(machine, waiting)

    def _machine(self) -> tuple[Machine, list[Command]]:
        given, held = self._given, parcel.opened(self._given.state)
        if given.opening is None:
            machine = Machine(self._program, State.load(held))
            return machine, machine.pending()
        at = self._opened = self._recall.opened or self._boundary.clock.now()
        if self._recall.opened is None:
            self._begins = Begins(given.opening, passport(), at)
        machine = Machine.begin(self._program, held["input"], execution=given.saga.execution_id, now=at)
        commands = machine.start()
        # What is no local step must not wait for those that are: the workflow begins it as soon as the run is open.
        elsewhere = any(isinstance(c, Call) and not is_local(self._program, c) for c in commands)
        return machine, [] if elsewhere else commands

    async def _walk(self, machine: Machine, commands: list[Command]) -> list[Call]:
        """One step at least: a budget that a slow database has spent before the first would never let a run get on."""
        given, budget, program = self._given, self._boundary.budget, self._program
        spent, began = 0, time.monotonic()
        waiting = local(program, commands)
        while waiting and (not self._results or budget.left(len(self._results), spent, time.monotonic() - began)):
            command = waiting.pop(0)
            call = step_call(given.saga, program, command, machine.now, task=given.task)
            found = await self._boundary.prepare(call, passport(), self._recall)
            result = found.result if isinstance(found, Entry) else found
            self._entries += [found] if isinstance(found, Entry) else []
            self._results.append(result)
            spent += len(canonical(result.output))
            waiting += local(program, machine.resolve(command.id, result))
        return waiting

    async def _write(self, machine: Machine, waiting: list[Call]) -> SegmentResult:
        given, surface = self._given, self._boundary.surface
        closing: Closing | None = None
        rests = (*given.witnessed, *(result.seq for result in self._results if result.seq))
        if given.ends and machine.state.ending is not None:
            saga = given.saga
            closing = closing_of(machine, saga.tenant, saga.execution_id, task=given.task, witnessed=rests)
        ended = None
        if self._entries or self._begins or closing:
            written = await write_segment(surface, self._entries, self._begins, closing, rests)
            stored, ended = {r.call_id: r for r in written.results}, written.ended
            self._results = [stored.get(r.call_id, r) for r in self._results]
        return SegmentResult(
            results=tuple(self._results), budget_spent=bool(waiting), ended=ended,
            opened=None if self._opened is None else Opened(at=self._opened),
        )  # fmt: skip
