"""A segment and its budget: however late it is, a run gets on."""

from datetime import UTC, datetime, timedelta

import pytest
from support.machine_driver import plan

from symphainy.activities.boundary import Budget
from symphainy.activities.segment import segment_activity
from symphainy.foundations.definitions.machine import Machine, Program
from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.wire import SagaAbout, SegmentCall, StepResult
from symphainy.governance.incoming import Incoming, incoming
from symphainy.runtime.surface import Recall

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Rows:
    """A journal that has nothing yet."""

    async def recall(self, *_):
        return Recall()


class City:
    """Has what it needs."""

    async def prepare(self, tenant):
        pass


class Here:
    """A boundary in memory, whose budget is given."""

    def __init__(self, budget):
        self.budget, self.surface, self.city, self.ran = budget, Rows(), City(), []

    async def prepare(self, call, passport, recall):
        self.ran.append(call.path)
        return StepResult(path=call.path, call_id=call.path, output=call.arguments, at=NOW)

    def fault(self, moment):
        pass


@pytest.mark.parametrize(
    ("budget", "steps"),
    [(Budget(), 3), (Budget(steps=2), 2), (Budget(bytes=1), 1), (Budget(time=timedelta(0)), 1)],
)
async def test_a_budget_ends_a_segment_but_never_before_its_first_step(budget, steps):
    functions = {"inc": lambda a: a}
    made = plan([{f"s{n}": {"call": "inc", "with": {"n": n}}} for n in range(3)], functions)
    local = {ref: c.model_copy(update={"mode": "local"}) for ref, c in made.capabilities.items()}
    program = Program.of(made.model_copy(update={"capabilities": local}).sealed())
    machine = Machine.begin(program, {}, execution="exe_1", now=NOW)
    machine.start()
    who = Principal(id="usr_1", tenant="t")
    token = incoming.set(
        Incoming(
            Passport(tenant="t", principal=who, execution_id="exe_1", plan_digest="d", not_after=NOW, issued_at=NOW)
        )
    )
    try:
        here = Here(budget)
        given = SegmentCall(
            saga=SagaAbout(tenant="t", execution_id="exe_1", intent="x"), state=machine.state.dump(),
            plan_digest=program.plan.digest, task="r/1",
        )  # fmt: skip
        found = await segment_activity(here)(given)
    finally:
        incoming.reset(token)
    assert len(found.results) == len(here.ran) == steps
    assert found.budget_spent == (steps < 3)
