"""What each jq builtin is to us: how much work it may cause, or why it is refused. An allowlist: what is not here is refused."""

from typing import Literal

Cost = Literal["cheap", "scan", "each", "heavy"]
"""cheap: independent of the value's size; scan: reads its whole input once, or n·log n times; each: runs its argument on every element;
heavy: may do more work or make more data than its input is large."""

_CHEAP = (
    "type not length abs floor ceil round trunc sqrt cbrt fabs rint nearbyint significand logb gamma lgamma tgamma "
    "lgamma_r frexp modf exp exp2 exp10 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh "
    "acosh atanh j0 j1 y0 y1 "
    "pow/2 atan2/2 fmin/2 fmax/2 fmod/2 fma/3 ldexp/2 scalb/2 scalbln/2 hypot/2 copysign/2 drem/2 remainder/2 "
    "nextafter/2 nexttoward/2 fdim/2 "
    "isnan isinfinite isfinite isnormal nan infinite has/1 in/1 empty error error/1 now todate gmtime fromdate "
    "fromdateiso8601 todateiso8601 "
    "numbers strings booleans nulls arrays objects iterables scalars values finites normals select/1 first last "
    "nth/1 erf erfc jn/2 yn/2 "
    "getpath/1 startswith/1 endswith/1 strftime/1"
)
_SCAN = (
    "toboolean tonumber ltrimstr/1 rtrimstr/1 trimstr/1 trim ltrim rtrim keys keys_unsorted add any all min max "
    "sort unique reverse flatten flatten/1 tostring tojson fromjson ascii_downcase ascii_upcase "
    "utf8bytelength explode implode to_entries from_entries split/1 join/1 index/1 rindex/1 indices/1 contains/1 "
    "inside/1 format/1 "
    "tostream paths bsearch/1 delpaths/1 setpath/2 pick/1 del/1 path/1 isempty/1 recurse"
)
_EACH = (
    "map/1 map_values/1 with_entries/1 group_by/1 sort_by/1 unique_by/1 min_by/1 max_by/1 any/1 all/1 walk/1 "
    "paths/1 INDEX/1 add/1 first/1 last/1 "
    "any/2 all/2 IN/1 IN/2 INDEX/2"
)
_HEAVY = (
    "range/1 range/2 range/3 repeat/1 until/2 while/2 recurse/1 recurse/2 limit/2 skip/2 nth/2 combinations "
    "combinations/1 transpose "
    "fromstream/1 truncate_stream/1 JOIN/2 JOIN/3 test/1 test/2 match/1 match/2 capture/1 capture/2 scan/1 scan/2 "
    "split/2 splits/1 "
    "splits/2 sub/2 sub/3 gsub/2 gsub/3"
)
REFUSED = {
    "env": "it reads the worker's environment", "input": "an expression has one input", "inputs": "an expression has one input",
    "halt": "it ends the evaluator", "halt_error": "it ends the evaluator", "debug": "it writes to the worker's log",
    "stderr": "it writes to the worker's log", "input_line_number": "it reads the evaluator's state",
    "input_filename": "it reads the evaluator's state", "get_search_list": "it reads the evaluator's state",
    "get_jq_origin": "it reads the worker's disk layout", "get_prog_origin": "it reads the worker's disk layout",
    "modulemeta": "it reads files", "localtime": "it depends on the worker's time zone; use gmtime",
    "strflocaltime": "it depends on the worker's time zone; use strftime", "mktime": "it depends on the worker's C library; use fromdate",
    "strptime": "it depends on the worker's C library; use fromdate", "have_decnum": "it reads how the evaluator was built",
    "builtins": "it reads how the evaluator was built",
}  # fmt: skip
"""Impure builtins by name, with the reason (DECISIONS.md 19)."""

FORMATS = frozenset(
    ["@text", "@json", "@csv", "@tsv", "@html", "@uri", "@urid", "@sh", "@base64", "@base64d", "@base32", "@base32d"]
)
EXPANDING = frozenset(
    "tojson @json @html @uri @sh @base32 @base64 @csv @tsv explode to_entries tostream paths with_entries".split()
)
"""Linear, but the result may be several times as large as the input: counted when stages are chained."""


def _table() -> dict[tuple[str, int], Cost]:
    out: dict[tuple[str, int], Cost] = {}
    for cost, names in (("cheap", _CHEAP), ("scan", _SCAN), ("each", _EACH), ("heavy", _HEAVY)):
        for word in names.split():
            name, _, arity = word.partition("/")
            out[name, int(arity or 0)] = cost  # type: ignore[assignment]
    return out


BUILTINS = _table()
"""(name, number of arguments) → cost."""
NAMES = frozenset(name for name, _ in BUILTINS)
