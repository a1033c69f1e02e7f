"""CSV and its relatives: dialect by content, every value as the text it was, leading zeros included."""

import csv
import re
from collections import Counter

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.models.detection.dialect import dialect_of
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.text import decode

LABELLED_CELLS = 200_000
"""Up to here each cell carries its column's name in the text, so that a row read alone still makes sense."""
MAX_CELL = 2**20
"""Characters of one cell: a longer one is a quote that nobody closed."""
MAX_COLUMNS = 20_000
MAX_CELLS = 4_000_000
"""Cells of a table: with their text, what the largest text file may take."""
TOLD = 100
"""Ragged rows that are named; more are only counted."""
_FIGURE = re.compile(r"[\s$€£+-]*\d[\d\s.,:/%-]*")


def parse_csv(path: str, sha256: str, name: str, encoding: str | None, delimiter: str | None) -> Document:
    """The table in a delimited file, with its ragged rows told. Invalid when it cannot be cut, TooLarge over a limit."""
    text, used = decode(path, encoding)
    dialect = dialect_of(text, delimiter or ",")
    rows: list[tuple[str, ...]] = []
    cells = 0
    csv.field_size_limit(MAX_CELL)
    try:
        for row in dialect.reader(text):
            if any(cell.strip() for cell in row):
                rows.append(tuple(row))
                within("rows", len(rows), MAX_ROWS)
                within("columns", len(row), MAX_COLUMNS)
                cells += len(row)
                within("cells", cells, MAX_CELLS)
    except csv.Error as error:
        raise Invalid(
            f"The table cannot be cut into cells: {error}.", code="content.broken", remedy="Check its quotes."
        ) from error
    widths = Counter(map(len, rows))
    width = max(widths, key=lambda w: (widths[w], w), default=0)
    ragged: list[Json] = [number for number, row in enumerate(rows, start=1) if len(row) != width]
    header = has_header(rows)
    builder = Builder()
    builder.add_table(rows, name=name, header=header, labelled=sum(map(len, rows)) <= LABELLED_CELLS)
    facts: dict[str, Json] = {
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "encoding": used,
        "rows": len(rows) - header,
        "columns": width,
        "ragged_rows": len(ragged),
        **({"ragged_row_numbers": ragged[:TOLD]} if ragged else {}),
    }
    return builder.document(sha256=sha256, media_type="text/csv", name=name, metadata=facts)


def has_header(rows: list[tuple[str, ...]]) -> bool:
    """A first row of distinct names without figures, over rows of which some have figures or which are many.

    >>> has_header([("id", "name"), ("007", "Bond")]), has_header([("1", "2"), ("3", "4")])
    (True, False)
    """
    if len(rows) < 2:
        return False
    names = [cell.strip() for cell in rows[0]]
    if not all(names) or len(set(names)) < len(names) or any(_FIGURE.fullmatch(name) for name in names):
        return False
    return any(_FIGURE.fullmatch(cell) for row in rows[1:50] for cell in row) or len(rows) > 2
