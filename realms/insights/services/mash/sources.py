"""Sources of a mash as tables of text in DuckDB, every row numbered in the order of its file."""

import csv
from pathlib import Path
from typing import Any

from symphainy.realms.insights.models.grid import JSON, read_grid
from symphainy.realms.insights.models.mash import MashSource
from symphainy.realms.insights.services.mash.compile import ROW, literal, quote


def load(database: Any, source: MashSource, path: str, folder: Path) -> list[int]:
    """Create the table of ``source``; the last row of each of its row groups, so that a row tells its group."""
    with open(path, "rb") as file:
        head = file.read(64).lstrip()
    if head.startswith(b"PAR1"):
        _create(database, source.name, f"read_parquet({literal(path)})")
        sizes = database.execute(
            f"SELECT DISTINCT row_group_id, row_group_num_rows FROM parquet_metadata({literal(path)}) ORDER BY 1"
        ).fetchall()
        ends, total = [], 0
        for _, size in sizes:
            total += size
            ends.append(total)
        return ends
    if source.data.media_type == JSON or head[:1] in (b"{", b"["):
        path = _flat(source, path, folder)
    else:
        read_grid(path, source.data, source.table, 1)  # the same refusals as everywhere
    _create(
        database,
        source.name,
        f"read_csv({literal(path)}, header=true, all_varchar=true, delim=',', quote='\"', escape='\"')",
    )
    return []


def _create(database: Any, name: str, reader: str) -> None:
    database.execute(
        f"CREATE TABLE {quote(name)} AS SELECT row_number() OVER () AS {ROW}, COLUMNS(*)::VARCHAR FROM {reader}"
    )


def _flat(source: MashSource, path: str, folder: Path) -> str:
    """A document's table as CSV."""
    table = read_grid(path, source.data, source.table)
    flat = folder / f"{source.name}.csv"
    with flat.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(table.names)
        writer.writerows(zip(*table.columns, strict=True))
    return str(flat)


def columns(database: Any, name: str) -> set[str]:
    """The columns of a loaded source."""
    return {row[0] for row in database.execute(f"DESCRIBE {quote(name)}").fetchall()} - {ROW}
