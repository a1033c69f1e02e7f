"""Lifecycle events, as the specification names them: each leaves once, with the next thing that the run tells the world."""

from typing import Any

import pytest
from support.machine_driver import Driver, Fault, plan

from symphainy.foundations.definitions.machine import Call, Machine, inbox, lifecycle
from symphainy.foundations.language.wire import StepResult

RETRY = {"retry": {"delay": "PT1S", "limit": {"attempt": {"count": 1}}}}
BUY = [
    {"quote": {"call": "quote", "with": {}}},
    {"pay": {"try": [{"charge": {"call": "charge", "with": {}}}], "catch": RETRY}},
    {"skipped": {"if": "false", "set": {"never": True}}},
    {"note": {"set": {"paid": True}}},
]  # fmt: skip


class Telling(Driver):
    """Remembers what left with each call."""

    def __init__(self, do: list[Any], functions: dict[str, Any], level: str = "tasks", **more: Any) -> None:
        made = plan(do, functions, **more)
        made.document["document"]["metadata"] = {"lifecycle": level}
        super().__init__(made.model_copy(update={"digest": ""}).sealed(), functions)
        self.left: list[tuple[str, dict[str, Any]]] = []

    def _answer(self, call: Call) -> StepResult:
        self.left += [(call.id, note) for note in call.told]
        return super()._answer(call)

    def told(self) -> list[str]:
        """Kind, verb and task of everything told, in order; what is left leaves with the end."""
        ending = self.machine.state.ending
        self.left += [("end", note) for note in ([] if ending is None else ending.told)]
        return [short(note) for _, note in self.left]


def short(note: dict[str, Any]) -> str:
    kind, verb, version = note["type"].removeprefix(lifecycle.PREFIX).split(".")
    assert version == "v1" and len(note["data"]) >= 2, note
    return f"{verb} {note['data']['task']}" if kind == "task" else f"workflow {verb}"


def failing_once() -> Any:
    count = []

    def charge(given: Any) -> Any:
        count.append(1)
        if len(count) == 1:
            raise Fault(503, "communication")
        return {"id": 1}

    return charge


def test_a_run_with_a_retry_tells_what_became_of_it_and_of_each_task() -> None:
    driver = Telling(BUY, {"quote": lambda given: {"amount": 1}, "charge": failing_once()})
    assert driver.run().status == "completed"
    charge, pay = "/do/1/pay/try/0/charge", "/do/1/pay"
    assert driver.told() == [
        "workflow started", "created /do/0/quote", "started /do/0/quote", "completed /do/0/quote",
        f"created {pay}", f"started {pay}", f"created {charge}", f"started {charge}", f"faulted {charge}", f"retried {pay}",
        f"created {charge}", f"started {charge}", f"completed {charge}", f"completed {pay}",
        "created /do/3/note", "started /do/3/note", "completed /do/3/note", "workflow completed",
    ]  # fmt: skip
    assert [name for name, _ in driver.left[:3]] == ["/do/0/quote"] * 3 and driver.left[-1][0] == "end"
    first, last = driver.left[0][1]["data"], driver.left[-1][1]["data"]
    assert first == {
        "name": "t-exe_1.t", "startedAt": "2026-01-01T00:00:00+00:00", "definition": {"namespace": "t", "name": "t", "version": "1.0.0"},
    }  # fmt: skip
    assert last["outputUri"] == "/api/execution/exe_1/result" and "output" not in last


def test_a_fault_names_its_error_without_its_detail_and_what_ran_beside_it_is_cancelled() -> None:
    def broken(given: Any) -> Any:
        raise Fault(418, "runtime")

    do = [{"both": {"fork": {"branches": [{"bad": {"call": "bad"}}, {"slow": {"wait": "PT1H"}}]}}}]
    driver = Telling(do, {"bad": broken})
    assert driver.run().status == "faulted"
    both = "/do/0/both"
    ends = [name for name in driver.told() if not name.startswith(("created", "started"))]
    assert ends == [
        "workflow started", f"faulted {both}/fork/branches/0/bad", f"cancelled {both}/fork/branches/1/slow", f"faulted {both}",
        "workflow faulted",
    ]  # fmt: skip
    error = driver.left[-1][1]["data"]["error"]
    assert error["status"] == 418 and set(error) <= {"type", "status", "title", "instance"}


@pytest.mark.parametrize("level", ["workflow", "tasks"])
def test_suspending_and_cancelling_are_told_once(level: str) -> None:
    driver = Telling([{"wait": {"wait": "PT1H"}}], {}, level)
    driver._take(driver.machine.start())
    for step in (
        driver.machine.suspend,
        driver.machine.suspend,
        lambda: driver.machine.resume(driver.machine.now),
        driver.machine.cancel,
    ):
        driver._take(step())
    wait = "/do/0/wait"
    tasks = [f"suspended {wait}", f"resumed {wait}", f"cancelled {wait}"]
    told = driver.told()
    assert [name for name in told if name.startswith("workflow")] == [
        f"workflow {verb}" for verb in ("started", "suspended", "resumed", "cancelled")
    ]
    assert [name for name in told if name in tasks] == (tasks if level == "tasks" else [])


def test_a_correlation_is_told_without_what_it_computed() -> None:
    machine = correlating()
    inbox.keep(machine, {"type": "a", "data": {"id": 7}})
    machine.settle()
    assert machine.state.ending is not None
    told = machine.state.ending.told
    assert [short(note) for note in told] == [
        f"workflow {v}" for v in ("started", "correlation-started", "correlation-completed", "completed")
    ]
    assert "7" not in str(told[2]["data"].get("correlationKeys")), (
        "what was computed from an event is no word of the definition"
    )


def correlating() -> Machine:
    one = {"with": {"type": "a"}, "correlate": {"order": {"from": ".data.id"}}}
    driver = Telling([{"hear": {"listen": {"to": {"one": one}}}}], {}, "workflow")
    driver.machine.start()
    return driver.machine


def test_a_type_and_a_title_that_were_computed_are_told_by_no_event() -> None:
    error = {"type": "${ .secret }", "status": 500, "title": "${ .secret }"}
    driver = Telling([{"no": {"raise": {"error": error}}}], {})
    driver.machine.state.input = {"secret": "s3cret"}
    assert driver.run().status == "faulted"
    assert "workflow faulted" in driver.told() and "s3cret" not in str(driver.left)


def test_who_does_not_ask_is_told_nothing_and_a_loop_that_calls_nothing_is_bounded() -> None:
    quiet = Driver(
        plan(BUY, {"quote": lambda g: {}, "charge": lambda g: {}}), {"quote": lambda g: {}, "charge": lambda g: {}}
    )
    quiet.run()
    assert quiet.machine.state.told == []
    busy = Telling([{"all": {"for": {"in": "${ . }"}, "do": [{"one": {"set": "${ . }"}}]}}], {})
    busy.machine.state.input = list(range(300))
    told = busy.run().told
    assert len(told) == lifecycle.MOST + 1 and told[-1]["type"].endswith("workflow.completed.v1")
    assert told[-2]["data"]["omitted"] == 1 + 3 * 301 - lifecycle.MOST
