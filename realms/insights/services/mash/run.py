"""Runs a mapping: sources in, then DuckDB is shut off from files and network, then the author's expressions, then the target out."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.insights.models.mash import (
    GROUP,
    ColumnLineage,
    GroupLineage,
    JoinFound,
    MashColumn,
    Reject,
    ToMash,
)
from symphainy.realms.insights.services.mash.compile import ROW, compiled, literal, quote
from symphainy.realms.insights.services.mash.joins import diagnosed
from symphainy.realms.insights.services.mash.sources import columns, load
from symphainy.realms.insights.services.mash.write import written

MEMORY: Final = "700MB"
"""What DuckDB may hold; it spills into its folder beyond that."""
MOST_ROWS: Final = 20_000_000
"""Rows of a target: a join that fans out further is a mistake."""


@dataclass(frozen=True)
class Made:
    """A target and all that is known of how it came about."""

    data: bytes
    rejects: bytes
    rows: int
    rejected: int
    reasons: tuple[Reject, ...]
    joins: tuple[JoinFound, ...]
    columns: tuple[ColumnLineage, ...]
    groups: tuple[GroupLineage, ...]
    sql: str


def made(asked: ToMash, paths: Sequence[str]) -> Made:
    """The target of a mapping over the files at ``paths``; pure, for the process pool. Invalid for a mapping that does not fit."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="mash-") as name, duckdb.connect() as database:
        folder = Path(name)
        database.execute(f"SET memory_limit='{MEMORY}'; SET threads=1; SET temp_directory={literal(name)}")
        groups = {
            source.name: load(database, source, path, folder) for source, path in zip(asked.sources, paths, strict=True)
        }
        database.execute(
            f"SET allowed_directories=[{literal(name + '/')}]; SET enable_external_access=false; SET lock_configuration=true"
        )
        try:
            return _run(database, asked, groups, folder)
        except duckdb.Error as error:
            raise Invalid(
                f"The mapping cannot be run: {type(error).__name__}.",
                code="mash.run",
                remedy="Check its expressions and types.",
            ) from error


def _run(database: Any, asked: ToMash, groups: Mapping[str, list[int]], folder: Path) -> Made:
    known = {source.name: columns(database, source.name) for source in asked.sources}
    plan = compiled(asked, known)
    joins = diagnosed(database, asked.joins, known)
    order = ", ".join(quote(f"{ROW}_{source.name}") for source in asked.sources)
    database.execute(
        f"CREATE TABLE joined AS SELECT *, {_reasons(asked.columns)} AS reason FROM ({plan.joined} LIMIT {MOST_ROWS + 1})"
    )
    (total, rejected) = database.execute("SELECT count(*), count(*) FILTER (reason <> '') FROM joined").fetchone()
    if total > MOST_ROWS:
        raise TooLarge(f"The target has more than {MOST_ROWS:,} rows.", remedy="See whether a join fans out.")
    kept = ", ".join(f"c{n} AS {quote(column.name)}" for n, column in enumerate(asked.columns))
    data = written(
        database, f"SELECT {kept} FROM joined WHERE reason = '' ORDER BY {order}", asked.columns, asked.format, folder
    )
    refused = b""
    if rejected:
        raw = ", ".join(f"r{n}::VARCHAR AS {quote(column.name)}" for n, column in enumerate(asked.columns))
        query = f"SELECT {order}, reason AS _reason, {raw} FROM joined WHERE reason <> '' ORDER BY {order}"
        refused = written(database, query, (), "parquet", folder)
    return Made(
        data=data, rejects=refused, rows=total - rejected, rejected=rejected, reasons=_counted(database, asked.columns), joins=joins,
        columns=plan.columns, groups=_lineage(database, asked, groups, order), sql=plan.joined,
    )  # fmt: skip


def _reasons(wanted: Sequence[MashColumn]) -> str:
    """Per row, why it is refused: columns whose value is missing or is not of its type; empty for none."""
    return "concat_ws('; ', " + ", ".join(_reason(n, column) for n, column in enumerate(wanted)) + ")"


def _reason(number: int, column: MashColumn) -> str:
    filled = f"nullif(trim(CAST(r{number} AS VARCHAR)), '') IS NOT NULL"
    missing = f" WHEN c{number} IS NULL THEN {literal(column.name + ': missing')}" if column.required else ""
    unfit = f" WHEN {filled} AND c{number} IS NULL THEN {literal(f'{column.name}: no {column.type}')}"
    return f"CASE{unfit}{missing} ELSE NULL END"


def _counted(database: Any, wanted: Sequence[MashColumn]) -> tuple[Reject, ...]:
    found = database.execute(
        "SELECT said, count(*) FROM (SELECT unnest(string_split(reason, '; ')) AS said FROM joined WHERE reason <> '') "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    return tuple(
        Reject(column=said.rpartition(": ")[0], reason=said.rpartition(": ")[2], rows=rows) for said, rows in found
    )


def _lineage(database: Any, asked: ToMash, groups: Mapping[str, list[int]], order: str) -> tuple[GroupLineage, ...]:
    """Which row groups each row group of the target draws from."""
    found = []
    for source in asked.sources:
        column, ends = quote(f"{ROW}_{source.name}"), groups[source.name]
        group = f"len(list_filter({ends}::BIGINT[], lambda e: e < {column}))" if ends else "0"
        rows = database.execute(
            f"SELECT place // {GROUP}, list_sort(list(DISTINCT {group})) FROM (SELECT *, row_number() OVER (ORDER BY {order}) - 1 AS place "
            f"FROM joined WHERE reason = '') WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        found += [GroupLineage(target=target, source=source.name, groups=tuple(of)) for target, of in rows]
    return tuple(found)
