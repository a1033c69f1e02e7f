"""A declarative mapping as DuckDB SQL: every value quoted by us, every author's expression checked first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.insights.models.mash import ColumnLineage, MashColumn, MashJoin, ToMash
from symphainy.realms.insights.services.mash.guard import expression, resolve

TYPES: Final = {
    "text": "VARCHAR", "integer": "BIGINT", "decimal": "DECIMAL(38, 6)", "date": "DATE", "timestamp": "TIMESTAMP", "boolean": "BOOLEAN",
}  # fmt: skip
_SOURCE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
ROW: Final = "_row"
"""Each source's row number from 1, counted in the order of the file: what lineage and rejects name."""


@dataclass(frozen=True)
class Compiled:
    """One SELECT per question."""

    joined: str
    """All rows with raw and cast value of each column, and the row numbers of every source."""
    columns: tuple[ColumnLineage, ...]


def quote(name: str) -> str:
    """An identifier.

    >>> quote('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string.

    >>> literal("O'Hara")
    "'O''Hara'"
    """
    return "'" + text.replace("'", "''") + "'"


def compiled(asked: ToMash, columns: Mapping[str, set[str]]) -> Compiled:
    """The SQL of a mapping over sources with these columns; Invalid for a mapping that does not fit them."""
    _check(asked)
    selected, lineage = [], []
    for number, column in enumerate(asked.columns):
        raw, read, rule = _raw(column, columns)
        selected += [f"{raw} AS r{number}", f"{_cast(column, raw)} AS c{number}"]
        lineage.append(ColumnLineage(target=column.name, sources=read, rule=rule))
    rows = [f"{quote(source.name)}.{ROW} AS {quote(ROW + '_' + source.name)}" for source in asked.sources]
    where = f" WHERE {expression(asked.where, columns)[0]}" if asked.where else ""
    tables = quote(asked.sources[0].name) + "".join(_join(join, columns) for join in asked.joins)
    return Compiled(f"SELECT {', '.join(selected + rows)} FROM {tables}{where}", tuple(lineage))


def pairs(join: MashJoin, columns: Mapping[str, set[str]]) -> list[tuple[str, str, str]]:
    """The sides of a join: (left source, left column, right column)."""
    found: list[tuple[str, str, str]] = []
    for left, right in join.on:
        source, name = _named(left, columns)
        other = right.removeprefix(join.source + ".")
        if other not in columns[join.source]:
            raise Invalid(f"{join.source} has no column {other} to join on.", code="mash.column")
        found.append((source, name, other))
    if len({source for source, _, _ in found}) != 1 or found[0][0] == join.source:
        raise Invalid(
            f"{join.source} is joined by columns of exactly one other source.",
            code="mash.join",
            remedy="Name them in `on`.",
        )
    return found


def _join(join: MashJoin, columns: Mapping[str, set[str]]) -> str:
    how = "LEFT JOIN" if join.how == "left" else "JOIN"
    on = " AND ".join(
        f"{quote(source)}.{quote(left)} = {quote(join.source)}.{quote(right)}"
        for source, left, right in pairs(join, columns)
    )
    return f" {how} {quote(join.source)} ON {on}"


def _raw(column: MashColumn, columns: Mapping[str, set[str]]) -> tuple[str, tuple[str, ...], str]:
    """The value as SQL, the columns it reads, and the rule in words."""
    if column.constant is not None:
        return literal(column.constant), (), "constant"
    if column.expression is not None:
        sql, read = expression(column.expression, columns)
        return f"({sql})", read, f"expression {column.expression}"
    names = column.concat or ((column.column,) if column.column else ())
    found = [_named(name, columns) for name in names]
    parts = [f"{quote(source)}.{quote(name)}" for source, name in found]
    read = tuple(f"{source}.{name}" for source, name in found)
    if column.concat:
        filled = ", ".join(f"NULLIF(TRIM({part}), '')" for part in parts)
        return f"concat_ws({literal(column.separator)}, {filled})", read, "concatenation"
    return f"NULLIF(TRIM({parts[0]}), '')", read, "copy" if column.type == "text" else f"cast to {column.type}"


def _cast(column: MashColumn, raw: str) -> str:
    kind = TYPES[column.type]
    if column.type == "text":
        return f"CAST({raw} AS VARCHAR)"
    if column.type in ("date", "timestamp") and column.format:
        return f"CAST(try_strptime(CAST({raw} AS VARCHAR), {literal(column.format)}) AS {kind})"
    if column.type in ("integer", "decimal"):
        figure = f"regexp_replace(CAST({raw} AS VARCHAR), '^[$\u20ac\u00a3]|,', '', 'g')"
        return f"TRY_CAST({figure} AS {kind})"
    return f"TRY_CAST(CAST({raw} AS VARCHAR) AS {kind})"


def _named(name: str, columns: Mapping[str, set[str]]) -> tuple[str, str]:
    for source in columns:
        if name.startswith(source + ".") and name.removeprefix(source + ".") in columns[source]:
            return source, name.removeprefix(source + ".")
    return resolve(name, "", name, columns)


def _check(asked: ToMash) -> None:
    names = [source.name for source in asked.sources]
    if not names or not asked.columns:
        raise Invalid("A mash takes at least one source and one target column.", code="mash.empty")
    if wrong := [name for name in names if not _SOURCE.fullmatch(name)]:
        raise Invalid(f"{wrong[0]!r} is no name for a source: letters, digits and _ are.", code="mash.names")
    _distinct("source", names)
    _distinct("target column", [column.name for column in asked.columns])
    for column in asked.columns:
        given = [
            column.column is not None,
            column.constant is not None,
            bool(column.concat),
            column.expression is not None,
        ]
        if sum(given) != 1:
            raise Invalid(
                f"The target column {column.name} comes from exactly one of column, constant, concat and expression.",
                code="mash.mapping",
            )
    if sorted(join.source for join in asked.joins) != sorted(names[1:]):
        raise Invalid(
            "Every source but the first is joined exactly once.", code="mash.join", remedy="Add or drop a join."
        )


def _distinct(what: str, names: Sequence[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise Invalid(f"Two are called {sorted(twice)[0]}: each {what} has a name of its own.", code="mash.names")
