"""PICTURE strings: what one elementary item may hold."""

import re
from dataclasses import dataclass

from symphainy.foundations.language.errors import Invalid

_SYMBOL = re.compile(r"(CR|DB|[SVPXANGU9ZB0/.,+*$-])(?:\((\d{1,5})\))?", re.IGNORECASE)
MAX_LENGTH = 32_768
"""Characters of one item: more than any record that a mainframe's access methods hold."""


@dataclass(frozen=True)
class Picture:
    """``digits`` with ``scale`` of them behind the point (negative where P lengthens the number); ``length`` as DISPLAY."""

    text: str
    numeric: bool
    signed: bool
    digits: int
    scale: int
    length: int
    edited: bool = False


def picture_of(text: str) -> Picture:
    """Read a PICTURE. Invalid when it is none.

    >>> picture_of("S9(7)V99")
    Picture(text='S9(7)V99', numeric=True, signed=True, digits=9, scale=2, length=9, edited=False)
    >>> picture_of("X(10)").length, picture_of("S9(3).99").length, picture_of("VP(3)9").scale
    (10, 6, 4)
    """
    symbols, at = [], 0
    for match in _SYMBOL.finditer(text):
        if match.start() != at:
            break
        symbols += [match[1].upper()] * min(int(match[2] or 1), MAX_LENGTH + 1)
        at = match.end()
    if at != len(text) or not symbols or len(symbols) > MAX_LENGTH:
        raise Invalid(f"{text[:40]!r} is no PICTURE that can be read.", code="copybook.picture")
    if any(symbol in "XANGU" for symbol in symbols):
        wide = 2 if any(symbol in "NG" for symbol in symbols) else 1
        return Picture(text, False, False, 0, 0, wide * len(symbols))
    return _number(text, symbols)


def _number(text: str, symbols: list[str]) -> Picture:
    digits = sum(symbol in "9Z*" for symbol in symbols)
    point = next((place for place, symbol in enumerate(symbols) if symbol in "V."), None)
    after = symbols[point + 1 :] if point is not None else []
    scale = sum(symbol in "9Z*P" for symbol in after)
    if "P" in symbols and not scale:
        first = next(place for place, symbol in enumerate(symbols) if symbol in "9P")
        ahead = symbols[first] == "P"
        scale = digits + symbols.count("P") if ahead else -symbols.count("P")
    length = sum(2 if symbol in ("CR", "DB") else symbol not in "SVP" for symbol in symbols)
    signed = any(symbol in ("S", "+", "-", "CR", "DB") for symbol in symbols)
    return Picture(text, True, signed, digits, scale, length, edited=any(s in "ZB0/,+*$-CRDB" for s in symbols))
