"""A field as it is matched: its words, the kind and form of its values, and what they have in common with another's."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from symphainy.realms.insights.models.grid import absent
from symphainy.realms.insights.models.kinds import DATES, NUMERIC, Kind, as_date, as_number, dominant, shape
from symphainy.realms.insights.services.match.words import opaque, words

SAMPLE: Final = 400
"""Distinct values of a column that are compared."""
VAGUE: Final = frozenset(
    """yes|no|true|false|y|n|0|1|0.0|1.0|unknown|other|missing|absent|present|indeterminate|none identified|not identified
    |not reported|not allowed to collect|not applicable|not available|cannot be determined|not evaluated
    |not performed""".replace("\n    ", "").split("|")
)  # fmt: skip
"""Answers that stand under any question: they say nothing about which question it was."""
NEARLY: Final = 0.9
"""The share of days in a column of dates: a day that does not exist must not hide how the others are spelled."""
_WORD: Final = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Field:
    """One side's field, made ready."""

    name: str
    words: tuple[str, ...]
    opaque: bool
    kind: Kind
    distinct: frozenset[str]
    tokens: frozenset[str]
    shapes: frozenset[str]
    centre: float | None
    length: float
    sample: tuple[str, ...]
    about: tuple[str, ...] = ()
    """The words of its description."""
    form: str | None = None
    """strptime's spelling of its dates, where all have one."""
    repeated: bool = False
    """Whether there are several values, of which not all differ."""


def field(name: str, values: Sequence[str], description: str = "") -> Field:
    """A field from its name and its values.

    >>> made = field("Sex", ["Male", "Female", "Male", ""])
    >>> sorted(made.distinct), made.kind
    (['female', 'male'], 'word')
    """
    filled = [value.strip() for value in values if not absent(value)]
    counts = Counter(" ".join(value.lower().split()) for value in filled)
    common = [value for value, _ in counts.most_common(SAMPLE)]
    kind = dominant(filled[:2_000])
    figures = sorted(f for value in filled[:2_000] if (f := as_number(value)) is not None) if kind in NUMERIC else []
    shapes = Counter(shape(value) for value in filled[:1_000])
    return Field(
        name=name, words=words(name), opaque=opaque(name), kind=kind,
        distinct=frozenset(value for value in common if value not in VAGUE),
        tokens=_tokens(common) if kind not in NUMERIC else frozenset(),
        shapes=frozenset(form for form, count in shapes.items() if count >= 0.02 * len(filled)),
        centre=median(figures) if figures else None,
        length=sum(map(len, filled)) / len(filled) if filled else 0.0,
        sample=tuple(dict.fromkeys(filled))[:8],
        about=tuple(word for word in words(description) if len(word) > 2) if description else (),
        form=spelling(filled[:2_000]) if kind == "date" else None, repeated=len(filled) > max(1, len(counts)),
    )  # fmt: skip


def _tokens(values: Sequence[str]) -> frozenset[str]:
    found = (word for value in values for word in _WORD.findall(value))
    return frozenset(word for word in found if len(word) > 1 and word not in VAGUE)


def spelling(values: Sequence[str]) -> str | None:
    """The spelling in which the most values are days, the first of several; None where it is not nearly all of them.

    >>> spelling(["01/02/2024", "13/13/2024"]), spelling(["01/02/2024", "31/01/2024"])
    (None, '%d/%m/%Y')
    """
    forms = [form for form, _ in DATES]
    hits = [sum(as_date(value, form) is not None for value in values) for form in forms]
    best = max(hits, default=0)
    return forms[hits.index(best)] if best >= NEARLY * len(values) else None


def fits(one: Field, other: Field) -> float:
    """Whether values of one kind can be of the other: 1 the same, 0.5 nobody knows, 0 never."""
    if "empty" in (one.kind, other.kind):
        return 0.5
    if one.kind == other.kind:
        return 1.0
    for group in _FAMILIES:
        if one.kind in group and other.kind in group:
            return 0.8
    return 0.0


_FAMILIES: Final = (
    frozenset({"integer", "decimal", "money", "percent"}), frozenset({"date", "datetime"}), frozenset({"word", "text", "boolean"}),
    frozenset({"code", "word", "text"}), frozenset({"integer", "code"}), frozenset({"boolean", "integer"}),
)  # fmt: skip
