from datetime import UTC, datetime
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.foundations.definitions.expressions import (
    ExpressionError,
    evaluate,
    expressions_in,
    is_expression,
    resolve,
    strip,
    truthy,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def ev(text, data=None, **variables):
    return evaluate(text, data, variables, NOW)


@pytest.mark.parametrize(
    ("text", "data", "value"),
    [
        (".a", {"a": 1}, 1),
        ("${ .a.b[0] }", {"a": {"b": [7]}}, 7),
        (".a[-1]", {"a": [1, 2]}, 2),
        (".missing.deeper", {}, None),
        (".a", None, None),
        ('.["a b"]', {"a b": 3}, 3),
        ("map(select(.a > 1)) | length", [{"a": 1}, {"a": 2}], 1),
        ('"Hello \\(.name)!"', {"name": "Ann"}, "Hello Ann!"),
        ("{a, b: (.a + 1)}", {"a": 1}, {"a": 1, "b": 2}),
        ("[.items[].price] | add", {"items": [{"price": 1.5}, {"price": 2}]}, 3.5),
        ("reduce .[] as $x (0; . + $x)", [1, 2, 3], 6),
        ('if . > 1 then "many" else "one" end', 2, "many"),
        (".a // 5", {"a": None}, 5),
        ("empty", 1, None),
        ("now", None, 1767323045),
        ("now | todate", None, "2026-01-02T03:04:05Z"),
        ('{"a b": 1}."a b"', None, 1),
        ("@base64", "x", "eA=="),
        (".a |= . + 1 | .b = 2", {"a": 1}, {"a": 2, "b": 2}),
        (". as [$x, {y: $z}] | $x + $z", [1, {"y": 2}], 3),
        ("try error({a: 1}) catch .a", None, 1),
        ("1 # a comment )", None, 1),
        ("1 + 2 as $x | $x * 10", None, 30),
        ('[1, "x" * 2 as $x | $x, $x]', None, [1, "xx", "xx"]),
        (".x[.y[.z]]", {"x": {"q": 1}, "y": {"w": "q"}, "z": "w"}, 1),
        ('"\\(.x[.i # which\n])!"', {"x": [7], "i": 0}, "7!"),
        (".[[1, 2]]", [0, 1, 2, 1, 2], [1, 3]),
        ("nth(1), nth(0) | select(. > 4)", [4, 5], 5),
        ('getpath(["a", .k])', {"a": {"b": 3}, "k": "b"}, 3),
    ],
)
def test_it_computes_what_jq_computes(text, data, value):
    assert ev(text, data) == value


@pytest.mark.parametrize(
    "text",
    [
        "env", "env.HOME", "$ENV", "$ENV.PATH", "input", "inputs", "[inputs]", "halt", "halt_error", 'halt_error("x")', "debug",
        'debug("x")',
        "stderr", "input_line_number", "input_filename", "get_search_list", "get_prog_origin", "modulemeta", "localtime", "mktime",
        'strptime("%Y")', 'strflocaltime("%Y")', "$__loc__", "$__prog_args", "$__e", "$__now", "{$__loc__}", "builtins", "have_decnum",
        'import "etc/passwd" as $p {search: "/"}; $p', 'include "x"; .', 'def env: 1; env', "def f: f; f", "def f: def g: f; g; f",
        "_plus(1; 2)", "__fit", "def _plus(a; b): 0; 1 + 1",
    ],
)  # fmt: skip
def test_what_reads_the_worker_is_refused(text):
    with pytest.raises(ExpressionError) as caught:
        ev(text, {})
    assert (caught.value.status, caught.value.kind) == (400, "expression")
    assert caught.value.code in ("EXP001", "EXP002", "EXP003")


@pytest.mark.parametrize(
    "text",
    [
        ") | (env", "1) | (2", "(1", "[1)", '"\\(1', '"a', "{a: 1", "1 #) \\\n | env", ".\x00 | env", "1 | | 2", "", "${", "'a'",
        "a b", "..a",
        "(" * 70 + "1" + ")" * 70, ". | " * 5000 + ".", '"' + "\\(" * 80 + "1" + ")" * 80 + '"', "1" * 400, "\ud800", '"\ud800"',
        "@nonsense",
        "length(1)", "mpa(.)", "$a::b", "a::b", ".a = .b = 1", "1 == 2 == 3",
    ],
)  # fmt: skip
def test_malformed_text_is_refused_and_not_repaired(text):
    with pytest.raises(ExpressionError):
        ev(text, {})


def test_the_clock_is_the_one_handed_in():
    later = datetime(2030, 1, 1, tzinfo=UTC)
    assert evaluate("now", None, {}, later) == later.timestamp()
    assert {ev("[now, (now | gmtime | todate)]")[1] for _ in range(3)} == {"2026-01-02T03:04:05Z"}


def test_a_missing_variable_is_named():
    with pytest.raises(ExpressionError, match=r"\$contxt, which is not available here \(there is: \$context\)"):
        ev(".a + $contxt", {}, context=1)
    with pytest.raises(ExpressionError, match=r"\$nothing"):
        ev("$nothing.a", {})


def test_variables_shadow_and_reach_into_strings():
    assert ev('"\\($item.n) of \\($items | length)"', None, item={"n": 1}, items=[1, 2], unused=object()) == "1 of 2"
    assert ev(". as $x | [$x, $y]", 1, y=2) == [1, 2]


def test_exactly_one_output():
    with pytest.raises(ExpressionError, match="more than one output"):
        ev(".[]", [1, 2])
    with pytest.raises(ExpressionError, match="more than one output"):
        ev("1, 2")
    assert ev(".[]", []) is None


def test_large_inputs_and_results_are_refused_but_paths_are_free():
    big = {"a": "x" * 100_000, "id": 1}
    assert ev(".id", big) == 1
    assert ev(".a", big) is big["a"]
    with pytest.raises(ExpressionError, match="at most 65536"):
        ev("{id}", big)
    with pytest.raises(ExpressionError, match="larger than 65536"):
        ev("[.a, .a]", {"a": "x" * 40_000})
    with pytest.raises(ExpressionError, match="larger than 65536"):
        ev("map($all)", list(range(5_000)), all="x" * 20_000)
    with pytest.raises(ExpressionError, match="repeated string"):
        ev(". * 1000000000", "x")


def test_integers_beyond_a_double_are_kept_or_refused_never_rounded():
    big = 2**60 + 1
    assert ev("{id}", {"id": big}) == {"id": big}
    assert ev(".id", {"id": big}) == big
    assert ev(".n + 1", {"n": 1, "id": big}) == 2
    assert ev(f".id == {big}", {"id": big}) is True
    assert ev(f".id == {big - 1}", {"id": big}) is False
    for text in (".id + 1", ".id * 1", ".id - 1", ".id % 10", ".id / 1", "[.id] | add + 1", "[.id, 1] | add"):
        with pytest.raises(ExpressionError, match="2\\^53"):
            ev(text, {"id": big})
    with pytest.raises(ExpressionError, match="rounded"):
        ev(".n * .n", {"n": 2**30 + 1})


def test_numbers_beyond_a_double_and_half_characters_are_refused():
    for text, data in (("1e1000", None), ("{v: .}", float("nan")), ("{v: .}", "\ud800"), ("{v: .}", {1, 2})):
        with pytest.raises(ExpressionError):
            ev(text, data)


def test_an_error_of_the_expression_itself_is_told():
    with pytest.raises(ExpressionError, match="no such claim"):
        ev('error("no such claim")')
    with pytest.raises(ExpressionError, match='cannot index a string with "a"'):
        ev(".a", "text")
    with pytest.raises(ExpressionError, match="cannot index an object with a number"):
        ev(".[0]", {})


def test_zero_and_the_empty_string_are_true():
    assert [truthy(t, None, {}, NOW) for t in ("0", '""', "[]", "false", "null", "empty")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_what_counts_as_an_expression():
    assert is_expression("${ .a }")
    assert is_expression("  ${.a}\n")
    assert is_expression("${\n  .a\n}")
    assert not is_expression("Hello ${ .a }!")
    assert not is_expression(".a")
    assert not is_expression(None)
    assert strip(" ${ .a | { b: 1 } } ") == ".a | { b: 1 }"


def test_resolve_is_deep_and_never_evaluates_a_result_again():
    data = {"evil": "${ env }", "n": 1}
    template = {"a": ["${ .evil }", {"b": "${ .n + 1 }"}], "c": "literal ${ .n }", "d": ".n", "${ .n }": True}
    assert resolve(template, data, {}, NOW) == {
        "a": ["${ env }", {"b": 2}], "c": "literal ${ .n }", "d": ".n", "${ .n }": True,
    }  # fmt: skip
    assert resolve(5, data, {}, NOW) == 5
    assert expressions_in(template) == [".evil", ".n + 1"]


def test_heavy_expressions_are_not_evaluated_here():
    with pytest.raises(ExpressionError, match="a step of its own"):
        ev("[range(10)]")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_json_passes_through_unchanged(value):
    surrogates = any("\ud800" <= c <= "\udfff" for c in repr(value))
    if not surrogates:
        assert ev("{v: .} | .v", value) == value
        assert ev("[$x][0]", None, x=value) == value


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('.[]{}()|,:;"\\#$ abc01@*+-=<>?/\n'), max_size=30))
def test_any_text_is_a_value_or_an_expression_error(text):
    try:
        ev(text, {"a": 1})
    except ExpressionError:
        pass


def test_evaluating_again_is_cheap():
    ev(".a + 1", {"a": 1})
    start = thread_time()
    for _ in range(200):
        ev(".a + 1", {"a": 1})
    assert thread_time() - start < 0.5
