"""Compensation: the contract's, the task's own, what cannot be taken back, and a catch that calls for it."""

from typing import Any

import pytest
from support.machine_driver import Driver, Fault, plan, run

UNDO = {"pay": "refund", "book": "unbook"}
BACK = "compensate:1.0.0@default"


def works(arguments: Any) -> Any:
    return {"id": "x"}


def fails(arguments: Any) -> Any:
    raise Fault(409, "no")


FUNCTIONS = {"pay": works, "refund": works, "book": works, "unbook": works, "void": works, "fail": fails}


def last_fails(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    return [*tasks, {"last": {"call": "fail"}}]


def test_a_task_declares_its_own_compensation_with_its_own_arguments() -> None:
    own = {"call": "void", "with": {"payment": "${ $output.id }", "claim": "${ .claim }", "was": "${ $input.claim }"}}
    do = last_fails({"p": {"call": "pay", "with": {"n": 1}, "metadata": {"compensate": own}}}, {"b": {"call": "book"}})
    driver = Driver(plan(do, FUNCTIONS, UNDO), FUNCTIONS, {"claim": 7})
    ending = driver.run()
    # ``.claim`` is the task's input here, as everywhere in the task.
    assert [entry for entry in driver.log if entry[0].endswith("/undo")] == [
        ("/do/1/b/undo", {"input": {}, "output": {"id": "x"}}),
        ("/do/0/p/undo", {"payment": "x", "claim": 7, "was": 7}),
    ]
    assert (ending.status, ending.compensation, ending.owed) == ("faulted", "compensated", [])


def test_a_capability_without_an_undo_is_taken_back_by_the_tasks_own() -> None:
    do = last_fails({"p": {"call": "paycash", "metadata": {"compensate": {"call": "void"}}}})
    functions = {**FUNCTIONS, "paycash": works}
    assert run(do, functions, {}, undo={})[0].compensation == "compensated"
    assert run(last_fails({"p": {"call": "paycash"}}), functions, {}, undo={})[0].owed == ["/do/0/p"]


def test_what_is_declared_irreversible_stays_and_is_owed() -> None:
    do = last_fails({"p": {"call": "pay", "metadata": {"irreversible": True}}}, {"b": {"call": "book"}})
    ending, log = run(do, FUNCTIONS, {}, undo=UNDO)
    assert (ending.compensation, ending.owed) == ("partial", ["/do/0/p"])
    assert [name for name, _ in log if name.endswith("/undo")] == ["/do/1/b/undo"]


def test_a_compensation_that_cannot_be_computed_fails_the_task_and_is_owed() -> None:
    own = {"call": "void", "with": {"n": "${ $output.id.deeper }"}}
    ending, _ = run([{"p": {"call": "pay", "metadata": {"compensate": own}}}], FUNCTIONS, {}, undo=UNDO)
    assert (ending.status, ending.compensation, ending.owed) == ("faulted", "partial", ["/do/0/p"])


def caught(*catch: dict[str, Any], tail: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    body = last_fails({"p": {"call": "pay"}}, {"b": {"call": "book"}})
    return [{"first": {"call": "book"}}, {"t": {"try": body, "catch": {"do": list(catch)}}}, *tail]


def test_a_catch_takes_back_what_its_try_has_done_and_nothing_else() -> None:
    ending, log = run(caught({"undo": {"call": BACK}}), FUNCTIONS, {}, undo=UNDO)
    assert (ending.status, ending.compensation) == ("completed", "compensated")
    paths = ["/do/1/t/try/1/b", "/do/1/t/try/0/p"]
    assert ending.output == {"compensation": "compensated", "undone": paths, "owed": []}
    assert [name for name, _ in log if name.endswith("/undo")] == [f"{path}/undo" for path in paths]


def test_what_a_catch_could_not_take_back_is_owed_although_the_run_completes() -> None:
    functions = {**FUNCTIONS, "refund": fails}
    ending, _ = run(caught({"undo": {"call": BACK}}, {"done": {"set": {"n": 1}}}), functions, {}, undo=UNDO)
    assert (ending.status, ending.compensation, ending.output) == ("completed", "partial", {"n": 1})
    assert ending.owed == ["/do/1/t/try/0/p"]


def test_what_a_catch_has_taken_back_is_not_taken_back_twice() -> None:
    do = caught({"undo": {"call": BACK}}, tail=({"again": {"call": "fail"}},))
    ending, log = run(do, FUNCTIONS, {}, undo=UNDO)
    undone = [name for name, _ in log if name.endswith("/undo")]
    assert undone == ["/do/1/t/try/1/b/undo", "/do/1/t/try/0/p/undo", "/do/0/first/undo"]
    assert (ending.status, ending.compensation) == ("faulted", "compensated")


def test_owed_from_a_catch_stays_owed_when_the_run_fails_later() -> None:
    functions = {**FUNCTIONS, "refund": fails}
    ending, _ = run(caught({"undo": {"call": BACK}}, tail=({"again": {"call": "fail"}},)), functions, {}, undo=UNDO)
    assert (ending.status, ending.compensation, ending.owed) == ("faulted", "partial", ["/do/1/t/try/0/p"])


def test_every_attempt_of_a_retried_body_is_taken_back() -> None:
    calls: list[Any] = []

    def pay(arguments: Any) -> Any:
        calls.append(arguments)
        return {"id": len(calls)}

    body = [
        {"p": {"call": "pay", "with": {"n": "${ $context.n // 0 }"}, "export": {"as": "${ {n: 1} }"}}},
        {"f": {"call": "fail"}},
    ]
    retry = {"limit": {"attempt": {"count": 1}}, "delay": "PT1S"}
    do = [{"t": {"try": body, "catch": {"retry": retry, "do": [{"undo": {"call": BACK}}]}}}]
    ending, log = run(do, {**FUNCTIONS, "pay": pay}, {}, undo=UNDO)
    assert (ending.status, ending.compensation) == ("completed", "compensated")
    assert len([name for name, _ in log if name.endswith("/undo")]) == len(calls)


@pytest.mark.parametrize("place", ["/do/0/undo"])
def test_compensate_outside_a_catch_is_an_error(place: str) -> None:
    ending, _ = run([{"undo": {"call": BACK}}], FUNCTIONS, {}, undo=UNDO)
    assert ending.status == "faulted" and ending.problem is not None and ending.problem.instance == place
