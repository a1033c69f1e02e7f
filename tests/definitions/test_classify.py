import json
from datetime import UTC, datetime
from time import thread_time

import pytest

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.expressions import ExpressionError, classify, evaluate
from symphainy.foundations.definitions.sites import sites
from symphainy.foundations.definitions.yaml12 import load

from .examples import documents, needs_examples

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LINEAR = [
    ".", ".a.b", ".a[1:3]", '"\\(.a) and \\($b)"', "map(select(.a > 1)) | length", "to_entries | map(select(.value > 1)) | from_entries",
    "group_by(.k) | map({k: .[0].k, n: length})", "[.. | numbers]", "any(.[]; .ok)", "all(.ok)", "IN($ids[])", "first(.[] | select(.a))",
    ".items | map(.price * .quantity) | add", "reduce .[] as $x (0; . + $x.amount)", "reduce .[] as $x (0; if $x > . then $x else . end)",
    "$context + {claim: $input}", "map(.a[])", "with_entries(.value += 1)", "[.[] | {a: .x, b: $c.y}]", "map(. + {rate: $c.rate})",
    'test("^[a-z]+$")', '.name | ascii_downcase | split(" ")', "sort_by(.a) | unique_by(.b)", ".a |= map(. + 1)",
    "map(select(.id == $item.id))",
    "if .incr == null then {incr: [$n + 1]} else .incr += [$n + 1] end", "path(..)", "label $f | .[] | ., break $f", "now | todate",
    ".x // empty",
    "[.a, .b] | map(tostring) | join(\", \")", "map($all)", "[paths]", "walk(.)", "INDEX(.id)", "map_values(.n)", "del(.a, .b[0])",
]  # fmt: skip
HEAVY = [
    '"\\((.[] | "x")) \\((.[] |= 1))"',
    "sort | " * 60 + ".",
    "(1, 2, 3, 4, 5) as $x | (1, 2, 3, 4, 5) as $y | sort",
    "[.[] + (. | length)] | map([$v[]])",
    "[range(10)]", "[limit(3; repeat(1))]", "reduce range(28) as $i (\"x\"; . + .)",
    "[.,.] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.] | [.,.]",
    "[.[] as $x | .[] | . + $x]", "[.[] + .[]]", "{a: .[], b: .[]}", "reduce .[] as $x ([]; . + [$x])", "reduce .[] as $x (\"\"; . + $x)",
    "foreach .[] as $x ({}; . + $x)", ".[$i] = 1", ".[100000000] = 1", "test(\"(a+)+$\")", "test($pattern)", "combinations",
    "until(. > 100; . * 2)",
    "[while(. < 100; . + 1)]", "[recurse(if . < 3 then . + 1 else empty end)]", "def f: 1; f", "transpose", "map($all | tojson)",
    "map(. + ($all | tojson))",
    "map(select(.id | IN($ids[])))", "join($separator)", "contains($other)", "tojson | tojson | tojson | tojson | tojson | tojson",
    "[.. | ..]",
    "gsub(\"a\"; $b)", "walk([., .])", "setpath([$i]; 1)", "map($all) | map(tojson)", "[splits($x)]", ". as $a | map($a | .[])",
    "map([$all[]])",
]  # fmt: skip


@pytest.mark.parametrize("text", LINEAR)
def test_linear(text):
    assert judge(text).kind == "linear", judge(text).reason


@pytest.mark.parametrize("text", HEAVY)
def test_heavy_with_a_reason(text):
    assert (judge(text).kind, judge(text).code) == ("heavy", "EXP005")
    assert judge(text).reason
    assert classify(text) == "heavy"


def test_refused_ones_have_code_reason_and_place():
    assert judge("env.HOME").code == "EXP002"
    assert judge("mapp(.)").reason == "there is no function mapp (did you mean 'map'?)"
    assert judge("select(.a; .b)").reason == "select takes 1 argument(s), not 2"
    assert (judge(".a | ]").code, judge(".a | ]").at) == ("EXP001", 5)
    with pytest.raises(ExpressionError):
        classify("input")


@needs_examples
def test_every_expression_of_the_public_examples_classifies():
    found = {
        site.text: name for name, text in documents().items() for site in sites(load(text).value) if not site.literal
    }
    kinds = {text: judge(text) for text in found}
    refused = {text: j for text, j in kinds.items() if j.kind == "refused"}
    assert len(found) > 150
    assert all("'" in text for text in refused), (
        refused
    )  # three of sdk-go write strings in single quotes, which jq rejects
    assert sum(j.kind == "heavy" for j in kinds.values()) <= 2


NASTY = [
    list(range(12_000)), ["ab" * 4] * 5_000, "x" * 60_000, [[1, 2, 3]] * 6_000, [{"a": i, "id": str(i)} for i in range(2_500)],
    {str(i): i for i in range(4_000)}, json.loads("[" * 60 + "1" + "]" * 60), [["x" * 30_000], "y" * 30_000],
]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        *LINEAR,
        "[.. | tojson]",
        "map(tojson) | map(tojson) | add",
        '[.[] | "\\($all) \\(.)"]',
        "map(. + $all)",
        "sort | unique | reverse",
    ],
)
def test_what_is_called_linear_is_quick_on_the_worst_data(text):
    """Two seconds is Temporal's deadlock detector; every linear expression must stay far below, whatever its data."""
    judgement = judge(text)
    assert judgement.kind == "linear", judgement.reason
    for data in NASTY:
        variables = {name: (data if name != "ids" else [1]) for name in judgement.variables}
        half = data[: len(data) // 2] if isinstance(data, list | str) else data
        start = thread_time()
        try:
            evaluate(text, half, {k: half for k in variables}, NOW)
        except ExpressionError:
            pass
        assert thread_time() - start < 1.0
