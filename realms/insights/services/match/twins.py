"""Twins: two target fields that are one thing, as a point of time and as its day. A point of time is the first; the day follows."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from symphainy.realms.insights.models.match import Derived
from symphainy.realms.insights.services.match.fields import Field

DAY: Final = frozenset({"date", "day"})
POINT: Final = frozenset({"datetime", "timestamp", "time"})
NEARLY: Final = 0.95
"""How sure the day of a field is, per sureness of the field."""


def clock(one: Field) -> Literal["date", "datetime"] | None:
    """Whether a field holds days or points of time: by its values, by the end of its name where it has none.

    >>> from symphainy.realms.insights.services.match.fields import field
    >>> clock(field("visit_start_date", ())), clock(field("starttime", ())), clock(field("start_time", ["2024-01-31"]))
    ('date', 'datetime', 'date')
    """
    if one.kind in ("date", "datetime"):
        return "date" if one.kind == "date" else "datetime"
    if one.kind != "empty" or not one.words:
        return None
    return "date" if one.words[-1] in DAY else "datetime" if one.words[-1] in POINT else None


def twins(targets: Sequence[Field]) -> dict[int, int]:
    """Places of days, each with the place of its point of time: fields whose names differ by that word alone."""
    points = {one.words[:-1]: j for j, one in enumerate(targets) if clock(one) == "datetime"}
    return {
        j: points[one.words[:-1]] for j, one in enumerate(targets) if clock(one) == "date" and one.words[:-1] in points
    }


def days(
    sources: Sequence[Field],
    targets: Sequence[Field],
    pairs: Mapping[int, int],
    known: Mapping[int, int],
    sure: Mapping[int, float],
) -> dict[int, Derived]:
    """The days that follow from the points of time that were paired: ``pairs`` is source to target, ``known`` the twins."""
    given = {target: source for source, target in pairs.items() if clock(sources[source]) == "datetime"}
    return {
        day: Derived(
            target=targets[day].name, rule="day", sources=(sources[given[point]].name,), sure=round(float(sure[given[point]]) * NEARLY, 4),
            evidence=(f"names: the day of {targets[point].name}",),
        )
        for day, point in known.items() if point in given
    }  # fmt: skip
