"""The saga workflow: carries the machine's commands to Temporal and what comes back to the machine.

Everything that decides is in the machine; everything that acts is an activity. What is left here is a queue of news.
"""

import asyncio
from collections import deque
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.definitions.machine import (
        Call,
        Cancel,
        Command,
        Machine,
        Program,
        State,
        Timer,
        is_local,
        parcel,
    )
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.model import Json
    from symphainy.foundations.language.wire import (
        CLOSED,
        CUE,
        DECIDE,
        EVENT,
        RESUME,
        SAGA,
        SUSPEND,
        Closing,
        Cue,
        EventKey,
        Proposal,
        SagaInput,
        SegmentCall,
        SegmentResult,
        StepResult,
    )  # fmt: skip
    from symphainy.workflows import calls, carry, decisions, ends, progress, rehearsal

TASK_BYTES = 1 << 20
"""Most bytes of arguments scheduled in one workflow task (DECISIONS.md 3): a task over 4 MiB never completes."""
BREATH = timedelta(milliseconds=1)
"""A timer that ends the workflow task."""

T = TypeVar("T")


@workflow.defn(name=SAGA)
class Saga:
    """One execution of one plan."""

    def __init__(self) -> None:
        self._machine: Machine | None = None
        self._news: deque[tuple[str, Any]] = deque()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._local: dict[str, Call] = {}
        self._ahead: dict[str, StepResult] = {}
        self._segment: asyncio.Task[None] | None = None
        self._bytes = 0
        self._draining = self._overfull = self._cancel_seen = False
        self._states: dict[str, str] = {}
        self._unnamed: dict[int, int] = {}
        """Local results that no answered call has named yet: journal number → length of history when it came."""
        self._closed: Closing | None = None
        self._stage: rehearsal.Stage | None = None  # in a rehearsal: the time it has of its own

    @workflow.run
    async def run(self, given: SagaInput) -> Json:
        """Open, walk the plan, close."""
        self._given, self._stage = given, rehearsal.Stage.of(given)
        program = Program.of(given.plan)
        held = {} if given.state is None else parcel.opened(given.state)
        self._program = program
        begun = await self._calmly(ends.begin(given, program, bool(held.get("suspended"))))
        if begun.closed is not None:
            return self._end(begun.closed)
        if given.state is None:
            assert begun.opened is not None
            self._machine = Machine.begin(program, given.input, execution=given.execution_id, now=begun.opened.at)
            if self._stage is not None:
                self._machine.state.trace, self._stage.began = [], begun.opened.at
            commands = self._machine.start()
            if begun.ended is not None:
                ends.recount(self._machine, commands, begun.results, self._states)
                return await self._over(begun.ended.closing)
            self._keep(begun, workflow.info().get_current_history_length())
            self._ahead = {step.call_id: step for step in begun.results}
            if begun.budget_spent:
                await self._calmly(workflow.sleep(BREATH))
        else:
            self._unnamed = dict.fromkeys(given.witnessed, 0)
            self._machine = Machine(program, State.load(held))
            commands = self._machine.pending()
        while True:
            await self._issue(commands)
            if self._machine.state.ending is not None:
                break
            commands = await self._next()
            if self._closed is not None:
                return await self._over(self._closed)
        return self._end(await self._calmly(ends.close(given, self._machine, tuple(self._unnamed))))

    @workflow.signal(name=EVENT)
    def event(self, keys: list[EventKey]) -> None:
        """Events were matched to this run; their values are fetched by a step."""
        self._news.append(("arrived", [key.model_dump() for key in keys]))

    @workflow.signal(name=SUSPEND)
    def suspend(self) -> None:
        """Begin no further task until ``resume``."""
        self._news.append(("suspend", None))

    @workflow.signal(name=RESUME)
    def resume(self) -> None:
        """Go on."""
        self._news.append(("resume", None))

    @workflow.update(name=DECIDE)
    async def decide(self, proposal: Proposal) -> Json:
        """A person's decision, proposed; answered when the governed step about it has said whether it counts."""
        info = workflow.current_update_info()
        assert info is not None
        await workflow.wait_condition(lambda: self._machine is not None)
        machine = self._machine
        assert machine is not None
        self._news.append(("proposed", {**proposal.model_dump(mode="json"), "id": info.id}))
        await workflow.wait_condition(lambda: info.id in machine.state.answers or machine.state.ending is not None)
        return decisions.answered(machine, info.id)

    @decide.validator
    def _may_decide(self, proposal: Proposal) -> None:
        decisions.refuse(self._machine, proposal)

    @workflow.query
    def progress(self) -> dict[str, Json]:
        """Status, steps so far, and each open place in the definition."""
        return progress.report(self._machine, self._states)

    @workflow.query
    def context(self) -> Json:
        """The saga's ``$context``."""
        return self._machine.state.scopes.get(0) if self._machine else None

    @workflow.query
    def waiting_for(self) -> list[dict[str, Json]]:
        """What has to happen before the saga goes on: steps, timers, people, events."""
        return progress.waiting(self._machine)

    @workflow.query(name="rehearsal")
    def rehearsed(self) -> dict[str, Json]:
        """Of a rehearsal: its trace, and what came of the scenario's cues."""
        return rehearsal.told(self._stage, self._machine)

    # -- news ---------------------------------------------------------------------------------------------------------

    async def _next(self) -> list[Command]:
        machine = self._machine
        assert machine is not None
        if self._cancel_seen:
            self._cancel_seen = False
            return machine.cancel()
        self._draining = not self._overfull and (self._draining or self._is_long())
        if (
            self._draining
            and not any(not key.startswith("timer:") for key in self._tasks)
            and self._segment is None
            and not self._news
            and workflow.all_handlers_finished()
        ):
            return self._continue(machine)
        if self._local and self._segment is None and not self._news and not self._draining:
            self._segment = self._spawn(self._run_segment(machine))
        try:
            await workflow.wait_condition(lambda: bool(self._news) or self._is_idle())
        except asyncio.CancelledError:
            return machine.cancel()
        if not self._news:
            return self._jump(machine)
        kind, what = self._news.popleft()
        if kind in ("closed", "again"):
            return []
        if kind == "crashed":
            raise what
        return self._tell(machine, kind, what)

    def _is_long(self) -> bool:
        """Whether the history has grown so long that another run should go on. A rehearsal stays one run."""
        info = workflow.info()
        return self._stage is None and (
            info.get_current_history_length() > self._given.continue_after or info.is_continue_as_new_suggested()
        )

    def _is_idle(self) -> bool:
        """In a rehearsal: nothing is under way, so its clock may jump."""
        busy = bool(self._tasks or self._local or self._segment)
        return self._stage is not None and not busy and workflow.all_handlers_finished()

    def _jump(self, machine: Machine) -> list[Command]:
        """The rehearsal's clock goes on to what is due next; a run for which nothing is left to happen is cancelled."""
        assert self._stage is not None
        due = self._stage.next(machine)
        if isinstance(due, Timer):
            return machine.fire(due.id, due.due)
        if isinstance(due, StepResult):
            return self._tell(machine, "resolved", (due.call_id, due))
        if due is not None:
            self._tasks[CUE] = self._spawn(self._play(self._stage, due, machine))
            return []
        if machine.state.cancelled:
            raise ApplicationError("a rehearsal came to a standstill", non_retryable=True)
        self._stage.starved = progress.waiting(machine)
        return machine.cancel()

    async def _play(self, stage: rehearsal.Stage, cue: Cue, machine: Machine) -> None:
        await rehearsal.play(stage, cue, machine)
        self._tasks.pop(CUE, None)

    def _tell(self, machine: Machine, kind: str, what: Any) -> list[Command]:
        now = self._now
        if kind == "fired":
            return machine.fire(what, now)
        if kind == "proposed":
            return machine.proposed(what, now)
        if kind == "arrived":
            return machine.arrived(what, now)
        if kind == "suspend":
            return machine.suspend()
        if kind == "resume":
            return machine.resume(now)
        call_id, result = what
        self._states[call_id] = "failed" if result.problem else "done"
        commands = machine.resolve(call_id, result)
        self._show(machine)
        return commands

    async def _issue(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Cancel):
                self._cancel(command.id)
            elif isinstance(command, Timer) and self._stage is not None:
                self._stage.timer(command)
            elif isinstance(command, Timer):
                self._tasks[f"timer:{command.id}"] = self._spawn(self._run_timer(command))
            elif is_local(self._program, command) and self._given.segments:
                self._states[command.id] = "running"
                if (known := self._ahead.pop(command.id, None)) is not None:  # the segment has run it already
                    self._news.append(("resolved", (command.id, known)))
                else:
                    self._local[command.id] = command
            elif not self._draining:
                await self._start(command)

    async def _start(self, command: Call) -> None:
        self._bytes += calls.size(command)
        if self._bytes > TASK_BYTES:
            self._bytes = 0
            await self._calmly(workflow.sleep(BREATH))
        self._states[command.id] = "running"
        self._tasks[command.id] = self._spawn(self._run_call(command), command)

    def _cancel(self, name: str) -> None:
        if name in self._local and self._segment is None:
            command = self._local.pop(name)
            self._news.append(("resolved", (name, calls.cancelled(command.id, self._now))))
        if self._stage is not None and self._stage.cancel(name):
            self._news.append(("resolved", (name, calls.cancelled(name, self._now))))
        for key in (name, f"timer:{name}"):
            if key in self._tasks:
                self._tasks[key].cancel()
                if key.startswith("timer:"):
                    self._tasks.pop(key)

    async def _calmly(self, work: Coroutine[Any, Any, T]) -> T:
        """Finish ``work`` although the run may be cancelled meanwhile; the cancellation is kept for the main loop."""
        task = asyncio.create_task(work)
        while True:
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                if task.cancelled():
                    raise
                self._cancel_seen = True

    def _spawn(self, work: Coroutine[Any, Any, None], call: Call | None = None) -> asyncio.Task[None]:
        """A task whose crash is the main loop's, never lost; a call taken back before it began is answered all the same."""

        def look(done: asyncio.Task[None]) -> None:
            if done.cancelled():
                if call is not None and self._tasks.pop(call.id, None) is not None:
                    self._news.append(("resolved", (call.id, calls.cancelled(call.id, self._now))))
            elif (error := done.exception()) is not None:
                self._news.append(("crashed", error))

        task = asyncio.create_task(work)
        task.add_done_callback(look)
        return task

    # -- what Temporal does for us ----------------------------------------------------------------------------------------

    async def _run_call(self, command: Call) -> None:
        named = tuple(self._unnamed)
        if command.kind == "child":
            result = await calls.run_child(self._program, self._given, command, self._machine)
        else:
            result = await calls.run(self._program, self._given, command, self._machine, named)
            self._forget(named)
        if result.problem is not None and result.problem.code == CLOSED:
            # an earlier attempt of a workflow task has closed the run, and its answer was lost: that decision stands
            opening = ends.opening(self._given, self._program, False)
            self._closed = (await calls.opening(opening)).closed
        self._tasks.pop(command.id, None)
        if self._stage is not None and self._machine is not None and result.at > self._machine.now:
            linked = self._program.plan.capabilities.get(command.ref)
            self._stage.hold(
                result.model_copy(update={"call_id": command.id}), lasts=linked is not None and linked.effectful
            )
            return
        self._news.append(("resolved", (command.id, result)))

    async def _run_timer(self, command: Timer) -> None:
        delay = (command.due - workflow.now()).total_seconds()
        await asyncio.sleep(max(delay, 0.001))
        self._tasks.pop(f"timer:{command.id}", None)
        self._news.append(("fired", command.id))

    async def _run_segment(self, machine: Machine) -> None:
        """All local calls that are open, and those that follow from them, as one local activity and one marker."""
        length = workflow.info().get_current_history_length()
        named = tuple(number for number, at in self._unnamed.items() if at < length)
        lent = parcel.lend(calls.task(), machine.state.dump())
        given = SegmentCall(
            saga=calls.about(self._given), state=lent.reference, plan_digest=self._program.plan.digest, task=calls.task(),
            witnessed=named, ends=self._given.together and len(named) == len(self._unnamed) and self._is_alone(),
        )  # fmt: skip
        result = await calls.run_segment(given, tuple(self._local.values()))
        self._forget(named)
        self._keep(result, length)
        self._closed = result.closed
        if result.ended is not None:
            ends.recount(machine, list(self._local.values()), result.results, self._states)
            self._local, self._segment, self._closed = {}, None, result.ended.closing
            self._news.append(("closed", None))
            return
        if result.budget_spent:
            await workflow.sleep(BREATH)
        self._segment = None
        if result.closed is not None:
            self._news.append(("closed", None))
        for step in result.results:
            if self._local.pop(step.call_id, None) is not None:
                self._news.append(("resolved", (step.call_id, step)))
            else:
                self._ahead[step.call_id] = step
        if not self._news:  # no open call was answered: the main loop must see that they wait for another segment
            self._news.append(("again", None))

    def _is_alone(self) -> bool:
        """Whether nothing but local steps is under way."""
        return not (self._news or self._cancel_seen or any(not key.startswith("timer:") for key in self._tasks))

    def _keep(self, found: SegmentResult, length: int) -> None:
        self._unnamed |= {step.seq: length for step in found.results if step.seq}

    async def _over(self, closing: Closing) -> Json:
        """End as a closing says that was not asked for here; who proposed something meanwhile is answered first."""
        if self._machine is not None and self._machine.state.ending is not None:
            await workflow.wait_condition(workflow.all_handlers_finished)
        return self._end(closing)

    def _end(self, closing: Closing) -> Json:
        return progress.end(closing, self._states, self._machine if self._stage else None)

    def _continue(self, machine: Machine) -> list[Command]:
        for task in self._tasks.values():
            task.cancel()
        commands, answers = carry.on(self._given, machine, tuple(self._unnamed), {*self._tasks, *self._local})
        self._overfull, self._draining = True, False
        self._news.extend(("resolved", (answer.call_id, answer)) for answer in answers)
        return commands

    def _forget(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            self._unnamed.pop(number, None)

    def _show(self, machine: Machine) -> None:
        workflow.set_current_details(Label(progress.details(self._states, "running", "none")))

    @property
    def _now(self) -> datetime:
        """What time it is for this run."""
        return workflow.now() if self._stage is None or self._machine is None else self._machine.now
