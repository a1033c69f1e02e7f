"""A table in memory, column by column, and how it is read from what an artifact can be: a Document, CSV or Parquet."""

import csv
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import Document, Table
from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge

MAX_COLUMNS: Final = 2_000
"""Columns of a table that is measured or matched: the widest public target model has 734."""
MAX_CELLS: Final = 20_000_000
"""Cells that are held at once: about 1 GB as text in the pool's process; more is read as a sample."""
NOTHING: Final = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "null", "none", "nil", "#n/a", "(null)", "\u2014", "\uff0d"}
)
"""Spellings of an absent value, in lower case."""
PARQUET: Final = "application/vnd.apache.parquet"
JSON: Final = "application/json"


@dataclass(frozen=True)
class Grid:
    """Columns of text, all equally long; ``names`` are distinct from position by order alone, they may repeat."""

    name: str
    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]

    @property
    def rows(self) -> int:
        """How many rows there are, the header not counted."""
        return len(self.columns[0]) if self.columns else 0

    def column(self, name: str) -> tuple[str, ...]:
        """The values of the first column called ``name``; NotFound when there is none."""
        if name not in self.names:
            raise NotFound(
                f"The table {self.name or 'given'} has no column {name}; it has {', '.join(self.names[:20])}."
            )
        return self.columns[self.names.index(name)]


def absent(value: str) -> bool:
    """Whether a cell says nothing.

    >>> absent(" N/A "), absent("0")
    (True, False)
    """
    return value.strip().lower() in NOTHING


def grid(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Grid:
    """Rows as columns; a short row ends in empty cells, a nameless column is called after its place.

    >>> grid("t", ["a", ""], [["1"], ["2", "x"]]).columns
    (('1', '2'), ('', 'x'))
    """
    given = list(rows)
    width = max([len(header), *map(len, given)], default=0)
    if width > MAX_COLUMNS:
        raise TooLarge(f"The table has {width:,} columns; the limit is {MAX_COLUMNS:,} columns.", remedy="Split it.")
    names = tuple(
        header[i].strip() if i < len(header) and header[i].strip() else f"column {i + 1}" for i in range(width)
    )
    columns = tuple(tuple(row[i] if i < len(row) else "" for row in given) for i in range(width))
    return Grid(name, names, columns)


def from_table(table: Table) -> Grid:
    """A parsed table as a grid."""
    named = table.header and bool(table.rows)
    return grid(table.name, table.rows[0] if named else (), table.rows[1:] if named else table.rows)


def read_grid(path: str, ref: ArtifactRef, number: int = 0, limit: int | None = None) -> Grid:
    """Table ``number`` of the artifact at ``path``, at most ``limit`` rows; by its media type, and by its content where that is vague.

    NotFound when a document has no such table, Invalid for bytes that are no table, TooLarge over the limits.
    """
    with open(path, "rb") as file:
        head = file.read(64).lstrip()
    if head.startswith(b"PAR1"):
        return _parquet(path, ref.name, limit)
    if ref.media_type == JSON or head[:1] in (b"{", b"["):
        return _json(path, number, limit)
    return _csv(path, ref.name, limit)


def _parquet(path: str, name: str, limit: int | None) -> Grid:
    import duckdb

    most = limit if limit is not None else 2**62
    found = duckdb.connect().execute("SELECT COLUMNS(*)::VARCHAR FROM read_parquet(?) LIMIT ?", [path, most])
    header = [column[0] for column in found.description or ()]
    rows = found.fetchmany(max(1, MAX_CELLS // max(1, len(header))))
    return grid(name, header, [["" if cell is None else cell for cell in row] for row in rows])


def _json(path: str, number: int, limit: int | None) -> Grid:
    with open(path, "rb") as file:
        data = file.read()
    try:
        document = Document.model_validate_json(data)
    except ValueError:
        return _records(data, limit)
    if not 0 <= number < len(document.tables):
        raise NotFound(f"The document has {len(document.tables)} tables; there is no table {number} (counted from 0).")
    table = document.tables[number]
    if limit is not None and len(table.rows) > limit + table.header:
        table = table.model_copy(update={"rows": table.rows[: limit + table.header]})
    return from_table(table)


def _records(data: bytes, limit: int | None) -> Grid:
    """A JSON array of flat objects."""
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Invalid("The artifact is no table: neither a document, nor records.", remedy="Parse it first.") from error
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Invalid("The artifact is no table: its JSON is no list of objects.", remedy="Parse it first.")
    rows = found[:limit]
    header = list(dict.fromkeys(str(key) for row in rows for key in row))
    cells = [["" if row.get(key) is None else str(row[key]) for key in header] for row in rows]
    return grid("", header, cells)


def _csv(path: str, name: str, limit: int | None) -> Grid:
    csv.field_size_limit(2**20)
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file)
            header = next(lines, [])
            rows = [row for number, row in enumerate(lines) if row and (limit is None or number < limit)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(
            "The artifact is no table: it is no CSV in UTF-8.", remedy="Upload it to Content first."
        ) from error
    return grid(name, header, rows)
