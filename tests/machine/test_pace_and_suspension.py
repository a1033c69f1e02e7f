"""A run in turns, and a run that is held back: what is left, and what is parked, is data like the rest of the state."""

import json
from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import T0, Driver, Fault, plan

from symphainy.foundations.definitions.machine import Call, Machine, Program, State
from symphainy.foundations.definitions.machine.pace import TURN
from symphainy.foundations.definitions.plan import Limits

INC = {"inc": lambda given: {"n": given["n"] + 1}}
COUNT = [{"s": {"set": {"n": 1}}}]
ROUND = [{"a": {"set": {"n": 1}}}, {"b": {"set": {"n": 2}, "then": "a"}}]


def test_a_loop_without_a_step_takes_breaths_and_gets_to_its_end() -> None:
    given = [{"all": {"for": {"in": ".xs"}, "do": [{"s": {"set": {"xs": [], "n": "${ $index }"}}}]}}]
    driver = Driver(plan(given, {}), {}, {"xs": [0] * 2_000})
    ending = driver.run()
    assert ending.output == {"xs": [], "n": 1_999}
    assert (driver.machine.now - T0) == timedelta(0), "a breath is no time that passes for the run"
    assert driver.machine.state.tasks == 2_001


def test_one_turn_does_no_more_than_its_share() -> None:
    machine = Machine.begin(Program.of(plan(ROUND, {})), {}, execution="exe_1", now=T0)
    for _ in range(3):
        commands = machine.start() if machine.state.tasks == 0 else machine.fire("0:breath", T0)
        assert [c.id for c in commands] == ["0:breath"] == [c.id for c in machine.pending()]
        assert 0 < machine.state.tasks <= TURN * 3


def test_a_jump_back_without_a_way_out_ends_by_name_and_no_try_catches_it() -> None:
    do = [{"t": {"try": ROUND, "catch": {"do": [{"again": {"set": {}}}], "then": "t"}}}]
    ending = Driver(plan(do, {}, limits=Limits(steps=300)), {}).run()
    assert ending.status == "faulted" and ending.error is not None and "3000 tasks" in ending.error["detail"]


def test_a_step_that_ends_between_two_turns_is_not_lost() -> None:
    do = [{"f": {"fork": {"branches": [{"call": {"call": "inc", "with": {"n": 1}}}, {"spin": {"do": [
        {"all": {"for": {"in": ".xs"}, "do": [{"s": {"set": {"n": "${ $index }"}}}]}}]}}]}}}]  # fmt: skip
    for lifo in (False, True):
        assert Driver(plan(do, INC), INC, {"xs": [0] * 800}, lifo=lifo).run().output == [{"n": 2}, {"n": 799}]


def test_contexts_of_branches_are_not_kept_for_nothing() -> None:
    branches = [{f"b{i}": {"call": "inc", "with": {"n": i}}} for i in range(120)]
    before = {"before": {"set": {}, "export": {"as": {"big": "x"}}}}
    seen: list[int] = []

    def look(driver: Driver) -> list[Any]:
        seen.append(len(driver.machine.state.scopes))
        return []

    driver = Driver(plan([before, {"f": {"fork": {"branches": branches}}}], INC, limits=Limits(window=10)), INC)
    driver.on_event = look
    assert len(driver.run().output) == 120
    assert max(seen) <= 12


def test_contexts_of_broken_forks_are_forgotten() -> None:
    def no(given: Any) -> Any:
        raise Fault(500)

    branches = [{f"b{i}": {"call": "no", "export": {"as": {"n": i}}}} for i in range(10)]
    body = [{"t": {"try": [{"f": {"fork": {"branches": branches}}}], "catch": {"do": [{"ok": {"set": {"xs": []}}}]}}}]
    driver = Driver(plan([{"all": {"for": {"in": ".xs"}, "do": body}}], {"no": no}), {"no": no}, {"xs": [0] * 30})
    driver.run()
    assert len(driver.machine.state.scopes) < 40


def suspended_at(call: str, then: Any) -> Any:
    """Suspend when ``call`` is open; ``then`` acts when nothing else can happen."""

    def act(driver: Driver) -> list[Any] | None:
        state = driver.machine.state
        if not state.suspended and not getattr(driver, "held", False) and call in driver.open:
            driver.held = True  # type: ignore[attr-defined]
            return driver.machine.suspend()
        if state.suspended and not driver.open and not driver.timers:
            return list(then(driver))
        return None

    return act


def test_no_task_begins_in_a_suspended_run_and_resuming_loses_nothing() -> None:
    do = [{"a": {"call": "inc", "with": {"n": 1}}}, {"b": {"call": "inc", "with": {"n": "${ .n }"}}}]
    driver = Driver(plan(do, INC), INC)

    def go_on(driver: Driver) -> list[Any]:
        assert [name for name, _ in driver.log] == ["/do/0/a"], "the task under way ends, the next does not begin"
        return driver.machine.resume(T0 + timedelta(hours=1))

    driver.on_event = suspended_at("/do/0/a", go_on)
    ending = driver.run()
    assert ending.output == {"n": 3} and driver.machine.now >= T0 + timedelta(hours=1)


@pytest.mark.parametrize("wide", [3, 30])
def test_all_branches_of_a_fork_are_held(wide: int) -> None:
    branches = [{f"b{i}": {"do": [{"x": {"call": "inc", "with": {"n": i}}}, {"y": {"call": "inc", "with": {"n": "${ .n }"}}}]}}
                for i in range(wide)]  # fmt: skip
    driver = Driver(plan([{"f": {"fork": {"branches": branches}}}], INC), INC)
    first = "/do/0/f/fork/branches/0/b0/do/0/x"

    def go_on(driver: Driver) -> list[Any]:
        assert len(driver.log) == wide
        return driver.machine.resume(T0)

    driver.on_event = suspended_at(first, go_on)
    assert driver.run().output == [{"n": i + 2} for i in range(wide)]


def test_a_suspended_run_does_not_complete() -> None:
    driver = Driver(plan([{"a": {"call": "inc", "with": {"n": 1}}}], INC), INC)
    driver.on_event = suspended_at("/do/0/a", lambda d: d.machine.resume(T0))
    assert driver.run().output == {"n": 2} and driver.held  # type: ignore[attr-defined]


def test_cancelling_a_suspended_run_undoes_at_once() -> None:
    functions = {"pay": lambda a: {}, "back": lambda a: {}}
    do = [{"p": {"call": "pay"}}, {"q": {"call": "pay"}}]
    driver = Driver(plan(do, functions, undo={"pay": "back"}), functions)
    driver.on_event = suspended_at("/do/0/p", lambda d: d.machine.cancel())
    ending = driver.run()
    assert (ending.status, ending.compensation) == ("cancelled", "compensated")
    assert [name for name, _ in driver.log] == ["/do/0/p", "/do/0/p/undo"]


def test_states_of_earlier_versions_load() -> None:
    machine = Machine.begin(Program.of(plan(COUNT, {})), {}, execution="exe_1", now=T0)
    old = {
        k: v for k, v in machine.state.dump().items() if k not in ("agenda", "breath", "tasks", "suspended", "parked")
    }
    assert State.load(json.loads(json.dumps(old))) == machine.state


def test_an_open_call_stays_pending_while_suspended() -> None:
    machine = Machine.begin(
        Program.of(plan([{"a": {"call": "inc", "with": {"n": 1}}}], INC)), {}, execution="exe_1", now=T0
    )
    (call,) = machine.start()
    assert isinstance(call, Call) and machine.suspend() == [] and machine.pending() == [call]
