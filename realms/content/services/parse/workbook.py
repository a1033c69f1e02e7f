"""XLSX, XLS, XLSB and ODS: one table per sheet, formulas as their values, merged cells filled, dates as ISO (python-calamine)."""

import datetime as dt
from typing import Any, Final

import python_calamine as calamine

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.archive import inspect
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.delimited import LABELLED_CELLS, has_header
from symphainy.realms.content.services.parse.sheets import MAX_CELLS, Bounds, Package, Range, package, reference

MAX_SHEETS: Final = 500
_VISIBLE: Final = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "very hidden"}


def parse_workbook(path: str, sha256: str, name: str, media_type: str) -> Document:
    """The sheets of a workbook. Invalid when it is encrypted or broken, TooLarge over the archive's, sheet or cell limits."""
    known = _known(path, media_type)
    try:
        book = calamine.CalamineWorkbook.from_path(path)
    except calamine.PasswordError as error:
        raise Invalid(
            "The workbook is encrypted.", code="content.encrypted", remedy="Remove its password and upload it again."
        ) from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _broken(error) from error
    with book:
        within("sheets", len(book.sheets_metadata), MAX_SHEETS)
        builder, told = Builder(), []
        for sheet in book.sheets_metadata:
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                told.append(_sheet(builder, book, sheet, known.bounds.get(sheet.name)))
    facts: dict[str, Json] = {"sheets": {fact.pop("name"): fact for fact in told}, "dates_from_1904": known.from_1904}
    return builder.document(sha256=sha256, media_type=media_type, name=name, metadata=facts)


def _known(path: str, media_type: str) -> Package:
    if media_type == "application/vnd.ms-excel":  # no archive: BIFF in a compound file
        return Package()
    inspect(path)
    if "spreadsheetml" not in media_type:
        return Package()
    try:
        return package(path)
    except (KeyError, SyntaxError, ValueError) as error:
        raise _broken(error) from error


def _broken(error: Exception) -> Invalid:
    return Invalid(
        f"The workbook is broken: {type(error).__name__}: {error}"[:300] + ".",
        code="content.broken",
        remedy="Open it in a spreadsheet program, save it anew and upload the result.",
    )


def _sheet(builder: Builder, book: Any, about: Any, bounds: Bounds | None) -> dict[str, Any]:
    try:
        sheet = book.get_sheet_by_name(about.name)
        within("cells in the area of one sheet", sheet.total_height * sheet.total_width, MAX_CELLS)
        cells: list[list[Any]] = sheet.to_python(skip_empty_area=False)
        merged = bounds.merged if bounds else _merged(sheet)
    except (calamine.CalamineError, ValueError) as error:
        raise _broken(error) from error
    within("rows", len(cells), MAX_ROWS)
    rows = [[text_of(value) for value in row] for row in cells]
    filled = sum(cell != "" for row in rows for cell in row)
    _expand(rows, merged)
    table = [tuple(row) for row in rows]
    if filled:
        if len(book.sheets_metadata) > 1:
            builder.add(about.name, kind="heading", level=1)
        labelled = sum(map(len, table)) <= LABELLED_CELLS
        builder.add_table(table, name=about.name, header=has_header(table), labelled=labelled)
    height = max(len(rows), bounds.rows if bounds else 0)
    width = max(max(map(len, rows), default=0), bounds.columns if bounds else 0)
    return {
        "name": about.name,
        "dim": reference(height, width),
        "rows": len(rows),
        "columns": max(map(len, rows), default=0),
        "nonempty": filled,
        "merged": len(merged),
        "dates": sum(isinstance(value, dt.date | dt.time) for row in cells for value in row),
        "state": _VISIBLE.get(str(about.visible).rpartition(".")[2], "visible"),
    }


def _merged(sheet: Any) -> list[Range]:
    return [(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]


def _expand(rows: list[list[str]], merged: list[Range]) -> None:
    """Give each cell of a merged range the range's value, so that a row read alone still makes sense."""
    for top, left, bottom, right in merged:
        if top >= len(rows) or left >= len(rows[top]):
            continue
        value = rows[top][left]
        for row in rows[top : bottom + 1]:
            for at in range(left, min(right + 1, len(row))):
                row[at] = value


def text_of(value: Any) -> str:
    """A cell's value as text that reads back the same.

    >>> text_of(1000.0), text_of(0.1), text_of(True), text_of(dt.datetime(2026, 1, 2, 3, 4))
    ('1000', '0.1', 'TRUE', '2026-01-02 03:04:00')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
