"""Timeliness against a day that the asker names: records whose newest day is too old, days that have not come yet."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from symphainy.realms.insights.models.grid import absent
from symphainy.realms.insights.models.kinds import as_date, dominant
from symphainy.realms.insights.services.quality.found import Finding, finding

MOSTLY: Final = 0.5
"""The share of days ahead from which a column speaks of what is to come: an expiry, a due day."""


def timeliness(
    names: Sequence[str], columns: Sequence[Sequence[str]], as_of: date, fresh_days: int | None = None
) -> list[Finding]:
    """Days after ``as_of`` where a column looks back; with ``fresh_days`` the newest day of each row that is older than that.

    >>> rows = ["2024-01-01", "2024-03-01", "2031-01-01", "2024-02-20"]
    >>> [(f.check, f.cells) for f in timeliness(["seen"], [rows], date(2024, 3, 2), 30)]
    [('future', ((2, 0),)), ('stale', ((0, 0),))]
    """
    back = dict[int, list[date | None]]()
    found = []
    for place, values in enumerate(columns):
        if dominant([value for value in values if not absent(value)][:2_000], 0.8) not in ("date", "datetime"):
            continue
        days = [_day(value) for value in values]
        ahead = [row for row, day in enumerate(days) if day is not None and day > as_of]
        if len(ahead) > MOSTLY * sum(day is not None for day in days):
            continue
        back[place] = days
        if ahead:
            cells = [(row, place) for row in ahead]
            found.append(
                finding("future", (place,), f"{names[place]} is not after {as_of:%Y-%m-%d}.", cells, len(days))
            )
    if fresh_days is not None and back:
        cells = list(_stale(back, as_of, timedelta(days=fresh_days)))
        text = f"A row's newest day is at most {fresh_days:,} days before {as_of:%Y-%m-%d}."
        found += [finding("stale", tuple(back), text, cells, len(columns[0]))] if cells else []
    return found


def _stale(back: dict[int, list[date | None]], as_of: date, fresh: timedelta) -> Iterator[tuple[int, int]]:
    for row in range(len(next(iter(back.values())))):
        days = [(day, place) for place, values in back.items() if (day := values[row]) is not None and day <= as_of]
        if days and as_of - max(days)[0] > fresh:
            yield row, max(days)[1]


def _day(value: str) -> date | None:
    """The day of a value, its time left out."""
    text = value.strip()
    return as_date(text) or as_date(text.replace("T", " ").partition(" ")[0])
