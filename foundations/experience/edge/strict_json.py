"""JSON as the doors accept it: what Python's parser lets pass and others read differently is refused, with the reason.

Refused: nesting over 64, duplicate keys, NaN and Infinity, numbers no double can hold, over 1,000 keys in one object, lone
surrogates, NUL characters, a byte order mark, anything but UTF-8.
"""

import json
import re
from typing import Any, NoReturn

from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json

MAX_DEPTH = 64
MAX_KEYS = 1_000
MAX_DIGITS = 308
"""More digits do not fit a double, and Python's own int() costs quadratic time."""

_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|([\[{])|([\]}])', re.DOTALL)
"""A string's closing quote is optional here: one that never closes is then one match, not a search from every quote."""

_SUSPECT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)|\x00")


def loads(data: bytes) -> Json:
    """Parse ``data`` strictly; DomainError (400) whose code starts with ``json.``.

    >>> loads(b'{"a": [1, 2.5, null]}')
    {'a': [1, 2.5, None]}
    >>> loads(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    ...
    symphainy.foundations.language.errors.DomainError: the key 'a' stands twice in one object: send it once
    """
    _check_depth(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("json.encoding", "the body is not UTF-8: send JSON in UTF-8 without a byte order mark")
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except DomainError:
        raise
    except (ValueError, RecursionError) as error:
        place = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        _refuse("json.syntax", f"the body is not valid JSON{place}")
    if _SUSPECT.search(text):
        _check_text(value)
    return value


def _check_depth(data: bytes) -> None:
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _BRACKETS.finditer(data):
        if match[1]:
            depth += 1
            if depth > MAX_DEPTH:
                _refuse("json.depth", f"the body is nested deeper than {MAX_DEPTH} levels")
        elif match[2]:
            depth -= 1


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        _refuse("json.keys", f"an object has more than {MAX_KEYS} keys")
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        _refuse("json.duplicate", f"the key {twice[:80]!r} stands twice in one object: send it once")
    return value


def _constant(name: str) -> NoReturn:
    _refuse("json.number", f"{name} is not JSON: send null or a string")


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        _refuse("json.number", "a number is larger than a double can hold: send it as a string")
    return value


def _int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        _refuse("json.number", f"a number has more than {MAX_DIGITS} digits: send it as a string")
    return int(digits)


def _check_text(value: Json) -> None:
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            _refuse("json.text", "a string holds a NUL or half of a surrogate pair, which is not text")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def _refuse(code: str, detail: str) -> NoReturn:
    raise DomainError(detail, code=code)
