"""What a data mash is asked and what it gives: sources, a declarative mapping, one target data set with its rejects."""

from typing import Final, Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Message

GROUP: Final = 50_000
"""Rows of a target's row group: a few megabytes, and fine enough to say where a row came from."""
Type = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]


class MashSource(Message):
    """One source: Parquet, CSV, or a parsed document's ``table``; ``name`` is how expressions call it."""

    name: str
    data: ArtifactRef
    table: int = 0


class MashJoin(Message):
    """Joins ``source`` to what stands before it: ``on`` names pairs of columns, ``<source>.<column>`` first."""

    source: str
    on: tuple[tuple[str, str], ...]
    how: Literal["left", "inner"] = "left"


class MashColumn(Message):
    """One target column: exactly one of a source column (``column``), ``constant``, several to ``concat``, or an ``expression``."""

    name: str
    type: Type = "text"
    column: str | None = None
    constant: str | None = None
    concat: tuple[str, ...] = ()
    separator: str = " "
    expression: str | None = None
    format: str | None = None
    """strptime's spelling of a date in the source, as in ``%d.%m.%Y``."""
    required: bool = False


class ToMash(Message):
    """Several sources and mappings to one target data set. The first source leads: each of its rows is one of the target's."""

    sources: tuple[MashSource, ...]
    columns: tuple[MashColumn, ...]
    joins: tuple[MashJoin, ...] = ()
    where: str | None = None
    name: str = "mash"
    format: Literal["parquet", "csv", "xlsx"] = "parquet"


class JoinFound(Message):
    """What a join did: rows of the left side without a partner, rows of the right one that nobody asked for, and fan-out."""

    source: str
    unmatched: int
    orphans: int
    fan_out: int
    most_partners: int


class Reject(Message):
    """Rows that are not in the target, and why."""

    reason: str
    column: str
    rows: int


class ColumnLineage(Message):
    """Where a target column comes from."""

    target: str
    sources: tuple[str, ...]
    rule: str


class GroupLineage(Message):
    """Which row groups of a source (counted from 0; a file without groups is one) a row group of the target comes from."""

    target: int
    source: str
    groups: tuple[int, ...]


class Mashed(Message):
    """The target data set, what was refused and why, what each join did, and where each column comes from."""

    data: ArtifactRef
    rejects: ArtifactRef | None
    rows: int
    rejected: int
    reasons: tuple[Reject, ...]
    joins: tuple[JoinFound, ...]
    columns: tuple[ColumnLineage, ...]
    groups: tuple[GroupLineage, ...]
    sql: str
