"""What must hold of one input, whatever it is: diagnostics come out and nothing else, soon, and in little memory."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from random import Random
from time import thread_time
from typing import Any

from definitions.catalog import CATALOG
from support.machine_driver import Driver, Fault

from fuzz.documents import Documents
from fuzz.expressions import expression
from fuzz.texts import text
from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.codes import CODES
from symphainy.foundations.definitions.compile import Compiled, compile_document, compile_text
from symphainy.foundations.definitions.expressions import ExpressionError, evaluate
from symphainy.foundations.definitions.plan import Plan

MOST = 1.0
"""Seconds of processor time for one input."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
NASTY: list[Any] = [
    list(range(9_000)),
    ["ab" * 4] * 4_000,
    "x" * 50_000,
    {"a": [{"b": [i]} for i in range(2_000)], "b": ["x"] * 99},
    None,
]


@dataclass
class Tally:
    """What came out of many inputs."""

    found: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    slowest_at: int = 0


def structured(draw: Random, tally: Tally) -> None:
    """A document of the language's shape."""
    compiled(Documents(draw).written(), draw, tally)


def raw(draw: Random, tally: Tally) -> None:
    """Bytes, read as a file is read: what is no UTF-8 stays in as half characters, which the loader must find."""
    compiled(text(draw).decode("utf-8", "surrogateescape"), draw, tally)


def jq(draw: Random, tally: Tally) -> None:
    """An expression: what the workflow would evaluate itself must be quick on data that is as large as it may be."""
    made = expression(draw)
    judgement = judge(made)
    tally.found[judgement.kind] += 1
    if judgement.kind != "linear":
        assert judgement.code in CODES and judgement.reason, made
        return
    for data in NASTY:
        start = thread_time()
        with suppress(ExpressionError):
            value = evaluate(made, data, dict.fromkeys(judgement.variables, data), NOW)
            assert len(json.dumps(value)) < 600_000, made
        took = thread_time() - start
        assert took < MOST, f"{took:.2f} s for {made!r} on {str(data)[:40]}"


def compiled(given: str, draw: Random, tally: Tally) -> None:
    """Errors or a plan; a plan that says the same when it is read again, and that runs without a defect."""
    result = compile_text(given, catalog=CATALOG)
    assert (result.plan is None) == bool(result.errors), "a plan with errors, or neither"
    for found in result.diagnostics:
        tally.found[found.code] += 1
        assert found.code in CODES and found.message and found.fix and found.line >= 1 and found.column >= 1
        assert len(found.message) < 2_000, found.message[:200]
    if result.plan is None:
        return
    tally.found["plan"] += 1
    again = compile_document(result.plan.document, catalog=CATALOG)
    assert again.plan is not None and again.plan.digest == result.plan.digest, "read again, it is another plan"
    runs(result.plan, draw)


def runs(plan: Plan, draw: Random) -> None:
    """The machine walks it: to an end of any kind, or for as long as it is allowed to."""

    def answer(name: str, arguments: Any) -> Any:
        if draw.random() < 0.2 or name.startswith("people.") or name == "core.definition":
            raise Fault(draw.choice([403, 408, 500, 503]))
        if name == "core.events":
            return {"events": []}
        if name.startswith("core."):
            return {"value": draw.choice([None, 1, [1], {"a": 1}])}
        return draw.choice([None, 1, "x", {"id": "1", "text": "x"}])

    class Anything(dict[str, Any]):
        def __missing__(self, name: str) -> Any:
            return partial(answer, name)

    limits = plan.limits.model_copy(update={"steps": 30, "loop": 50})
    driver = Driver(plan.model_copy(update={"limits": limits}), Anything(), {"a": [1, 2], "n": 1})
    try:
        driver.run(150)
    except AssertionError as error:
        if str(error) != "no end":
            raise
    except ValueError as error:  # nothing is open but events, which nobody sends here
        if "empty" not in str(error):
            raise


KINDS = {"structured": structured, "bytes": raw, "expressions": jq}


def one(kind: str, number: int, tally: Tally) -> None:
    """Judge input ``number`` of a kind: the number is all that is needed to make it again."""
    start = thread_time()
    KINDS[kind](Random(f"{kind}-{number}"), tally)
    if (took := thread_time() - start) > tally.slowest:
        tally.slowest, tally.slowest_at = took, number


__all__ = ["KINDS", "Compiled", "Tally", "one"]
