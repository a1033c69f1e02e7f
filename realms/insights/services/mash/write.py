"""The target written out: Parquet, CSV or XLSX. A cell of text never becomes a formula in somebody's spreadsheet."""

from pathlib import Path
from typing import Any, Final

from symphainy.foundations.language.errors import TooLarge
from symphainy.realms.insights.models.mash import GROUP, MashColumn
from symphainy.realms.insights.services.mash.compile import literal, quote

MEDIA: Final = {
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS: Final = 1_048_575
"""Data rows of a worksheet."""


def written(database: Any, query: str, columns: tuple[MashColumn, ...], form: str, folder: Path) -> bytes:
    """The rows of ``query`` as a file of ``form``; TooLarge for more rows than a worksheet has."""
    path = folder / f"target.{form}"
    if form == "parquet":
        database.execute(
            f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, ROW_GROUP_SIZE {GROUP}, COMPRESSION zstd)"
        )
    elif form == "csv":
        safe = ", ".join(_safe(column) for column in columns)
        database.execute(f"COPY (SELECT {safe} FROM ({query})) TO {literal(str(path))} (FORMAT csv, HEADER)")
    else:
        _sheet(database, query, path)
    return path.read_bytes()


def _safe(column: MashColumn) -> str:
    name = quote(column.name)
    if column.type != "text":
        return name
    return f"CASE WHEN regexp_matches({name}, '^[=+@\\t\\r-]') THEN '''' || {name} ELSE {name} END AS {name}"


def _sheet(database: Any, query: str, path: Path) -> None:
    import xlsxwriter

    (rows,) = database.execute(f"SELECT count(*) FROM ({query})").fetchone()
    if rows > SHEET_ROWS:
        raise TooLarge(f"The target has {rows:,} rows; a worksheet takes {SHEET_ROWS:,}.", remedy="Ask for Parquet.")
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    sheet, found = book.add_worksheet("target"), database.execute(query)
    sheet.write_row(0, 0, [column[0] for column in found.description])
    at = 1
    while batch := found.fetchmany(5_000):
        for row in batch:
            for place, cell in enumerate(row):
                _cell(sheet, at, place, cell)
            at += 1
    book.close()


def _cell(sheet: Any, row: int, place: int, cell: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, place, cell)
    elif isinstance(cell, str) or hasattr(cell, "isoformat"):
        sheet.write_string(row, place, str(cell))
    else:
        sheet.write_number(row, place, float(cell))
