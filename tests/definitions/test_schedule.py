"""``schedule`` of a document: what is said is checked before anything is made of it; a solution binds what its sagas say."""

import json
from typing import Any

import pytest

from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.definitions.cron import fault
from symphainy.foundations.definitions.schedule import triggers
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.contract import Catalog

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "n", "version": "1.0.0"}
PAID = {"one": {"with": {"type": "order.paid"}}}


def compiled(schedule: dict[str, Any]) -> Any:
    return compile_document(
        {"document": HEAD, "schedule": schedule, "do": [{"a": {"set": {"x": 1}}}]}, catalog=Catalog()
    )


@pytest.mark.parametrize(
    "schedule",
    [
        {"every": {"minutes": 5}}, {"cron": "*/15 8-18 * * mon-fri"}, {"cron": "@daily"}, {"after": "PT0S"},
        {"on": PAID, "read": "envelope"}, {"cron": "0 0 1 jan,jul *", "after": "P1D", "on": PAID},
        {"on": {"any": [{"with": {"type": "a.*b", "data": "${ .n > 1 }"}}], "until": "length > 3"}},
    ],
)  # fmt: skip
def test_what_can_be_kept_is_taken(schedule: dict[str, Any]) -> None:
    made = compiled(schedule)
    assert made.plan is not None, made.errors
    assert set(triggers(made.plan.document)) == set(schedule) - {"read"}


@pytest.mark.parametrize(
    ("schedule", "code", "at", "says"),
    [
        ({}, "DOC009", "/schedule", "says nothing"),
        ({"every": "P1M"}, "DOC005", "/schedule/every", "no fixed length"),
        ({"every": {"milliseconds": 10}}, "DOC005", "/schedule/every", "at least one second"),
        ({"after": "${ .pause }"}, "DOC005", "/schedule/after", "before anything runs"),
        ({"cron": "99 * * * *"}, "DOC009", "/schedule/cron", "not within 0 to 59"),
        ({"read": "data"}, "SCH003", "/schedule", "on"),
        ({"on": {"one": {"with": {"type": "(a"}}}}, "SCH001", "/schedule/on/one/with/type", "no pattern"),
        ({"on": {"one": {"with": {"data": "${ $context.a }"}}}}, "EXP004", "/schedule/on/one/with/data", "there is none"),
        ({"on": {"one": {"with": {"data": "${ [range(.n)] | length > 1 }"}}}}, "LNK004", "/schedule/on/one/with/data", "not linear"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said(schedule: dict[str, Any], code: str, at: str, says: str) -> None:
    found = compiled(schedule).errors
    assert [(d.code, d.pointer) for d in found] == [(code, at)], found
    assert says in found[0].message, found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "a * * * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "0 24 * * *",
        "@often",
        "0 0 0 * *",
        "1--2 * * * *",
    ],
)
def test_a_cron_expression_that_is_none(text: str) -> None:
    assert fault(text)


SAGA = {"document": HEAD, "schedule": {"every": {"hours": 1}, "on": PAID}, "do": [{"a": {"set": {"x": 1}}}]}


def solution(bindings: list[dict[str, Any]], name: str = "Night_Run") -> Any:
    about = {"name": "first", "version": "1.0.0", "intents": {"a.b": name, "a.c": name}, "bindings": bindings}
    files = {"solution.yaml": json.dumps(about), f"sagas/{name}.yaml": json.dumps(SAGA)}
    return load_solution(files, Catalog())


def test_a_solution_binds_what_its_sagas_say() -> None:
    made = solution([{"surface": "schedule", "name": "then", "intent": "a.c", "after": "PT1M"}])
    assert made.definition is not None, made.diagnostics
    told = [(b.name, b.intent, b.every, b.after, b.on) for b in made.definition.bindings]
    assert told == [
        ("then", "a.c", None, "PT1M", None),
        ("saga-night-run-every", "a.b", "PT3600S", None, None),
        ("saga-night-run-on", "a.b", None, None, PAID),
    ]


@pytest.mark.parametrize(
    ("binding", "code", "says"),
    [
        ({"on": PAID}, "SOL001", "written in the saga itself"),
        ({"cron": "0 25 * * *"}, "DOC009", "not within 0 to 23"),
        ({"every": "PT1H", "after": "PT1H"}, "SOL001", "either"),
        ({"every": "PT1H", "name": "saga-night-run-on"}, "SOL004", "Night_Run.yaml"),
    ],
)
def test_a_binding_that_cannot_be_kept(binding: dict[str, Any], code: str, says: str) -> None:
    found = [
        d
        for d in solution([{"surface": "schedule", "name": "s", "intent": "a.b", **binding}]).diagnostics
        if d.severity == "error"
    ]
    assert any(d.code == code and says in d.message for d in found), found
