"""Another plan walks a recorded run again: it retraces it, or parts from it at a step that is named."""

from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import T0, Driver, Fault, plan

from symphainy.foundations.definitions.machine import Call, Command
from symphainy.foundations.definitions.retrace import UNTOLD, Recorded, Retrace
from symphainy.foundations.language.wire import StepResult

UNDO = {"pay": "refund"}


def works(arguments: Any) -> Any:
    return {"n": 1}


def fails(arguments: Any) -> Any:
    raise Fault(409, "no")


FUNCTIONS = {"a": works, "b": works, "c": works, "pay": works, "refund": works, "fail": fails}


class Recording(Driver):
    """Keeps what a history would."""

    recorded: list[Recorded]

    def _answer(self, call: Call) -> StepResult:
        result = super()._answer(call)
        self.recorded.append(Recorded(result, call.ref, call.arguments))
        return result


def recorded(do: list[Any], data: Any = None, on_event: Any = None) -> list[Recorded]:
    driver = Recording(plan(do, FUNCTIONS, UNDO), FUNCTIONS, data)
    driver.recorded, driver.on_event = [], on_event
    driver.run()
    return driver.recorded


def parted(do: list[Any], steps: list[Recorded], data: Any = None) -> tuple[str, str] | None:
    found = Retrace(plan(do, FUNCTIONS, UNDO), data, execution="exe_1", began=T0).walk(steps)
    return (found.step, found.why) if found else None


OLD: list[dict[str, Any]] = [
    {"one": {"call": "a", "with": {"x": "${ .x }"}}},
    {"rest": {"wait": "P2D"}},
    {"fork": {"fork": {"branches": [{"left": {"call": "b"}}, {"right": {"call": "c"}}]}}},
    {"two": {"call": "b"}},
]


def test_the_same_and_a_longer_definition_retrace_a_run() -> None:
    steps = recorded(OLD, {"x": 7})
    assert len(steps) == 4
    assert parted(OLD, steps, {"x": 7}) is None
    assert parted([*OLD, {"three": {"call": "c"}}], steps, {"x": 7}) is None
    assert parted([*OLD[:3], {"two": {"call": "c"}}], steps[:3], {"x": 7}) is None  # it has not come to what is new


@pytest.mark.parametrize(
    ("new", "step", "why"),
    [
        ([*OLD[:3], {"two": {"call": "c"}}], "/do/3/two", "calls c@1, where b@1 was called"),
        ([{"one": {"call": "a", "with": {"x": 8}}}, *OLD[1:]], "/do/0/one", "other arguments"),
        ([OLD[0], {"rest": {"wait": "P9D"}}, *OLD[2:]], "/do/2/fork/fork/branches/0/left", "it is at a timer of wait"),
        ([{"new": {"call": "c"}}, *OLD], "/do/0/one", "it is at /do/0/new"),
        ([OLD[0]], "/do/2/fork/fork/branches/0/left", "it has ended (completed)"),
    ],
)
def test_where_another_definition_parts_is_said(new: list[Any], step: str, why: str) -> None:
    found = parted(new, recorded(OLD, {"x": 7}), {"x": 7})
    assert found is not None and found[0] == step and why in found[1]


def test_arguments_that_history_does_not_hold_are_not_compared() -> None:
    (step, *_) = recorded(OLD, {"x": 7})
    other = [{"one": {"call": "a", "with": {"x": 8}}}, *OLD[1:]]
    assert parted(other, [Recorded(step.result, step.capability, UNTOLD)]) is None


def test_compensation_and_cancellation_are_retraced() -> None:
    do: list[Any] = [{"p": {"call": "pay"}}, {"f": {"call": "fail"}}]
    steps = recorded(do)
    assert [s.result.call_id for s in steps] == ["/do/0/p", "/do/1/f", "/do/0/p/undo"] and parted(do, steps) is None

    def cancel(driver: Driver) -> list[Command] | None:
        return driver.machine.cancel() if driver.timers and not driver.machine.state.cancelled else None

    do = [{"p": {"call": "pay"}}, {"rest": {"wait": "P1D"}}]
    steps = recorded(do, on_event=cancel)
    assert [s.result.call_id for s in steps] == ["/do/0/p", "/do/0/p/undo"] and parted(do, steps) is None


def test_time_passes_as_it_did() -> None:
    catch = {"retry": {"delay": "PT1H", "limit": {"attempt": {"count": 2}}}, "do": [{"late": {"call": "c"}}]}
    do: list[Any] = [{"t": {"try": [{"f": {"call": "fail"}}], "catch": catch}}]
    steps = recorded(do)
    assert len(steps) == 4 and parted(do, steps) is None
    sooner = steps[1].result.model_copy(update={"at": T0 + timedelta(minutes=1)})
    assert parted(do, [steps[0], Recorded(sooner, steps[1].capability, steps[1].arguments)]) is not None
