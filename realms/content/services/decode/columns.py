"""The columns that a copybook gives: one per elementary item, lists where items occur; and their records as Parquet.

Types follow the pictures, never the values, so that every part of a file has the same columns.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import polars as pl

from symphainy.realms.content.services.decode.cobol.copybook import Field
from symphainy.realms.content.services.decode.cobol.decoding import Values, name

_LONGEST: Final = 38
"""Digits that a decimal column holds; an item with more is kept as text."""
_INTEGER: Final = 18
NUMBER, OFFSET, PROBLEMS = "_record", "_offset", "_problems"
"""Columns that every part has beside the copybook's: which record of the file, where its bytes begin, what is wrong with it."""
Take = Callable[[Values], Any]


@dataclass(frozen=True)
class Column:
    """One column: its name, its type, and how its value is taken out of a record."""

    name: str
    type: Any
    take: Take


def columns_of(records: tuple[Field, ...]) -> list[Column]:
    """A column per item, named by the item alone where no other has its name, else by its path.

    >>> from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
    >>> [c.name for c in columns_of(parse_copybook("01 R. 05 A. 10 ID PIC 9. 05 B. 10 ID PIC 9. 05 N PIC X."))]
    ['A_ID', 'B_ID', 'N']
    """
    found: list[tuple[tuple[str, ...], Field]] = []
    for record in records:
        _walk(record, (), found)
    counts = Counter(path[-1] for path, _ in found)
    columns = []
    for path, field in found:
        label = path[-1] if counts[path[-1]] == 1 else "_".join(path[1:] or path)
        columns.append(Column(label, _type(field), _taker(path, field)))
    return columns


def _walk(field: Field, above: tuple[str, ...], found: list[tuple[tuple[str, ...], Field]]) -> None:
    path = above if field.filler else (*above, name(field))
    if field.repeats or not field.children:
        if not field.filler:
            found.append((path, field))
        return
    for child in field.children:
        _walk(child, path, found)


def _type(field: Field) -> Any:
    inner = pl.Struct(_members(field)) if field.children else _scalar(field)
    return pl.List(inner) if field.repeats else inner


def _members(group: Field) -> dict[str, Any]:
    """A repeating group's own items; groups in it stay groups."""
    return {name(child): _type(child) for child in group.children if not child.filler}


def _scalar(field: Field) -> Any:
    picture, usage = field.picture, field.usage
    if usage in ("COMP-1", "COMP-2"):
        return pl.Float64
    if picture is None or usage == "INDEX":
        return pl.Int64
    if not picture.numeric:
        return pl.String
    scale = max(picture.scale, 0)
    digits = max(picture.digits, scale) + max(-picture.scale, 0)
    if usage in ("COMP", "COMP-9"):  # its bytes hold more than its picture says
        digits = max(digits, len(str(1 << (8 * field.length))))
    if scale == 0 and digits <= _INTEGER:
        return pl.Int64
    if digits > _LONGEST:
        return pl.String
    # An even number of digits leaves room for one more in a packed item.
    return pl.Decimal(_INTEGER if digits < _INTEGER else _LONGEST, scale)


def _taker(path: tuple[str, ...], field: Field) -> Take:
    fit = _fitter(field)

    def take(values: Values) -> Any:
        found: Any = values
        for step in path:
            if not isinstance(found, dict):
                return None
            found = found.get(step)
        if field.repeats:
            return [fit(item) for item in found or []]
        return fit(found)

    return take


def _fitter(field: Field) -> Callable[[Any], Any]:
    """A value as its column takes it."""
    if field.children:
        members = {name(child): (_fitter(child), child.repeats) for child in field.children if not child.filler}

        def group(value: Any) -> Any:
            given = value or {}
            return {
                key: [fit(item) for item in given.get(key) or []] if many else fit(given.get(key))
                for key, (fit, many) in members.items()
            }

        return group
    kind = _scalar(field)
    if kind == pl.String:
        return lambda value: None if value is None else str(value)
    if kind == pl.Int64 or kind == pl.Float64:
        return lambda value: value
    return lambda value: Decimal(value) if isinstance(value, int) else value


def parquet(columns: list[Column], rows: Iterable[tuple[int, int, str | None, Values]]) -> bytes:
    """Records as one Parquet file: the same records give the same bytes."""
    given = list(rows)
    data: dict[str, list[Any]] = {column.name: [column.take(values) for *_, values in given] for column in columns}
    data |= {NUMBER: [r[0] for r in given], OFFSET: [r[1] for r in given], PROBLEMS: [r[2] for r in given]}
    types = {column.name: column.type for column in columns} | {NUMBER: pl.Int64, OFFSET: pl.Int64, PROBLEMS: pl.String}
    out = io.BytesIO()
    pl.DataFrame(data, schema=types).write_parquet(out, compression="zstd", compression_level=3, statistics=True)
    return out.getvalue()
