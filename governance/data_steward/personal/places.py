"""Addresses: a street with its number, a box, a unit, a postal code beside its place; and places by name, for who asks."""

import re
from collections.abc import Iterator

from symphainy.governance.data_steward.personal.finding import Span
from symphainy.governance.data_steward.personal.people import _RUN, _UP, _WORD
from symphainy.governance.data_steward.personal.words import is_common, is_given, is_place

__all__ = ["CORNER", "addresses", "locations"]

_KIND = (
    r"(?i:street|st|road|rd|avenue|ave|lane|ln|drive|dr|square|sq|boulevard|blvd|court|ct|place|pl|way|terrace|close|crescent|highway|hwy|parkway|trail|loop"
    r"|route|row|mews|alley|circle|plaza|walk|hill|strada|stra[sß]{1,2}e|gasse|weg|allee|platz|rue|via|viale|calle|avenida|rua|ulica|utca|útja|[úu]t|u(?=\.)|tér|rkp|krt|vej|gade|gata|gatan"
    r"|v[äa]gen|katu|tie|kuja|straat|laan|plein|nam|ul)"
)
_SUFFIXES = tuple(
    "strasse straße strase straßse str gasse weg allee platz vej gade gata gatan vägen vagen katu tie kuja polku straat laan plein dijk veien gaten utca"
    " stien bakken väg vag bakke vegen kade singel ring damm ufer".split()
)
_SUFFIX = f"(?i:{'|'.join(_SUFFIXES)})"
_UNIT = r"(?i:apt\.?|apartment|suite|ste\.?|unit|flat|floor|room|box) ?#?\d{1,5}[A-Za-z]?"
_NAME = rf"(?:[{_UP}\d][\w.'’´-]{{0,24}}|of|the|de|la|del|der|den|di|van|von|à)"
# Each expression begins with characters that the engine searches fast, and looks back only from there; no repetition is open.
_BEHIND_IT = rf"(?:(?:de|des|du|del|della|delle|do|da|dos|el|al|la|las|les|los|le|l['’]) ?){{0,3}}{_WORD}(?:(?: |-)(?:{_WORD}|de|des|du|la|del|el)){{0,4}}"
_NUMBER_FIRST = re.compile(
    rf"\d(?<![\w$€£.,:/-]\d)\d{{0,4}}[A-Za-z]?(?:"
    rf"(?:[-/]\d{{1,4}})?,? (?:\d{{1,5}} )?(?i:rue|avenue|boulevard|chemin|place|quai|via|viale|piazza|calle|avenida|rua|rúa|ul\.) {_BEHIND_IT}"
    rf"(?: \d{{1,4}}[A-Za-z]?\b)?(?:,?\s{{1,4}}{_UNIT})?|"
    rf"(?:[-/]\d{{1,4}})? (?:\d{{1,5}} )?(?:{_NAME}[ ,]){{0,5}}?(?:{_WORD}{_SUFFIX}|{_KIND})\b\.?(?: (?:North|South|East|West|[NS][EW]?|[EW])\b)?(?: (?:{_NAME} ){{0,4}}\d{{1,4}}[A-Za-z]?\b)?(?:,?\s{{1,4}}{_UNIT})?"
    rf"| (?:\d{{1,5}} )?(?:{_NAME} ){{0,4}}{_WORD},? (?!\d{{1,3}}0s\b)\d{{1,4}}[A-Za-z]?\b\.?(?:,?\s{{1,4}}{_UNIT})?)"
)
_KIND_FIRST = re.compile(
    rf"(?<![\w-])(?:(?i:rue|via|viale|calle|c/|avenida|av\.|rua|strada|ul\.|piazza|largo|plaza|rúa|carrer|boulevard|avenue|ch[ée]min|place|quai) (?:{_NAME} ){{0,4}}{_NAME},? \d{{1,4}}[A-Za-z]?\b"
    rf"|(?i:p\.? ?o\.? box|psc|unit|cmr) \d{{2,5}}(?:,? (?i:box) \d{{2,5}})?(?:,?\s[AFD]PO [A-Z]{{2}} \d{{5}})?"
    rf"|{_UNIT}(?!\w)|(?:US[A-Z]{{1,3}} {_WORD}[,\s]\s?)?[AFD]PO A[AEP] \d{{5}})"
)
_NUMBER_BEHIND = re.compile(rf" (?<=[^\W\d_] )\d{{1,4}}[A-Za-z]?\b(?:,?\s{{1,4}}{_UNIT})?")
_STREET_NAME = re.compile(rf"{_WORD}{_SUFFIX}")
_BEFORE_IT = re.compile(_NAME)
_CUED = re.compile(
    r"\b(?:address(?:es)?(?: is|:| to the same:| of [^\n]{1,40} is)?|lives? (?:at|on)|located (?:at|in|on)|meet (?:me|you) at|drops you off at|return to|arrived at|sent to\?(?: user:)?|office is at"
    r"|it is|it's in|station is on|send a new one to|refers to|address is|here they are:|moved,? [^\n]{0,40} is)[:\s]+",
    re.IGNORECASE,
)
CORNER = "corner of "
"""An address without a number."""
_CORNER = re.compile(rf"\b(?i:the )?corner of (?:{_NAME}[ ,]{{1,2}}){{1,6}}and (?:{_NAME} ){{0,4}}{_NAME}")
_NUMBERED = re.compile(
    rf"(?:\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}})? )?(?:\d{{1,5}} )?(?:{_NAME}[ ,.]{{1,2}}){{0,5}}{_NAME}(?: \d{{1,5}}[A-Za-z]?\b)?(?:,?\s+{_UNIT})?(?:\s*\n\s*[^\n]{{2,40}}){{0,4}}"
)
_BLOCK = re.compile(
    r"(?:,|\n)\s*(?:[^\n,]{2,40}(?:,|\n)\s*){0,3}[^\n,]{0,30}?\b(?:[A-Z]{1,2} )?[A-Z]{0,2}-?\d{3,6}(?:-\d{3,4})?\b|(?:\n\s*,? ?[A-Z]{2}\b)?\s*\n\s*[A-Z][\w' ]{2,30} \d{4,6}\b"
)
_ZIP = re.compile(
    r"\b(?i:zip|postal|post ?code|postcode)(?i: code)?(?: is|:|#)?\s*([A-Z]{0,2}-?\d{3,5}(?:[- ]?\d{2,4}| ?[A-Z]{2})?)(?!\w)|(?<![\w-])(\d{5}-\d{4}|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|\d{4} [A-Z]{2})(?![\w-])"
    r"|(?<=\n)[ >?]*(?:[^\n\d]{0,40} )?(\d{4,6}(?:-\d{3,4})?)[ ]*(?=\n|$)"
)
_IN = re.compile(
    r"\b(?:in|to|from|at|near|visit(?:ed|ing)?|city|of|country|grew up in|based in|moving to|that)\s(?:the\s)?$",
    re.IGNORECASE,
)


def addresses(text: str) -> Iterator[Span]:
    """Postal addresses, and what belongs to one."""
    if CORNER in text:
        yield from (("address", *m.span()) for m in _CORNER.finditer(text))
    for start, end in zones(text, 56, 96):
        for first, last in _streets(text, start, end):
            block = _BLOCK.match(text, last, last + 120)
            yield "address", first, block.end() if block else last
        for cue in _CUED.finditer(text, start, end):
            found = _NUMBERED.match(text, cue.end(), cue.end() + 200)
            if found is not None and any(c.isdigit() for c in found.group().split("\n")[0]):
                yield "address", *found.span()
        for m in _ZIP.finditer(text, start, end):
            group = next(g for g in (1, 2, 3) if m.group(g))
            yield "address", *m.span(group)


def _streets(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is a street with its number, a box or a unit, between two places of a text."""
    for pattern in (_NUMBER_FIRST, _KIND_FIRST):
        yield from (m.span() for m in pattern.finditer(text, start, end))
    for m in _NUMBER_BEHIND.finditer(text, start, end):
        words = text[max(start, m.start() - 130) : m.start()].split(" ")
        if (
            not words[-1].lower().endswith(_SUFFIXES)
            or is_common(_last(words[-1]))
            or (name := _STREET_NAME.fullmatch(_last(words[-1]))) is None
        ):
            continue
        size = len(name.group())
        if size == len(words[-1]):
            for word in reversed(words[-5:-1]):
                if _BEFORE_IT.fullmatch(word) is None:
                    break
                size += len(word) + 1
        yield m.start() - size, m.end()


def _last(word: str) -> str:
    r"""What stands behind the last break of a line, bracket or comma.

    >>> _last("at\n(Hauptstraße"), _last("Weg")
    ('Hauptstraße', 'Weg')
    """
    return _BREAK.split(word)[-1]


_BREAK = re.compile(r"[^\w.'’´-]+")
_DIGITS = re.compile(r"[0-9]+")


def zones(text: str, before: int, behind: int) -> Iterator[tuple[int, int]]:
    """The parts of a text around its digits, so that an expression is not tried where there are none.

    >>> list(zones("a 1" + " " * 100 + "2", 4, 4))
    [(0, 7), (99, 104)]
    """
    first = last = -1
    for m in _DIGITS.finditer(text):
        start, end = max(0, m.start() - before), min(len(text), m.end() + behind)
        if first >= 0 and start > last:
            yield first, last
            first = -1
        first, last = (start if first < 0 else first), end
    if first >= 0:
        yield first, last


def locations(text: str) -> Iterator[Span]:
    """Countries, states, cities; and a name behind "in", "to", "from" that is nobody's."""
    for m in _RUN.finditer(text):
        run, start = m.group(), m.start()
        if is_place(run):
            yield "location", start, m.end()
            continue
        at = 0
        for word in run.split(" "):
            if at == 0 and is_place(word.strip(".,")) and not is_common(word):
                yield "location", start + at, start + at + len(word)
            at += len(word) + 1
        if (
            _IN.search(text[max(0, start - 24) : start])
            and not is_common(run.split(" ")[0])
            and not is_given(run.split(" ")[0])
        ):
            yield "location", start, m.end()
    for m in re.finditer(rf"(?<=\n)[ >?]*({_WORD}(?: {_WORD}){{0,3}})[ ,]*(?=\n|$)", text):
        yield "location", *m.span(1)
