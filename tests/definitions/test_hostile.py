"""Hostile expressions: each is refused before anything runs, or bounded while it runs, and the error names what is at fault.

Three walls. *Refused*: the compiler says no (EXP001, EXP002, EXP003, EXP008). *Bounded*: pure but heavy, so a process that can be killed
evaluates it, in a quarter of a second and 64 MB, never the workflow's thread. *Linear*: the workflow evaluates it itself, so it must be
quick on the worst data there may be.
"""

import json
import resource
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter, thread_time
from typing import Any

import pytest

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.expressions import ExpressionError, evaluate
from symphainy.foundations.definitions.pool import MEMORY, ExpressionPool

from .catalog import CATALOG

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LIMIT = 0.25
REFUSED = [  # expression, what the error names
    # the environment and the process
    ("env", "env"), ("env.HOME", "env"), ("$ENV", "$ENV"), ("$ENV.PATH", "$ENV"), ('"\\(env)"', "env"), ("{a: env}", "env"),
    ("try env catch 1", "env"), (".. | env?", "env"), ("limit(1; env)", "env"), ("def env: 1; env", "env"), ("getpath($ENV)", "$ENV"),
    ("$__loc__", "$__loc__"), ("$__prog_args", "$__prog_args"), ("get_search_list", "get_search_list"), ("builtins", "builtins"),
    ("input_line_number", "input_line_number"), ("input_filename", "input_filename"), ("halt", "halt"), ('halt_error("x")', "halt_error"),
    ("debug", "debug"), ("stderr", "stderr"),
    # the clock, but for the run's own
    ("localtime", "localtime"), ("mktime", "mktime"), ('strptime("%Y")', "strptime"), ('strflocaltime("%c")', "strflocaltime"),
    ("now | localtime", "localtime"), ("def input: 1; input", "input"),
    # files, modules and a second input
    ("input", "input"), ("inputs", "inputs"), ("[inputs]", "inputs"), ("reduce inputs as $x (0; . + 1)", "inputs"),
    ('import "a" as a; .', "import"), ('include "a"; .', "include"), ('"a" as $x | import "b" as b; .', "import"),
    ("modulemeta", "modulemeta"), ("a::b", "::"),
    # recursion without a bound, and nesting
    ("def f: f; f", "f calls itself"), ("def f: 1, f; f", "f calls itself"), ("def f(x): x | f(x); f(.)", "f calls itself"),
    ("def f: def g: f; g; f", "f calls itself"), ("(" * 600 + "1" + ")" * 600, "nest"), ("[" * 5000, "nest"), (".a" * 5000, "nested"),
    # strings that jq would make while it compiles
    ('"x" * 10000000', "*"), ('"x" * 1e9', "*"), ('"x" * 1000 * 1000', "*"), ('1e9 * ("a" + "b")', "*"), ('("x" | .) * 1e9', "*"),
    ('def f: "x" * 1e9; 1', "*"), ('"x" * 1e9 as $x | 1', "*"), ('[1], "x" * 1e9 as $x | 1', "*"),
]  # fmt: skip
HEAVY: list[tuple[str, Any, str]] = [  # expression, its data, what the hint and the error name
    ("last(repeat(1))", None, "repeat"), ("[range(infinite)] | length", None, "range"), ("[limit(1e9; repeat(1))] | length", None, "limit"),
    ("until(false; .)", None, "until"), ('reduce range(40) as $i ("x"; . + .) | length', None, "range"),
    ('[.[] * 1000] | combinations', ["ab"] * 9, "combinations"), ('test("(a+)+$")', "a" * 40_000 + "b", "test"),
    ('gsub(""; "aaaa")', "x" * 60_000, "gsub"), ("setpath([1e8]; 1) | length", None, "setpath"),
]  # fmt: skip
LINEAR = [
    ".. | tojson", "[.. | tojson] | add", "map(tojson | tojson | tojson)?", "[.[]? * 1000]", ".[]? *= 1000", "[.[]? | . * 512]",
    "map(. + .)?", "tojson | @base64 | @uri | @html", "tojson | explode | implode", "[paths | tojson] | add", "[tostream] | length",
    "with_entries(.key |= tostring)?", "walk(.)", "del(..)?", "to_entries? | map(.value)", "sort? | unique | reverse", "flatten?",
    'test("^(a|b)")?', "ascii_downcase?", "[infinite, nan] | tojson", "now", "-1e1000", "1e18 | todate", "implode?",
    'strftime("%c%c%c%c")?', "error(.)?", "tojson * 1000",
    ".[keys]?", "nth(keys)?", "getpath([keys])?", "[.[keys?, .]?]",
]  # fmt: skip
NASTY: list[Any] = [
    list(range(12_000)), ["ab" * 4] * 5_000, "x" * 60_000, [{"a": i, "id": str(i)} for i in range(2_500)], [["x" * 30_000]], 1e9, None,
]  # fmt: skip


def validated(text: str) -> list[Any]:
    do = [{"a": {"set": {"x": f"${{ {text} }}"}}}]
    head = {"dsl": "1.0.3", "namespace": "t", "name": "s", "version": "1.0.0"}
    return list(compile_text(json.dumps({"document": head, "do": do}), catalog=CATALOG).diagnostics)


@pytest.mark.parametrize(("text", "names"), REFUSED, ids=[f"{text[:24]}-{i}" for i, (text, _) in enumerate(REFUSED)])
def test_refused_at_validation_and_never_evaluated(text: str, names: str) -> None:
    start = thread_time()
    (found,) = [d for d in validated(text) if d.severity == "error"]
    assert found.code in ("EXP001", "EXP002", "EXP003", "EXP008")
    assert names in found.message.rpartition("': ")[2], found.message
    with pytest.raises(ExpressionError, match=r"cannot be used"):
        evaluate(text, None, {}, NOW)
    assert thread_time() - start < 1.0


@pytest.fixture(scope="module")
def pool() -> Iterator[ExpressionPool]:
    made = ExpressionPool(2, timeout=LIMIT)
    yield made
    made.close()


@pytest.mark.parametrize(("text", "data", "names"), HEAVY, ids=[text[:24] for text, _, _ in HEAVY])
def test_bounded_in_a_process_of_its_own(pool: ExpressionPool, text: str, data: Any, names: str) -> None:
    hint = next(d for d in validated(text) if d.code == "EXP005")
    assert names in hint.message.rpartition("step of its own: ")[2]
    with pytest.raises(ExpressionError, match="must run as a step of its own"):
        evaluate(text, data, {}, NOW)
    child = pool._take()  # warm: what counts is the evaluation
    pool._give(child)
    start = perf_counter()
    with pytest.raises(ExpressionError) as stopped:
        pool.evaluate(text, data, {}, NOW)
    assert perf_counter() - start < LIMIT + 2.0
    assert names in str(stopped.value) and text[:20] in str(stopped.value)


def test_the_bound_on_memory_is_the_kernels(pool: ExpressionPool) -> None:
    child = pool._take()
    most, _ = resource.prlimit(child.process.pid, resource.RLIMIT_AS)
    with open(f"/proc/{child.process.pid}/statm", encoding="ascii") as file:
        held = int(file.read().split()[0]) * resource.getpagesize()
    pool._give(child)
    assert 0 < most <= held + MEMORY


@pytest.mark.parametrize("text", LINEAR)
def test_what_the_workflow_evaluates_itself_is_quick_and_small(text: str) -> None:
    """Two seconds is Temporal's deadlock detector."""
    judgement = judge(text)
    assert judgement.kind == "linear", judgement.reason
    for data in NASTY:
        start = thread_time()
        with suppress(ExpressionError):
            assert len(json.dumps(evaluate(text, data, {}, NOW), ensure_ascii=False)) < 300_000
        assert thread_time() - start < 1.0, str(data)[:40]
