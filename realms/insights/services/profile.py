"""Measures a table: how full, how distinct, and of what type each column is."""

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.document import Document, Table
from symphainy.foundations.language.errors import NotFound, TooLarge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models import ColumnProfile, ColumnType, Profile, ToProfile

MAX_COLUMNS: Final = 300
"""Profiles of as many columns stay below the 64 KiB that travel inline."""
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "nan", "null", "none"})
_INTEGER: Final = re.compile(r"[+-]?(0|[1-9]\d*|[1-9]\d{0,2}(,\d{3})+)")
_DECIMAL: Final = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)\.\d+")
_DIGITS: Final = re.compile(r"\d+")
_COMPACT: Final = "%Y%m%d"
_THIS_AGE: Final = re.compile(r"(19|20)\d{6}")
_DATES: Final = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", _COMPACT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_BOOLEANS: Final = frozenset({"true", "false", "yes", "no", "y", "n"})


@capability("insights.profile", input=ToProfile, output=Profile, title="Profile a table")
async def profile(step: Step[ToProfile]) -> Outcome[Profile]:
    """Completeness, uniqueness, type and range of every column. NotFound when the document has no such table."""
    path = await step.tools.fetch(step.input.text)
    return Outcome(await step.tools.compute(profiled, str(path), step.input.table))


def profiled(path: str, number: int) -> Profile:
    """The profile of table ``number`` (from 0) of the Document at ``path``; pure."""
    with open(path, "rb") as file:
        document = Document.model_validate_json(file.read())
    if not 0 <= number < len(document.tables):
        raise NotFound(f"The document has {len(document.tables)} tables; there is no table {number} (counted from 0).")
    return profile_of(document.tables[number])


def profile_of(table: Table) -> Profile:
    """The profile of one table."""
    width = max(map(len, table.rows), default=0)
    if width > MAX_COLUMNS:
        raise TooLarge(
            f"The table has {width:,} columns; the limit is {MAX_COLUMNS} columns.", remedy="Split the table."
        )
    named = table.header and bool(table.rows)
    head, rows = (table.rows[0], table.rows[1:]) if named else ((), table.rows)
    columns = []
    for place in range(width):
        name = head[place] if place < len(head) and head[place] else f"column {place + 1}"
        columns.append(column_of(name, [row[place] if place < len(row) else "" for row in rows]))
    cells = len(rows) * width
    return Profile(
        name=table.name,
        rows=len(rows),
        duplicates=len(rows) - len(set(rows)),
        completeness=_ratio(sum(column.filled for column in columns), cells),
        columns=tuple(columns),
    )


def column_of(name: str, values: list[str]) -> ColumnProfile:
    """The profile of one column.

    >>> column_of("zip", ["01067", "20095", "01067", ""]).type
    'identifier'
    >>> column_of("amount", ["12.50", "7.00"]).most
    '12.50'
    """
    filled = [value.strip() for value in values if value.strip().lower() not in _NOTHING]
    kind = _type(filled)
    least, most = _range(filled, kind)
    return ColumnProfile(
        name=name,
        type=kind,
        filled=len(filled),
        completeness=_ratio(len(filled), len(values)),
        distinct=len(set(filled)),
        uniqueness=_ratio(len(set(filled)), len(filled)),
        least=least,
        most=most,
    )


def _type(values: list[str]) -> ColumnType:
    if not values:
        return "empty"
    if all(value.lower() in _BOOLEANS for value in values):
        return "boolean"
    if any(all(_date(value, form) for value in values) for form in _DATES):
        return "date"
    if all(_INTEGER.fullmatch(value) for value in values):
        return "integer"
    if all(_DECIMAL.fullmatch(value) or _INTEGER.fullmatch(value) for value in values):
        return "decimal"
    # Figures with a leading zero are names of things: nobody adds up postcodes.
    return "identifier" if all(_DIGITS.fullmatch(value) for value in values) else "text"


def _date(value: str, form: str) -> datetime | None:
    if form == _COMPACT and not _THIS_AGE.fullmatch(value):
        return None  # 0001207 is a number that somebody gave, not a day of the year 1
    try:
        return datetime.strptime(value, form)
    except ValueError:
        return None


def _range(values: list[str], kind: ColumnType) -> tuple[str | None, str | None]:
    if kind in ("integer", "decimal"):
        ordered = sorted(values, key=_number)
    elif kind == "date":
        form = next(form for form in _DATES if all(_date(value, form) for value in values))
        ordered = sorted(values, key=lambda value: datetime.strptime(value, form))
    else:
        return None, None
    return ordered[0], ordered[-1]


def _number(value: str) -> Decimal:
    try:
        return Decimal(value.replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the type was checked
        return Decimal(0)


def _ratio(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
