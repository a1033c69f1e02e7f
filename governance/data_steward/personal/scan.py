"""Looking through a whole value: every string of it, with every detector asked for, up to a limit of characters."""

import hashlib
import re
from collections.abc import Collection, Iterator

from symphainy.foundations.language.model import Json
from symphainy.governance.data_steward.personal import contacts, dates, numbers, people, places
from symphainy.governance.data_steward.personal.casing import written_large
from symphainy.governance.data_steward.personal.fields import kind_of
from symphainy.governance.data_steward.personal.finding import PERSONAL, Detector, Finding, Span

__all__ = ["SCANNED", "find", "kept", "mask"]

SCANNED = 65_536
"""Characters looked at per value: enough for every inline value in local mode."""
_SHORTEST = 3
_DIGITS = re.compile(r"\d(?:[ ./()\-A-Z]{0,3}\d){4}")
"""Five digits close together: without them no number, id or date of any kind is there."""
_CAPITAL = re.compile(rf"[{people._UP}][^\W\d_]")
_ADDRESSED = re.compile(r"[0-9][^\n]{0,60}[^\W\d_]{2}|[^\W\d_]{2}[^\n]{0,60}[0-9]|\n[^\n]{0,60}[0-9]{4}")

_NUMERIC: dict[str, Detector] = {
    "card": numbers.cards, "iban": numbers.ibans, "national_id": numbers.national_ids, "ip": numbers.ips, "birth_date": dates.birth_dates,
    "phone": contacts.phones,
}  # fmt: skip
_CAPITALISED: dict[str, Detector] = {
    "person": people.people, "organization": people.organizations, "title": people.titles, "location": places.locations,
}  # fmt: skip
_ANY: dict[str, Detector] = {
    "url": contacts.urls,
    "date": dates.dates,
    "age": dates.ages,
    "nationality": people.nationalities,
}
_ORDER = (
    "email", "url", "iban", "card", "national_id", "ip", "birth_date", "phone", "date", "address", "firm", "person", "organization", "location", "age",
    "nationality", "title",
)  # fmt: skip
"""Who may take characters first, where two detectors want the same."""
_RANK = {kind: rank for rank, kind in enumerate(_ORDER)}


def find(value: Json, scanned: int = SCANNED, kinds: Collection[str] = PERSONAL) -> list[Finding]:
    """Every finding in the strings of a value, in their order, up to ``scanned`` characters altogether."""
    found: list[Finding] = []
    left = scanned
    for pointer, field, text in _strings(value, "", ""):
        size = len(text)
        if size >= _SHORTEST:
            spans = _in_text(text if size <= left else text[:left], field, kinds)
            found.extend(Finding(kind, pointer, start, end) for kind, start, end in spans)
        left -= size
        if left <= 0:
            break
    return found


def mask(value: Json, kinds: Collection[str] = PERSONAL, keep: Collection[str] = ()) -> Json:
    """The value with every finding replaced by ``[kind]``, but for fields at the pointers to ``keep`` (and below them).

    >>> mask({"to": "write to ann@example.org", "last_name": "Zhu"})
    {'to': 'write to [email]', 'last_name': '[person]'}
    """
    return _mask(value, "", "", kinds, frozenset(keep))


def _mask(value: Json, pointer: str, field: str, kinds: Collection[str], keep: frozenset[str]) -> Json:
    if keep and kept(pointer, keep):
        return value
    if isinstance(value, dict):
        return {key: _mask(part, f"{pointer}/{key}", key, kinds, keep) for key, part in value.items()}
    if isinstance(value, list):
        return [_mask(part, f"{pointer}/{at}", field, kinds, keep) for at, part in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return value
    text = str(value)
    if isinstance(value, int):
        kind = kind_of(field, text)
        return f"[{kind}]" if kind in kinds else value
    parts, at = [], 0
    for kind, start, end in _in_text(text, field, kinds):
        parts += [text[at:start], f"[{kind}]"]
        at = end
    return "".join([*parts, text[at:]])


def kept(pointer: str, keep: Collection[str]) -> bool:
    """Whether a place is one of ``keep``, or below one; ``*`` there stands for any place in a list.

    >>> kept("/to/0/mail", {"/to/*/mail"}), kept("/to/0/mail/x", {"/to"}), kept("/total", {"/to"})
    (True, True, False)
    """
    shape = re.sub(r"/\d+(?=/|$)", "/*", pointer)
    return any(place in keep for whole in {pointer, shape} for place in _above(whole))


def _above(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _in_text(text: str, field: str, kinds: Collection[str]) -> list[Span]:
    """The findings in one string, none over another, in order."""
    kind = kind_of(field, text) if field else None
    if kind is not None and kind in kinds:
        return [(kind, 0, len(text))]
    if len(text) < _REMEMBERED:
        return _look(text, kinds)
    key = (
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=b"pii").digest(),
        frozenset(kinds),
    )
    if (spans := _seen.get(key)) is None:
        spans = _look(text, kinds)
        if len(_seen) >= _HELD:
            _seen.clear()
        _seen[key] = spans
    return spans


_REMEMBERED, _HELD = 256, 4_096
"""A text of this many characters is looked through once, though nine steps of a saga hand it on; only its digest is kept."""
_seen: dict[tuple[bytes, frozenset[str]], list[Span]] = {}


def _look(text: str, kinds: Collection[str]) -> list[Span]:
    spans: list[Span] = []
    text = written_large(text)
    if "@" in text and "email" in kinds:
        spans.extend(contacts.emails(text))
    if _DIGITS.search(text) is not None or text.count(":") > 2:
        spans.extend(_numeric(text, kinds))
    if "address" in kinds and (_ADDRESSED.search(text) is not None or places.CORNER in text):
        spans.extend(places.addresses(text))
    if _CAPITAL.search(text) is not None:
        spans.extend(span for kind, detector in _CAPITALISED.items() if kind in kinds for span in detector(text))
    spans.extend(span for kind, detector in _ANY.items() if kind in kinds for span in detector(text))
    return _apart(spans, len(text))


def _numeric(text: str, kinds: Collection[str]) -> Iterator[Span]:
    """Each part around digits by itself, with as much before it as a word that explains a number may stand away."""
    for start, end in places.zones(text, 56, 24):
        part = text[start:end]
        if _DIGITS.search(part) is None and part.count(":") < 3:
            continue
        for kind, detector in _NUMERIC.items():
            if kind in kinds:
                yield from ((found, start + first, start + last) for found, first, last in detector(part))


def _apart(spans: list[Span], size: int) -> list[Span]:
    """Those that overlap no better one, told by a mark on each character that is taken."""
    spans.sort(key=lambda s: (_RANK[s[0]], s[1], -s[2]))
    taken, kept = bytearray(size), []
    for span in spans:
        _, start, end = span
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\1" * (end - start)
            kept.append(span)
    kept.sort(key=lambda s: s[1])
    return [("organization", start, end) if kind == "firm" else (kind, start, end) for kind, start, end in kept]


def _strings(value: Json, pointer: str, field: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(value, str):
        yield pointer, field, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _strings(part, f"{pointer}/{key}", key)
    elif isinstance(value, (list, tuple)):
        for index, part in enumerate(value):
            yield from _strings(part, f"{pointer}/{index}", field)
    elif isinstance(value, int) and not isinstance(value, bool) and kind_of(field, str(value)):
        yield pointer, field, str(value)
