"""Rehearsals as data: what a scenario may say, which ways a definition has, and what is called wrong."""

from typing import Any

import pytest

from symphainy.foundations.definitions.rehearsal import faults, report
from symphainy.foundations.definitions.rehearsal.coverage import Way, taken, ways
from symphainy.foundations.definitions.rehearsal.scenario import Expect, load_scenario


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("input: {a: 1}\nexpct: {}", "/expct", 2),
        ("decisions:\n  - {by: ann, choice: maybe}", "/decisions/0/choice", 2),
        ("decisions:\n  - {by: ann, choice: approve, after: soon}", "/decisions/0/after", 2),
        ("mocks: {a.b: 1}\nanswers:\n  a.c: []", "/answers/a.c", 3),
        ("capabilities:\n  Nonsense: {}", "/capabilities/Nonsense/[key]", 2),
        ("start: 2026-01-01T00:00:00", "/start", 1),
        ("mocks: {a.b: 1}\nanswers: {a.b: [{output: 1}]}", "", 1),
        ("answers: {a.b: [{output: 1, error: {}}]}", "/answers/a.b", 1),
    ],
)
def test_a_scenario_that_cannot_be_meant_is_refused_with_its_place(text: str, where: str, line: int) -> None:
    made, found = load_scenario(text, file="s.yaml")
    assert made is None and [(d.code, d.pointer, d.line) for d in found][:1] == [("SCN001", where, line)]
    assert found[0].fix


def test_answers_come_in_order_and_the_last_one_repeats() -> None:
    made, _ = load_scenario("mocks: {c.d: 7}\nanswers: {a.b: [{error: {status: 503}}, {output: 2, takes: PT1H}]}")
    assert made is not None
    given = [made.answer(("task", "a.b@1", "a.b"), n) for n in range(3)]
    assert [(a.output, a.error.status if a.error else None) for a in given if a] == [(None, 503), (2, None), (2, None)]
    assert (made.answer(("c.d",), 5), made.answer(("x",), 0)) == (given[0].__class__(output=7), None)


def test_who_decides_is_an_operator_unless_it_is_said() -> None:
    made, _ = load_scenario("as: ann\npeople: {cy: [member]}\ndecisions: [{by: bob, choice: reject}]")
    assert made is not None and made.everybody == {"ann": ("member",), "bob": ("operator",), "cy": ("member",)}
    assert made.cues() == (
        {"do": "decide", "task": None, "by": "bob", "choice": "reject", "value": None, "after": "PT0S", "refused": False},
    )  # fmt: skip


DOCUMENT: dict[str, Any] = {
    "do": [
        {"a": {"if": ".x", "set": {}}},
        {"b": {"switch": [{"one": {"when": ".y", "then": "end"}}, {"two": {"when": ".z"}}]}},
        {"c": {"try": [{"d": {"set": {}}}], "catch": {"retry": {}, "do": [{"e": {"set": {}}}]}}},
        {"f": {"call": "approval:1.0.0@default", "with": {"timeout": "P1D"}}},
    ]
}


def test_the_ways_of_a_definition() -> None:
    assert [(w.task, w.label) for w in ways(DOCUMENT)] == [
        ("a", "run"), ("a", "skipped"), ("b", "run"), ("b", "one"), ("b", "two"), ("b", "otherwise"), ("c", "run"),
        ("c", "retried"), ("c", "caught"), ("d", "run"), ("e", "run"), ("f", "run"), ("f", "approved"), ("f", "rejected"),
        ("f", "timeout"),
    ]  # fmt: skip


def test_a_trace_takes_ways_and_nothing_else() -> None:
    trace = [
        ["t", "skip", "/do/0/a", "/do/0/a", ""], ["t", "case", "/do/1/b", "/do/1/b", "otherwise"],
        ["t", "decided", "/do/3/f", "/do/3/f", "timeout"], ["t", "case", "/do/1/b", "/do/1/b", "three"],
        ["t", "undone", "", "/do/3/f", "ok"],
    ]  # fmt: skip
    assert taken(DOCUMENT, trace) == {
        Way("/do/0/a", "a", "skipped"), Way("/do/1/b", "b", "otherwise"), Way("/do/3/f", "f", "timeout"),
    }  # fmt: skip


def test_what_differs_from_what_was_expected_is_said() -> None:
    told = {"status": "faulted", "compensation": "none", "output": {"a": {"b": 1, "c": 2}}, "error": {"status": 409}}
    told |= {"path": ["/do/0/a"], "undone": [], "owed": [], "coverage": {"percent": 60}}
    assert differences_of(told, {"status": "faulted", "output": {"a": {"b": 1}}, "error": {"status": 409}}) == []
    assert differences_of(told, {"output": {"a": {"b": 2}}, "coverage": 61, "path": ["/do/0/a", "/do/1/b"]}) == [
        "path is /do/0/a, /do/0/a, /do/1/b was expected",
        "output.a.b is 1, 2 was expected",
        "60 % of the ways were taken, 61 % are wanted",
    ]


def differences_of(told: dict[str, Any], expect: dict[str, Any]) -> list[str]:
    return report.differences(Expect.model_validate(expect), told)


def faulty(**more: Any) -> dict[str, Any]:
    trace = [["t", "call", "/do/0/a", "/do/0/a", "a.do@1"], ["t", "call", "/do/1/b", "/do/1/b", "b.do@1"]]
    closing = {"status": "faulted", "compensation": "compensated", "owed": [], **more.pop("closing", {})}
    return {"trace": trace + more.pop("trace", []), "closing": closing, "starved": None, **more}


def test_a_fault_is_in_order_when_everything_is_taken_back() -> None:
    run = faulty(trace=[["t", "undone", "", "/do/0/a", "ok"]])
    assert faults.judged("/do/1/b", "", run, frozenset())["wrong"] == []
    assert faults.undone(run["trace"]) == ["/do/0/a"] and faults.steps(run["trace"]) == ["/do/0/a", "/do/1/b"]


@pytest.mark.parametrize(
    ("run", "undo", "wrong"),
    [
        (faulty(closing={"owed": ["/do/0/a"]}), "", "/do/0/a (a.do@1) is not taken back"),
        (faulty(starved=[]), "", "it came to a standstill: nothing that could happen would have let it go on"),
        (faulty(), "/do/0/a", "the undo of /do/0/a failed, and the run does not say that it is owed"),
    ],
)
def test_what_is_left_behind_is_wrong(run: dict[str, Any], undo: str, wrong: str) -> None:
    assert faults.judged("/do/1/b", undo, run, frozenset())["wrong"] == [wrong]


def test_what_nothing_can_take_back_is_no_surprise() -> None:
    run = faulty(closing={"owed": ["/do/0/a"]})
    assert faults.judged("/do/1/b", "", run, frozenset(["a.do@1"]))["wrong"] == []


def test_steps_inside_loops_and_visits_are_one_place() -> None:
    trace = [
        ["t", "call", "p", path, "x@1"] for path in ("/do/0/a[0]/do/0/b", "/do/0/a[1]/do/0/b~2", "/do/1/c/$expression")
    ]
    assert faults.steps(trace) == ["/do/0/a/do/0/b"]
