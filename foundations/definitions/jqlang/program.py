"""A jq text made into a program that sees its data and nothing else, and runs it (jq 1.13.0's C extension).

The wrapper rebinds what jq would read from the process: ``now`` is the durable time that is handed in, the environment is empty,
``import`` is a syntax error because it is no longer first. The allowlist (classify.py) has refused all of these before; this is the
second wall. Numbers leave through jq's own ``tojson``, so that a number nobody computed with keeps every digit.
"""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jq

from symphainy.foundations.definitions.jqlang.judgement import Judgement
from symphainy.foundations.definitions.jqlang.parser import computed_keys
from symphainy.foundations.language.model import Json

MAX_INPUT = 65_536
"""Bytes of JSON that a linear expression may read (DECISIONS.md 3, 19)."""
MAX_RESULT = 65_536
"""Bytes of JSON that a linear expression may give."""
MAX_DEPTH = 64
EXACT = 2**53
"""Largest integer up to which a double is exact: jq computes in doubles."""

_BASE = (
    "def now: $__now; def env: {}; def input: error(\"input is not available\"); def inputs: empty; def debug: .; def debug(f): .; "
    "def stderr: .; def halt: error(\"halt is not available\"); def halt_error: halt; def halt_error(c): halt; def localtime: gmtime; "
    "def strflocaltime(f): strftime(f); def get_search_list: []; def input_filename: null; def input_line_number: 0; "
)  # fmt: skip
_TIMES = (
    "def __mul($a; $b): $a * $b; def __long($s; $n): ($s|utf8bytelength) * $n > @; def _multiply(a; b): b as $b | a as $a | "
    'if ($a|type) == "string" and ($b|type) == "number" and __long($a; $b) or ($b|type) == "string" and ($a|type) == "number" and '
    '__long($b; $a) then error("*: a repeated string would be longer than @ bytes") else __mul($a; $b) end; '
)
REPEATED, REPEATED_EACH = 65_536, 1_024
"""Bytes of a string that ``*`` may make; where it runs once per element, of each."""
_MINUS = (
    'def __sub($a; $b): $a - $b; def _minus(a; b): b as $b | a as $a | if ($a|type) == "array" and ($b|type) == "array" and '
    '($a|length) * ($b|length) > 250000 then error("these arrays are too long to subtract") else __sub($a; $b) end; '
)
_PLUS = (
    'def __add($a; $b): $a + $b; def __big: type as $t | if $t == "string" then utf8bytelength > 4096 elif $t == "array" or $t == "object" '
    'then length > 512 else false end; def _plus(a; b): b as $b | a as $a | if ($a|__big) or ($b|__big) then error("too much data for a + '
    'that runs once per element") else __add($a; $b) end; '
)
_KEY = 'def __key: if type == "array" and length > 64 then error("to look for an array of more than 64 elements") else . end; '
"""``.[key]`` with two arrays looks for the one at each place of the other: 9,000 in 9,000 take half a minute."""
_KEYS = {
    "nth": "def nth(n): n as $n | .[$n | __key]; ",
    "getpath": 'def __getpath($p): getpath($p); def getpath(p): p as $p | ($p | if type == "array" then .[] else empty end | '
    "__key | empty), "
    "__getpath($p); ",
}
_FIT = (
    'def __fit: . as $r | reduce (.. | if type == "string" then 2 + utf8bytelength elif type == "object" then 2 + ([keys_unsorted[] | '
    "utf8bytelength] | add // 0) else 2 end) as $n (0; . + $n | if . > 65536 then "
    'error("the result is larger than 65536 bytes") else . end) | $r; '
)
_EXACT = "".join(
    f"def __x{op}($a; $b): $a {sign} $b; def {op}(a; b): b as $b | a as $a | if ($a|__far) or ($b|__far) then "
    f'error("a number beyond 2^53 would be rounded: keep it as a string, or in smaller units") else __x{op}($a; $b) end; '
    for op, sign in (("_plus", "+"), ("_minus", "-"), ("_multiply", "*"), ("_divide", "/"), ("_mod", "%"))
)  # fmt: skip
_EXACT = (
    f'def __far: type == "number" and (. > {EXACT} or . < -{EXACT}); {_EXACT}'
    "def add: reduce .[] as $x (null; . + $x); def add(f): reduce f as $x (null; . + $x); "
)
_LONG = re.compile(r"-?\d{16,}")
_POWER = re.compile(r"-?\d+(?:\.\d+)?[eE]\+?\d{1,3}")
_HUGE = re.compile(r"[eE]\+?\d{3}")


class ProgramError(ValueError):
    """The program failed on this data; the message is jq's, or names the limit."""


@lru_cache(maxsize=2048)
def compiled(text: str, variables: tuple[str, ...], judgement: Judgement, exact: bool) -> Any:
    """The program of ``text``: compiled once per process (1.4 ms, whatever its length)."""
    binds = "".join(f"$__e.v.{name} as ${name} | " for name in variables)
    linear = judgement.kind == "linear"
    times = _TIMES.replace("@", str(REPEATED_EACH if judgement.needs.guard_times else REPEATED))
    guards = (times if linear and "*" in text else "") + (_MINUS if linear and "-" in text else "")
    guards += _PLUS if linear and judgement.needs.guard_plus else ""
    body = text.replace("\r\n", "\n")
    spans = computed_keys(body) if linear else ()
    named = [guard for name, guard in _KEYS.items() if linear and name in text]
    guards += (_KEY if spans or named else "") + "".join(named)
    fit = "__fit | " if linear and judgement.needs.fit else ""
    own = _BASE + (_EXACT if exact else "") + guards + (_FIT if fit else "")
    for at, word in sorted([(b, "(") for b, _ in spans] + [(e, ")|__key") for _, e in spans], reverse=True):
        body = body[:at] + word + body[at:]
    source = (
        f". as $__e | $__e.n as $__now | {{}} as $ENV | {binds}{own}$__e.d | null as $__e | ({body}\n) | {fit}tojson"
    )
    return jq.compile(source)


def run(
    text: str,
    judgement: Judgement,
    data: Json,
    variables: Mapping[str, Json],
    now: float,
    *,
    max_input: int = MAX_INPUT,
    max_result: int = MAX_RESULT,
) -> Json:
    """The one output of ``text``: none is null, several are an error. ProgramError."""
    names = judgement.variables
    if judgement.needs.deep and _deeper([data, *(variables[n] for n in names)], MAX_DEPTH + 1):
        raise ProgramError(f"the data nests more than {MAX_DEPTH} deep")
    envelope = _encode(
        {"d": data, "n": int(now) if now == int(now) else now, "v": {name: variables[name] for name in names}}
    )
    if len(envelope) > max_input and len(envelope.encode()) > max_input:
        raise ProgramError(
            f"it reads {len(envelope)} bytes; an expression reads at most {max_input}: pass large values as artifacts"
        )
    far = _far(envelope) if _LONG.search(envelope) else frozenset[int]()
    try:
        outputs = iter(compiled(text, names, judgement, bool(far)).input_text(envelope))
        first = next(outputs, None)
        if first is None:
            return None
        if next(outputs, None) is not None:
            raise ProgramError("it has more than one output: collect them with [ ]")
    except ProgramError:
        raise
    except (ValueError, StopIteration) as error:
        raise ProgramError(_first_line(error)) from None
    if len(first) > max_result and len(first.encode()) > max_result:
        raise ProgramError(f"the result is larger than {max_result} bytes")
    value = json.loads(first)
    if _HUGE.search(first) and not _finite(value):
        raise ProgramError("the result holds a number beyond the range of a double")
    if _LONG.search(first) and (_far(first) - far - _far(text) - _floats(envelope + text)):
        raise ProgramError(
            "the result holds an integer beyond 2^53, which jq has rounded: keep it as a string, or in smaller units"
        )
    return value


def _encode(envelope: Json) -> str:
    try:
        text = json.dumps(envelope, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        text.encode()
        return text
    except UnicodeEncodeError:
        raise ProgramError("the data holds half a character (a lone surrogate)") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise ProgramError(f"the data is no JSON: {type(error).__name__}") from None


def _far(text: str) -> frozenset[int]:
    """Integers beyond 2^53 anywhere in ``text`` (digits inside strings count as well: only ever more lenient)."""
    return frozenset(n for found in _LONG.findall(text) if len(found) < 4000 and abs(n := int(found)) > EXACT)


def _floats(text: str) -> frozenset[int]:
    """Whole numbers written with an exponent: floats from the start, which jq writes out in full."""
    return frozenset(
        int(value) for found in _POWER.findall(text) if math.isfinite(value := float(found)) and value.is_integer()
    )


def _finite(value: Json) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_finite, value.values()))
    return all(map(_finite, value)) if isinstance(value, list) else True


def _deeper(value: Json, limit: int) -> bool:
    """Whether ``value`` nests more than ``limit`` deep."""
    if limit < 0:
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_deeper(item, limit - 1) for item in inner if isinstance(item, dict | list))


def _first_line(error: BaseException) -> str:
    text = str(error).strip().split("\n")[0].removeprefix("jq: error: ")
    return (text[:300] or "it failed").replace(" at <top-level>", "")
