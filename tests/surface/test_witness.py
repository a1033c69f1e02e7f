"""Workflow tasks that crash, time out and haunt: no client ever reads of a step that the final history denies.

A small model of Temporal: a task runs local steps, then completes (its results are history) or dies at some moment, with or
without a commit behind it; meanwhile a signal may have come, so that the next attempt takes another branch; a dead attempt
may still commit later. Activities run between tasks. At the end the record must be what history says, nothing else.
"""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from symphainy.foundations.language.errors import Conflict
from symphainy.foundations.language.records import EventDraft, Record
from symphainy.foundations.language.wire import Closing, SagaInput, StepResult
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.history import ExecutionHistory, HistoryStep
from symphainy.runtime.segments import write_segment
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import Entry, StateSurface
from symphainy.runtime.verify import verify

from ..store.database import MASTER, MemorySealer, Moving
from .making import NOW, PAY, call, closing, entry, new, opening, passport

RUN = "run-1"


class Crashing(RuleBasedStateMachine):
    """The model: ``history`` is what Temporal holds; ``fresh`` the local results that no answered call has reported."""

    url = ""

    @initialize()
    def begin(self) -> None:
        self.runner = asyncio.Runner()
        self.sql = Postgres(self.url, MASTER, pool_size=3)
        self.surface = StateSurface(Store(self.sql), MemorySealer(), Moving())
        self.tenant, self.execution = f"m{new()[-12:]}", new()
        self.history: dict[str, tuple[Any, int, str]] = {}  # path → value, journal seq, task
        self.fresh: dict[int, str] = {}  # journal seq → task
        self.started, self.branch, self.ghosts, self.ended = 3, 0, list[list[Entry]](), False
        self.closed: Closing | None = None
        self.last_words = list[tuple[int, Closing]]()  # closings that hang
        self.latest = 0  # the last task that has done anything
        self.do(self.surface.open(opening(self.tenant, self.execution, RUN), passport(self.tenant, self.execution)))

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    @property
    def task(self) -> str:
        return f"{RUN}/{self.started}"

    def steps(self, count: int) -> list[Entry]:
        """The next local steps: paths and inputs depend on history and on the branch."""
        witnessed = tuple(seq for seq, task in self.fresh.items() if task != self.task)
        entries = []
        for n in range(len(self.history), len(self.history) + count):
            name = "shared" if n % 3 else f"branch{self.branch}"
            value = f"{n} on {self.branch}"
            asked = call(self.tenant, self.execution, f"/do/{n}/{name}", task=self.task, witnessed=witnessed)
            record = Record(events=[EventDraft(type="said.something", subject=asked.path, data={"value": value})])
            entries.append(entry(asked, value, digest=value, record=record))
        return entries

    def next_task(self, signal: bool, same_id: bool = False) -> None:
        """An attempt is over. Attempts of one task may share their id; a signal always makes a new event, and a new id."""
        self.branch += signal
        self.started += 0 if same_id and not signal else 3

    @precondition(lambda self: self.closed is None)
    @rule(count=st.integers(1, 3))
    def complete(self, count: int) -> None:
        """A task that completes: what its steps gave is history."""
        entries = self.steps(count)
        recall = self.do(self.surface.recall(self.tenant, self.execution, self.task, entries[0].call.witnessed))
        for each in entries:
            known = recall.outcomes.get(each.call.effect_key)
            assert known is None or known.input_digest != each.input_digest or known.result.output == each.result.output
        self.latest = self.started
        for result in self.do(self.surface.commit(entries)):
            self.history[result.path] = result.output, result.seq, self.task
        for seq in entries[0].call.witnessed:
            del self.fresh[seq]
        self.fresh |= {self.history[e.call.path][1]: self.task for e in entries}
        self.next_task(signal=False)

    @precondition(lambda self: self.closed is None)
    @rule(count=st.integers(1, 3), signal=st.booleans(), same_id=st.booleans())
    def crash_after_commit(self, count: int, signal: bool, same_id: bool) -> None:
        self.do(self.surface.commit(self.steps(count)))
        self.latest = self.started
        self.next_task(signal, same_id)

    @precondition(lambda self: self.closed is None)
    @rule(count=st.integers(1, 3), signal=st.booleans(), same_id=st.booleans())
    def hang_before_commit(self, count: int, signal: bool, same_id: bool) -> None:
        self.ghosts.append(self.steps(count))
        self.next_task(signal, same_id)

    @precondition(lambda self: self.ghosts)
    @rule(data=st.data())
    def ghost_commits(self, data: st.DataObject) -> None:
        """An attempt that hung goes on, long after another one has taken its place."""
        ghost = self.ghosts.pop(data.draw(st.integers(0, len(self.ghosts) - 1)))
        try:
            self.do(self.surface.commit(ghost))
        except Conflict as error:
            assert error.code in ("stale_task", "execution_closed")  # noqa: PT017

    @precondition(lambda self: self.closed is None)
    @rule(answered=st.booleans())
    def activity(self, answered: bool) -> None:
        """An activity names all that history has; its answer may be lost, and it runs again."""
        path, witnessed = f"/act/{len(self.history)}/pay", tuple(self.fresh)
        asked = call(self.tenant, self.execution, path, contract=PAY, witnessed=witnessed, scheduled=self.task)
        assert self.do(self.surface.find(asked, path)) is None
        self.latest = self.started
        for _ in range(1 if answered else 2):
            record = Record(events=[EventDraft(type="said.something", subject=path, data={"value": path})])
            (result,) = self.do(self.surface.commit([entry(asked, path, contract=PAY, record=record)]))
        self.history[path] = path, result.seq, ""
        self.fresh.clear()
        self.next_task(signal=False)

    @precondition(lambda self: self.closed is None)
    @rule(count=st.integers(0, 2), crash=st.booleans(), by_path=st.booleans())
    def close(self, count: int, crash: bool, by_path: bool) -> None:
        """The last task: steps and closing. If it crashes after the closing row, the next attempt ends with that outcome."""
        entries = self.steps(count)
        results = self.do(self.surface.commit(entries))
        mine = {r.path: (r.output, r.seq, self.task) for r in results}
        told = {p: s for p, (_, s, task) in {**self.history, **mine}.items() if s in self.fresh or p in mine}
        about = {"paths": tuple(told)} if by_path else {"witnessed": tuple(told.values())}
        self.closed = closing(self.tenant, self.execution, task=self.task, run_id=RUN, **about)
        self.do(self.surface.close(self.closed))
        self.history |= mine
        if crash:
            self.next_task(signal=True)
            recall = self.do(self.surface.recall(self.tenant, self.execution, self.task))
            assert recall.closed == self.closed
            again = self.do(self.surface.close(closing(self.tenant, self.execution, "faulted", task=self.task)))
            assert again.closing == self.closed

    @precondition(lambda self: self.closed is None)
    @rule(count=st.integers(0, 2), crash=st.booleans())
    def close_together(self, count: int, crash: bool) -> None:
        """Steps and closing in one transaction; where a step had an outcome already, the closing is left to the workflow."""
        entries = self.steps(count)
        earlier = tuple(seq for seq, task in self.fresh.items() if task != self.task)
        if set(earlier) != set(self.fresh):
            return  # it would rest on what this very task was given: the workflow closes by itself
        recall = self.do(self.surface.recall(self.tenant, self.execution, self.task, earlier))
        known = [recall.outcomes.get(each.call.effect_key) for each in entries]
        found = [
            old.result if old and old.input_digest == e.input_digest else None
            for old, e in zip(known, entries, strict=True)
        ]
        rests = (*earlier, *(result.seq for result in found if result))
        told = closing(self.tenant, self.execution, task=self.task, run_id=RUN, witnessed=rests)
        missing = [each for each, result in zip(entries, found, strict=True) if result is None]
        written = self.do(write_segment(self.surface, missing, None, told, rests))
        assert written.ended is not None
        assert written.ended.closing == told
        self.closed = told
        for result in (*written.results, *(result for result in found if result)):
            self.history[result.path] = result.output, result.seq, self.task
        if crash:
            self.next_task(signal=True)
            assert self.do(self.surface.recall(self.tenant, self.execution, self.task)).closed == told

    @precondition(lambda self: self.closed is None)
    @rule()
    def hang_before_closing(self) -> None:
        """The last task hangs; a cancellation or an event comes, and another attempt takes another way."""
        told = closing(self.tenant, self.execution, task=self.task, run_id=RUN, witnessed=tuple(self.fresh))
        self.last_words.append((self.started, told))
        self.next_task(signal=True)

    @precondition(lambda self: self.last_words and self.closed is None)
    @rule()
    def ghost_closes(self) -> None:
        """It is only taken while nothing has happened since."""
        at, told = self.last_words.pop(0)
        try:
            self.do(self.surface.close(told))
            assert at >= self.latest
            self.closed = told
        except Conflict as error:
            assert (error.code, at < self.latest) == ("stale_task", True)  # noqa: PT017

    @precondition(lambda self: self.closed is not None)
    @rule()
    def an_effect_would_begin(self) -> None:
        """Scheduled by an attempt that did not know of the closing."""
        asked = call(self.tenant, self.execution, f"/act/{new()}/pay", contract=PAY, scheduled=self.task)
        with pytest.raises(Conflict, match="closed"):
            self.do(self.surface.find(asked, "x"))

    @precondition(lambda self: self.closed is not None)
    @rule()
    def read_again(self) -> None:
        """Whatever comes after the closing changes nothing."""
        assert self.do(self.surface.closed(self.tenant, self.execution)) == self.closed

    @invariant()
    def clients_read_only_what_history_keeps(self) -> None:
        if not hasattr(self, "runner"):
            return
        events = self.do(self.surface.events(self.tenant, self.execution, limit=1000))
        assert [e.seq for e in events] == list(range(1, len(events) + 1))
        said = [(e.subject, e.data["value"]) for e in events if e.type == "said.something"]
        assert len(set(said)) == len(said)
        assert set(said) <= {(path, value) for path, (value, _, _) in self.history.items()}
        if self.closed is not None:
            assert len(said) == len(self.history)

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        steps = [
            HistoryStep(
                f"{self.tenant}/{self.execution}{p}",
                p,
                False,
                bool(t),
                t,
                RUN,
                9,
                StepResult(path=p, output=v, at=NOW, seq=s),
            )
            for p, (v, s, t) in self.history.items()
        ]
        start = SagaInput(tenant=self.tenant, execution_id=self.execution, intent="a.b", plan={}, submitted_at=NOW)
        told = ExecutionHistory(
            self.tenant, self.execution, start, [RUN], steps, status="completed" if self.closed else "running"
        )

        class Reader:
            async def history(self, tenant: str, execution_id: str) -> ExecutionHistory:
                return told

        try:
            if self.closed is not None:
                report = self.do(verify(self.surface, Reader(), self.tenant))
                assert report.findings == []
                assert report.histories == 1
        finally:
            self.do(self.sql.close())
            self.runner.close()


@pytest.mark.timeout(300)
def test_no_event_is_published_that_history_denies(running: Running) -> None:
    machine = type("Machine", (Crashing,), {"url": running.url})
    about = settings(
        max_examples=30,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    run_state_machine_as_test(machine, settings=about)
