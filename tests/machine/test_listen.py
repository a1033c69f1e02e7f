"""Listening on the pure machine: strategies, correlation, what comes early or twice, until, foreach, and the cap."""

import json
from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import T0, plan

from symphainy.foundations.definitions.machine import Call, Ending, Machine, Program, State, Timer
from symphainy.foundations.definitions.machine.inbox import MOST_EVENTS
from symphainy.foundations.language.wire import StepResult


class Listening:
    """A run whose events are fetched at once; its state goes through JSON before each event."""

    def __init__(self, do: list[Any], data: Any = None) -> None:
        made = plan(do, {"core.events": lambda _: None})
        self.program = Program.of(made.model_copy(update={"calls": {"listen": "core.events@1"}}).sealed())
        self.machine = Machine.begin(self.program, data, execution="exe_1", now=T0)
        self.values: dict[str, Any] = {}
        self.timers: list[Timer] = []
        self.number = 0
        self._take(self.machine.start())

    def event(
        self, type: str, data: Any = None, *, id: str = "", hold: bool = False, afresh: bool = True, **more: Any
    ) -> "Listening":
        """One event comes in; ``hold`` leaves its fetch open, ``afresh`` takes the state through JSON first."""
        if afresh:
            self.machine = Machine(self.program, State.load(json.loads(json.dumps(self.machine.state.dump()))))
        self.number += 1
        name = id or f"e{self.number}"
        self.values[name] = {"specversion": "1.0", "id": name, "source": "s", "type": type, "data": data, **more}
        commands = self.machine.arrived([{"source": "s", "id": name, "size": 10}], T0 + timedelta(seconds=self.number))
        if not hold:
            self._take(commands)
        return self

    def _take(self, commands: list[Any]) -> None:
        for command in commands:
            if isinstance(command, Call):
                found = [self.values[key["id"]] for key in command.arguments["events"]]
                result = StepResult(
                    path=command.path, call_id=command.id, output={"events": found}, at=self.machine.now
                )
                self._take(self.machine.resolve(command.id, result))
            elif isinstance(command, Timer):
                self.timers.append(command)

    def fire(self) -> "Listening":
        timer = self.timers.pop(0)
        self._take(self.machine.fire(timer.id, timer.due))
        return self

    @property
    def waits(self) -> bool:
        return self.machine.state.ending is None

    @property
    def ending(self) -> Ending:
        assert self.machine.state.ending is not None, "it still waits"
        return self.machine.state.ending


def task(to: dict[str, Any], **more: Any) -> list[Any]:
    return [{"hear": {"listen": {"to": to}, **more}}]


def of(type: str, **more: Any) -> dict[str, Any]:
    return {"with": {"type": type}, **more}


def test_one_gives_an_array_of_one() -> None:
    run = Listening(task({"one": of("a")})).event("b").event("a", {"n": 1})
    assert run.ending.output == [{"n": 1}]


def test_all_needs_one_of_each_in_any_order() -> None:
    run = Listening(task({"all": [of("a"), of("b")]})).event("b", 2).event("b", 3)
    assert run.waits
    assert run.event("a", 1).ending.output == [2, 1]


def test_any_takes_the_first_that_fits() -> None:
    assert Listening(task({"any": [of("a"), of("b")]})).event("c").event("b", 2).ending.output == [2]


def test_until_a_condition_on_what_was_consumed() -> None:
    run = Listening(task({"any": [of("a")], "until": "( . | length ) > 2"})).event("a", 1).event("x").event("a", 2)
    assert run.waits
    assert run.event("a", 3).ending.output == [1, 2, 3]


def test_the_event_that_stops_is_not_in_the_output() -> None:
    run = Listening(task({"any": [], "until": {"one": of("stop")}})).event("a", 1).event("b", 2).event("stop", 9)
    assert run.ending.output == [1, 2]


def test_a_filter_on_data_and_a_pattern() -> None:
    hot = {"with": {"type": "vitals\\..*", "data": "${ .t > 38 }"}}
    assert Listening(task({"one": hot})).event("vitals.t", {"t": 35}).event("other", {"t": 40}).event(
        "vitals.t", {"t": 39}
    ).ending.output == [{"t": 39}]


def test_correlation_with_an_expectation_reads_the_tasks_input() -> None:
    wanted = of("a", correlate={"order": {"from": ".data.id", "expect": "${ .order }"}})
    assert Listening(task({"one": wanted}), {"order": 7}).event("a", {"id": 8}).event("a", {"id": 7}).ending.output == [
        {"id": 7}
    ]


def test_correlation_without_one_is_fixed_by_the_first_event() -> None:
    by = {"order": {"from": ".data.id"}}
    run = (
        Listening(task({"all": [of("a", correlate=by), of("b", correlate=by)]}))
        .event("a", {"id": 1})
        .event("b", {"id": 2})
    )
    assert run.waits
    assert run.event("b", {"id": 1}).ending.output == [{"id": 1}, {"id": 1}]


def test_what_comes_early_is_kept_and_taken_once() -> None:
    do = [{"rest": {"wait": {"seconds": 1}}}, *task({"one": of("a")}), {"again": {"listen": {"to": {"one": of("a")}}}}]
    run = Listening(do).event("a", 1).event("a", 2)
    assert run.waits
    assert run.fire().ending.output == [2]


def test_a_second_delivery_changes_nothing() -> None:
    run = Listening(task({"any": [of("a")], "until": "length == 2"})).event("a", 1, id="x").event("a", 1, id="x")
    assert run.waits
    assert run.event("a", 2).ending.output == [1, 2]


def test_listeners_side_by_side_both_hear() -> None:
    branches = [{"l": {"listen": {"to": {"one": of("a")}}}}, {"r": {"listen": {"to": {"one": of("a")}}}}]
    assert Listening([{"both": {"fork": {"branches": branches}}}]).event("a", 1).ending.output == [[1], [1]]


def test_foreach_runs_as_each_comes_and_shapes_the_output() -> None:
    each = {
        "item": "e",
        "at": "n",
        "do": [{"double": {"set": {"v": "${ $e * 2 }", "n": "${ $n }"}}}],
        "output": {"as": ".v"},
    }
    run = Listening(task({"any": [of("a")], "until": "length == 2"}, foreach=each)).event("a", 1)
    assert run.machine.state.frames and run.waits
    assert run.event("a", 5).ending.output == [2, 10]


def test_foreach_waits_its_turn() -> None:
    each = {"do": [{"rest": {"wait": {"seconds": 1}}}]}
    run = Listening(task({"any": [of("a")], "until": "length == 2"}, foreach=each)).event("a", 1).event("a", 2)
    assert len(run.timers) == 1
    assert run.fire().fire().ending.output == [1, 2]


def test_read_envelope() -> None:
    do = [{"hear": {"listen": {"to": {"one": of("a")}, "read": "envelope"}}}]
    assert Listening(do).event("a", 1, id="x").ending.output[0]["id"] == "x"


def test_a_timeout_ends_the_listening() -> None:
    run = Listening(task({"one": of("a")}, timeout={"after": {"seconds": 1}})).event("b").fire()
    assert (run.ending.status, run.ending.error["status"]) == ("faulted", 408)  # type: ignore[index]


def test_too_many_events_that_nobody_wants_end_the_run_by_name() -> None:
    run = Listening(task({"one": of("a")}))
    for number in range(MOST_EVENTS):
        run.event("b", afresh=number % 100 == 0)
    assert run.waits
    assert run.event("b").ending.error["code"] == "inbox_overflow"  # type: ignore[index]


def test_a_run_that_ends_while_a_fetch_is_open_takes_it_back() -> None:
    run = Listening([{"rest": {"wait": {"seconds": 1}}}]).event("a", hold=True)
    commands = run.machine.fire(run.timers[0].id, run.timers[0].due)
    assert run.ending.status == "completed" and [type(c).__name__ for c in commands] == ["Cancel"]


@pytest.mark.parametrize("pattern", ["a(b", "[z-a]"])
def test_a_pattern_that_is_none_is_said_at_compile_time(pattern: str) -> None:
    from definitions.catalog import CATALOG, HEAD

    from symphainy.foundations.definitions.compile import compile_text

    text = HEAD + f"do:\n- a: {{listen: {{to: {{one: {{with: {{type: x, subject: '{pattern}'}}}}}}}}}}"
    (found,) = compile_text(text, catalog=CATALOG).errors
    assert (found.code, found.pointer) == ("SCH001", "/do/0/a/listen/to/one/with/subject")


def test_the_plan_says_which_types_it_listens_for() -> None:
    from definitions.catalog import CATALOG, HEAD

    from symphainy.foundations.definitions.compile import compile_text

    def listens(to: str) -> tuple[str, ...]:
        made = compile_text(HEAD + f"do:\n- a: {{listen: {{to: {to}}}}}", catalog=CATALOG).plan
        assert made is not None
        return made.listens

    assert listens("{any: [{with: {type: b}}, {with: {type: a}}], until: {one: {with: {type: c}}}}") == ("a", "b", "c")
    assert listens("{any: []}") == listens("{one: {with: {type: 'a.*'}}}") == ("*",)
