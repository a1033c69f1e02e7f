"""Code pages: one table of 256 characters each, for EBCDIC and for ASCII files."""

import codecs
from functools import lru_cache
from typing import Literal

from symphainy.foundations.language.errors import Invalid

Controls = Literal["lines", "low", "all"]
"""Which characters that do not print are kept: line ends, all of ASCII too, or every one."""


@lru_cache(maxsize=64)
def table_of(code_page: str, controls: Controls) -> tuple[str, ...]:
    """The 256 characters of a code page; one that is not kept is a space in EBCDIC, nothing in ASCII. Invalid if unknown.

    >>> table_of("cp037", "lines")[0xC1], table_of("ascii", "lines")[0x41], table_of("cp1140", "lines")[0x9F]
    ('A', 'A', '€')
    """
    try:
        import ebcdic  # noqa: F401  registers the pages that Python itself lacks
    except ImportError:
        pass
    try:
        name = codecs.lookup(code_page).name
        letters = [_letter(name, byte) for byte in range(256)]
    except (LookupError, UnicodeError) as error:
        raise Invalid(
            f"The code page {code_page[:40]!r} is not known.",
            code="copybook.code_page",
            remedy="Name one such as cp037, cp500, cp1047, cp1140, or ascii.",
        ) from error
    instead = "" if letters[0x41] == "A" else " "
    return tuple(_kept(letter, controls, instead) for letter in letters)


def _letter(name: str, byte: int) -> str:
    letter = bytes([byte]).decode(name, "replace")
    return letter if len(letter) == 1 else "\ufffd"


def _kept(letter: str, controls: Controls, instead: str) -> str:
    low, high = letter < " " or letter in "\x7f\x85", "\x80" <= letter < "\xa0"
    if controls == "all" or not (low or high):
        return letter
    if controls == "low":
        return letter if low else instead
    return letter if letter in "\r\n\x85" and instead else instead
