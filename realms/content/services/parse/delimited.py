"""CSV and its relatives: dialect by content, every value as the text it was, leading zeros included."""

import csv
import io
import re

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.text import decode

LABELLED_CELLS = 200_000
"""Up to here each cell carries its column's name in the text, so that a row read alone still makes sense."""
_FIGURE = re.compile(r"[\s$€£+-]*\d[\d\s.,:/%-]*")


def parse_csv(path: str, sha256: str, name: str, encoding: str | None, delimiter: str | None) -> Document:
    """The table in a delimited file. Invalid when it cannot be cut, TooLarge over the row limit."""
    text, used = decode(path, encoding)
    rows: list[tuple[str, ...]] = []
    csv.field_size_limit(2**20)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ","):
            if any(cell.strip() for cell in row):
                rows.append(tuple(row))
                within("rows", len(rows), MAX_ROWS)
    except csv.Error as error:
        raise Invalid(
            f"The table cannot be cut into cells: {error}.", code="content.broken", remedy="Check its quotes."
        ) from error
    header = _has_header(rows)
    builder = Builder()
    builder.add_table(rows, name=name, header=header, labelled=sum(map(len, rows)) <= LABELLED_CELLS)
    facts = {"delimiter": delimiter or ",", "encoding": used, "rows": len(rows) - header}
    return builder.document(sha256=sha256, media_type="text/csv", name=name, metadata=facts)


def _has_header(rows: list[tuple[str, ...]]) -> bool:
    """A first row of distinct names without figures, over rows of which some have figures or which are many."""
    if len(rows) < 2:
        return False
    names = [cell.strip() for cell in rows[0]]
    if not all(names) or len(set(names)) < len(names) or any(_FIGURE.fullmatch(name) for name in names):
        return False
    return any(_FIGURE.fullmatch(cell) for row in rows[1:50] for cell in row) or len(rows) > 2
