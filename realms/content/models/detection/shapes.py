"""The shapes of text: JSON or JSON Lines, HTML, mail, Markdown, columns at fixed places."""

import codecs
import json
import re
from typing import Final, Literal

HTML: Final = re.compile(
    r"(<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(!doctype html|html|head|body|title|meta|h[1-6]|p|div|table|ul|ol)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADERS: Final = (
    "Return-Path|Received|MIME-Version|Delivered-To|Message-ID|From|To|Subject|Date|Content-Type|X-[A-Za-z-]+|Reply-To|Sender|Cc|"
    "DKIM-Signature|ARC-[A-Za-z-]+|Authentication-Results|Content-Transfer-Encoding|List-[A-Za-z-]+|Status|Thread-[A-Za-z]+"
)
MAIL: Final = re.compile(rf"(?:(?:{_HEADERS}):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){{2}}", re.IGNORECASE)
"""Two headers of a mail in a row."""
MARKDOWN: Final = re.compile(r"^(#{1,6} \S|```|[-*] \[[ x]\] |\|[ :-]+\|)", re.MULTILINE)
_CHARSET: Final = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})["']""")
_LINES: Final = 200
_START: Final = re.compile(r'\{\s*"[^"]*"\s*:|\[\s*[\[{"\d]')


def json_kind(start: str, *, complete: bool) -> Literal["json", "jsonl"] | None:
    r"""Whether a text that begins so is one JSON value or one per line.

    >>> json_kind('{"a": 1}', complete=True), json_kind('{"a": 1}\n{"a": 2}', complete=True), json_kind("[sic]", complete=True)
    ('json', 'jsonl', None)
    """
    if start[:1] not in ("{", "["):
        return None
    lines = [line for line in start.split("\n", 3)[:3] if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[:1] in "{[" and _value(line) for line in lines[:2]):
        return "jsonl"
    if complete:
        return "json" if _value(start) else None
    return "json" if _START.match(start) else None


def _value(text: str) -> bool:
    try:
        json.JSONDecoder(parse_int=str).decode(text)  # a figure of any length is a figure
    except RecursionError:
        return True  # brackets without end are JSON; its parser says what is wrong with it
    except ValueError:
        return False
    return True


def declared(head: bytes) -> str | None:
    """The encoding that a page or an XML file says it has, where Python knows it; the marks of Unicode count for more.

    >>> declared(b'<meta charset="Shift_JIS">')
    'shift_jis'
    """
    if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or head[:2].count(0):
        return None
    match = _XML_ENCODING.match(head.lstrip()) or (_CHARSET.search(head[:4096]) if b"<?xml" not in head[:64] else None)
    if match is None:
        return None
    try:
        name = codecs.lookup(match[1].decode()).name
        head[: len(head) - 8].decode(name, errors="strict") if len(head) < 60_000 else None
    except (LookupError, UnicodeDecodeError, ValueError):
        return None
    # A page that says Latin-1 means what browsers read it as.
    return "cp1252" if name in ("iso8859-1", "ascii") else name


def columns_of(text: str, *, complete: bool = True) -> tuple[int, ...] | None:
    r"""Where the columns of a fixed-width table begin, or None where the lines have none in common.

    >>> columns_of("0001  Ada     10.00\n0002  Grace    9.50\n0003  Edsger   7.25\n")
    (0, 6, 14)
    """
    lines = [line.rstrip() for line in text.split("\n")]
    lines = [line for line in (lines if complete else lines[:-1]) if line][:_LINES]
    longest = max(map(len, lines), default=0)
    if len(lines) < 3 or longest > 2_000 or "\t" in text[:4096]:
        return None
    blank = [all(at >= len(line) or line[at] == " " for line in lines) for at in range(longest)]
    starts = tuple(at for at in range(longest) if not blank[at] and (at == 0 or (blank[at - 1])))
    wide = tuple(at for at in starts if at == 0 or (at > 1 and blank[at - 2]) or _aligned(lines, at))
    filled = [
        sum(len(line[a:b].strip()) > 0 for line in lines) for a, b in zip(wide, (*wide[1:], longest), strict=True)
    ]
    if len(wide) < 3 or min(filled) < 0.5 * len(lines):
        return None
    return wide


def _aligned(lines: list[str], at: int) -> bool:
    """Whether something begins at this place in every line."""
    return all(at < len(line) and line[at] != " " and line[at - 1] == " " for line in lines)
