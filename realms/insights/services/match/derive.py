"""How a source's values become the target's: the cast of a pair, fields to be joined, constants."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from symphainy.realms.insights.models.match import Derived, Type
from symphainy.realms.insights.services.match.fields import Field
from symphainy.realms.insights.services.match.words import overlap

TYPES: Final[dict[str, Type]] = {
    "integer": "integer", "decimal": "decimal", "money": "decimal", "percent": "decimal", "date": "date", "datetime": "timestamp",
    "boolean": "boolean",
}  # fmt: skip
NEARLY: Final = 0.8
"""The share of a target's values that joined or constant ones have to explain."""
SEPARATORS: Final = (" ", ", ", "-", "/")


def reading(one: Field, other: Field) -> tuple[Type, str | None]:
    """The type that the target has, and the spelling of a date in the source.

    >>> from symphainy.realms.insights.services.match.fields import field
    >>> reading(field("born", ["31.12.1999"]), field("birth date", ["1980-01-31"]))
    ('date', '%d.%m.%Y')
    >>> reading(field("claim", ["0012", "0013"]), field("claim number", []))
    ('text', None)
    """
    kind = TYPES.get(other.kind if other.kind != "empty" else one.kind, "text")
    if kind == "integer" and other.kind == "empty" and any(value[:1] == "0" and value != "0" for value in one.distinct):
        return "text", None  # nobody adds up numbers that begin with zeros: they would lose them
    if kind in ("date", "timestamp") and one.kind not in ("date", "datetime"):
        return ("text", None) if one.kind != "empty" else (kind, None)
    return kind, one.form if kind in ("date", "timestamp") and one.kind == "date" else None


def joined(sources: Sequence[Field], targets: Sequence[Field]) -> dict[int, Derived]:
    """Targets whose values are a value of one source, a separator, and one of another, or a person's name of whom there are two parts.

    It goes before any pair: the given name alone would fit as well, and lose the other half.
    """
    places: dict[str, list[int]] = {}
    for i, one in enumerate(sources):
        for value in one.distinct:
            places.setdefault(value, []).append(i)
    found = {}
    for j, target in enumerate(targets):
        made = _joined(sources, target, places) if target.kind == "text" else None
        if made := made or _named(sources, target):
            found[j] = made
    return found


def _joined(sources: Sequence[Field], target: Field, places: Mapping[str, Sequence[int]]) -> Derived | None:
    counts: Counter[tuple[int, int, str]] = Counter()
    for value in target.distinct:
        counts.update({
            (first, second, separator)
            for separator in SEPARATORS for left, right in _cuts(value, separator)
            for first in places.get(left, ()) for second in places.get(right, ()) if first != second
        })  # fmt: skip
    if not counts:
        return None
    (first, second, separator), hits = min(counts.items(), key=lambda item: (-item[1], item[0]))
    share, names = hits / len(target.distinct), (sources[first].name, sources[second].name)
    if share < NEARLY or hits < 2:
        return None
    return Derived(
        target=target.name, rule="concatenation", sources=names, separator=separator, sure=round(share * 0.9, 4),
        evidence=(f"values: {share:.0%} are one of {names[0]} and one of {names[1]}",),
    )  # fmt: skip


def _cuts(value: str, separator: str) -> Iterator[tuple[str, str]]:
    cut = value.find(separator)
    while cut >= 0:
        yield value[:cut], value[cut + len(separator) :]
        cut = value.find(separator, cut + 1)


def derived(sources: Sequence[Field], targets: Sequence[Field], free: Sequence[int]) -> tuple[Derived, ...]:
    """What could fill the target fields ``free``: a part of a field, or a constant."""
    made = (_part(sources, targets[j]) or _constant(targets[j]) for j in free)
    return tuple(one for one in made if one)


def _named(sources: Sequence[Field], target: Field) -> Derived | None:
    """A given and a family name, where the target wants the name."""
    if target.words[-1:] != ("name",) or len(target.words) > 2 or {"given", "family"} & set(target.words):
        return None
    if any(set(f.words) == set(target.words) for f in sources):
        return None  # somebody's whole name is there
    parts = {word: f for f in sources for word in ("given", "family") if f.words[-2:] == (word, "name")}
    if len(parts) < 2:
        return None
    return Derived(
        target=target.name, rule="concatenation", sources=(parts["given"].name, parts["family"].name), sure=0.6,
        evidence=("names: a given and a family name are a person's name",),
    )  # fmt: skip


def _part(sources: Sequence[Field], target: Field) -> Derived | None:
    """A field each of whose values begins or ends with a value of the target, and whose name speaks of it."""
    if not target.distinct or target.kind in ("boolean", "date", "datetime"):
        return None
    for one in sources:
        if one.kind != "text" or not one.distinct or max(overlap(one.words, target.words, {})) < 0.5:
            continue
        pieces = {piece for value in one.distinct for piece in (value.split()[:1] + value.split()[-1:])}
        if len(target.distinct & pieces) >= NEARLY * len(target.distinct) and len(target.distinct) > 2:
            return Derived(
                target=target.name, rule="part", sources=(one.name,), sure=0.5,
                evidence=(f"values: each is the first or last word of one of {one.name}",),
            )  # fmt: skip
    return None


def _constant(target: Field) -> Derived | None:
    """The one value that all of the target's examples have."""
    if target.repeated and len(target.sample) == 1 and len(target.sample[0]) <= 80:
        return Derived(
            target=target.name, rule="constant", constant=target.sample[0], sure=0.3, evidence=("values: all are one",)
        )
    return None
