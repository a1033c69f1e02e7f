"""E-mail addresses, phone numbers, URLs.

A phone number with its country is asked of phonenumbers; one without is taken by its form, or beside a word that says so.
"""

import re
from collections.abc import Iterator

from symphainy.governance.data_steward.personal.finding import Span

__all__ = ["emails", "phones", "urls"]

# Each starts with a plain character class, which the engine searches fast, and looks back only from there.
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_LOCAL = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}$")
_URL = re.compile(r"\bhttps?://[^\s<>\"']{3,500}")
_PHONE = re.compile(
    r"(?<![\w.@#/:=\-])(?:\+ ?|00)?(?:\(\+?\d{1,5}\)|\d{1,15})(?:(?:[ .\-/]{1,2}|(?<=\)))(?:\(\d{1,5}\)|\d{1,8})|\(\d{1,5}\)){0,7}(?: ?(?:x|ext\.?) ?\d{1,6})?(?!\w|[.\-/:]\d|[.-]?@)"
)
_CUE = re.compile(
    r"\b(?:phone|tel|telephone|mobile|cell|fax|desk|call|called|calling|text|sms|whatsapp|number|answering|reach|dial|contact|messages? (?:to|at|from)|me at|us at|on)\b"
    r"[^\w]*(?:\w{1,10}[^\w]+){0,3}$",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"[ -]*(?:office|fax|mobile|cell|home|desk|work|phone)\b", re.IGNORECASE)
_DATE = re.compile(r"^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?![-/.\w])")
_LEAST, _MOST = 7, 15
"""Digits of the shortest number in use, and of the longest (ITU-T E.164)."""


def emails(text: str) -> Iterator[Span]:
    """From each @ outwards, so that the cost is linear whatever the text."""
    at = text.find("@")
    while at >= 0:
        if (domain := _DOMAIN.match(text, at + 1)) is not None and (
            local := _LOCAL.search(text[max(0, at - 65) : at])
        ) is not None:
            name = local.group()
            if len(name) <= 64 and ".." not in name and not name.endswith("."):
                yield "email", at - len(name), domain.end()
        at = text.find("@", at + 1)


def urls(text: str) -> Iterator[Span]:
    """Web addresses."""
    return (("url", *m.span()) for m in _URL.finditer(text))


def phones(text: str) -> Iterator[Span]:
    """Phone numbers."""
    for m in _PHONE.finditer(text):
        found = m.group()
        main = re.split(r" ?(?:x|ext)", found)[0]
        groups = re.findall(r"\d+", main)
        digits = "".join(groups)
        if not _LEAST <= len(digits) <= _MOST or _DATE.match(found):
            continue
        international = found.startswith(("+", "00")) or found.startswith("(+")
        if main != found or (international and _possible(digits.removeprefix("00"))):
            yield "phone", *m.span()
        elif (
            _looks(main, groups)
            or _CUE.search(text[max(0, m.start() - 40) : m.start()])
            or _BEHIND.match(text, m.end())
        ):
            yield "phone", *m.span()


def _looks(found: str, groups: list[str]) -> bool:
    """Three groups or more, or an area code in brackets, with as many digits as a number at home has."""
    sizes = [len(g) for g in groups]
    if "(" in found and 7 <= sum(sizes) <= 12:
        return len(groups) >= 2
    if sizes == [2, 2, 2, 2]:
        return True
    if not 9 <= sum(sizes) <= 12 or max(sizes) > 8:
        return False
    if sizes in ([3, 3, 4], [4, 3, 3], [3, 3, 3]) or (groups[0].startswith("0") and len(groups) > 1):
        return True
    return len(groups) >= 4 and all(2 <= size <= 4 for size in sizes)


def _possible(digits: str) -> bool:
    import phonenumbers  # 40 ms of tables, for who needs them

    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False
