"""Rule ``pii``: personal data in values, by detectors that validate what they find (e-mail, IBAN, card number).

A finding says what kind and where (a JSON Pointer), never the value.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Ruling

__all__ = ["Finding", "find", "judge", "mask"]

SCANNED = 65_536
"""Characters looked at per value: enough for every inline value in local mode, and about a millisecond."""

# Each starts with a plain character class, which the engine searches fast, and looks back only from there.
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_LOCAL = re.compile(r"[A-Za-z0-9][\w.+-]{0,63}$")
_IBAN = re.compile(r"[A-Z](?<![A-Za-z0-9].)[A-Z]\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])")
_CARD = re.compile(r"[0-9](?<![\d-].)(?:[ -]?[0-9]){12,18}(?![\d-])")
_SHORTEST = 6
"""Characters of the shortest finding (a@b.cd): anything shorter is not looked at."""


@dataclass(frozen=True)
class Finding:
    """One piece of personal data: its kind, where the string stands, and the characters within it."""

    kind: str
    pointer: str
    start: int
    end: int


def luhn(text: str) -> bool:
    """Whether the digits of a text pass the Luhn check, and are not all the same.

    >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) if i % 2 else d for i, d in enumerate(reversed(digits))]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """Whether a text is an IBAN by its length and check digits (ISO 13616, mod 97).

    >>> iban("DE89 3704 0044 0532 0130 00"), iban("DE89 3704 0044 0532 0130 01")
    (True, False)
    """
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _emails(text: str) -> Iterator[tuple[int, int]]:
    """From each @ outwards, so that the cost is linear whatever the text."""
    at = text.find("@")
    while at >= 0:
        if (domain := _DOMAIN.match(text, at + 1)) is not None and (
            local := _LOCAL.search(text[max(0, at - 65) : at])
        ) is not None:
            name = local.group()
            if len(name) <= 64 and ".." not in name and not name.endswith("."):
                yield at - len(name), domain.end()
        at = text.find("@", at + 1)


def _ibans(text: str) -> Iterator[tuple[int, int]]:
    return (m.span() for m in _IBAN.finditer(text) if iban(m.group()))


def _cards(text: str) -> Iterator[tuple[int, int]]:
    return (m.span() for m in _CARD.finditer(text) if luhn(m.group()))


_DETECTORS = (("email", 6, _emails), ("iban", 15, _ibans), ("card", 13, _cards))
"""Kind, characters of the shortest, and the spans it finds."""


def find(value: Json, scanned: int = SCANNED) -> list[Finding]:
    """Every finding in the strings of a value, up to ``scanned`` characters altogether."""
    found: list[Finding] = []
    left = scanned
    for pointer, text in _strings(value, ""):
        size = len(text)
        if size >= _SHORTEST:
            text = text if size <= left else text[:left]
            for kind, shortest, detect in _DETECTORS:
                if size >= shortest:
                    found.extend(Finding(kind, pointer, start, end) for start, end in detect(text))
        left -= size
        if left <= 0:
            break
    return found


def mask(value: Json) -> Json:
    """The value with every finding replaced by ``[kind]``.

    >>> mask({"to": "write to ann@example.org"})
    {'to': 'write to [email]'}
    """
    if isinstance(value, dict):
        return {key: mask(part) for key, part in value.items()}
    if isinstance(value, list):
        return [mask(part) for part in value]
    if not isinstance(value, str):
        return value
    spans = sorted((f.start, f.end, f.kind) for f in find(value, len(value)))
    parts, at = [], 0
    for start, end, kind in spans:
        if start >= at:
            parts += [value[at:start], f"[{kind}]"]
            at = end
    return "".join([*parts, value[at:]])


def judge(findings: list[Finding]) -> Ruling:
    """Deny (which ``observe`` only notes) when unmasked personal data is about to enter a step."""
    if not findings:
        return Ruling(service="data_steward", rule="pii", reason="none found")
    places = sorted({f"{f.kind} at {f.pointer or '/'}" for f in findings})
    return Ruling(
        service="data_steward", rule="pii", verdict="deny",
        reason=f"Personal data is unmasked: {', '.join(places[:8])}{' and more' if len(places) > 8 else ''}.",
        remedy="Call data.mask before this step, or switch pii_masking to observe.",
    )  # fmt: skip


def _strings(value: Json, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _strings(part, f"{pointer}/{key}")
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _strings(part, f"{pointer}/{index}")
