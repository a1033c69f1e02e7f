"""The outline of a run whose values are gone: what the golden histories hold follows from their plans, and an altered one does not."""

import random
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter

from symphainy.foundations.definitions.outline import Trace, strayed
from symphainy.foundations.definitions.plan import Plan
from symphainy.runtime.history import fold

HISTORIES = sorted((Path(__file__).parents[1] / "histories").glob("*.json"))


async def outline(file: Path) -> tuple[Plan, list[Trace]]:
    """A golden history's plan and steps; a step of which history holds no call is what its plan says."""
    history = WorkflowHistory.from_json("t:x", file.read_text())
    told = await fold(pydantic_data_converter, "t", "x", [history])
    plan = Plan.model_validate(told.start.plan)
    steps = [
        Trace(step.path, step.call.capability if step.call else "", step.undo) for step in told.steps if step.call
    ]  # fmt: skip
    return plan, steps


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
async def test_what_a_run_has_done_follows_from_its_plan_and_an_altered_run_does_not(file: Path) -> None:
    plan, steps = await outline(file)
    assert strayed(plan, steps) is None
    rng = random.Random(file.stem)
    done = [step for step in steps if not step.undo]
    if done:
        one = rng.choice(done)
        place = steps.index(one)
        for other in (Trace(one.path + "/none/0/such", one.capability), Trace("/do/99/none", "x@1")):
            assert strayed(plan, [*steps[:place], other, *steps[place + 1 :]]) or "/none/0/such" in other.path
    undone = [step for step in steps if step.undo]
    if undone:
        before = [step for step in steps if step.path != undone[0].path or step.undo]
        assert "before it was done" in str(strayed(plan, before))


def test_another_capability_another_order_and_no_task_are_found() -> None:
    document = {
        "do": [
            {"a": {"call": "x"}},
            {"b": {"for": {"each": "i", "in": "${ . }"}, "do": [{"c": {"call": "y"}}]}},
            {"d": {"call": "x"}},
        ]
    }
    plan = Plan(namespace="n", name="p", version="1", document=document, calls={"x": "x@1", "y": "y@1"})
    a, c0, c1, d = (
        Trace(path, ref)
        for path, ref in (
            ("/do/0/a", "x@1"),
            ("/do/1/b/do[0]/0/c", "y@1"),
            ("/do/1/b/do[1]/0/c", "y@1"),
            ("/do/2/d", "x@1"),
        )
    )
    assert strayed(plan, [a, c0, c1, d]) is None
    assert "later task" in str(strayed(plan, [c0, a]))
    assert "where the plan calls" in str(strayed(plan, [Trace("/do/0/a", "y@1")]))
    assert "no task" in str(strayed(plan, [Trace("/do/7/a", "x@1")]))
