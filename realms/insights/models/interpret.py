"""What is observed of columns, and what an interpretation says of them: meanings, keys, relations, units."""

from typing import Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Message
from symphainy.realms.insights.models.kinds import Kind


class Table(Message):
    """A table to interpret; ``name`` is what it is called in the answer."""

    name: str
    data: ArtifactRef
    table: int = 0


class ToObserve(Message):
    """Tables that are interpreted together: relations are looked for among all of them."""

    tables: tuple[Table, ...]


class ColumnFacts(Message):
    """What holds of a column's values: shares between 0 and 1 of the filled ones. It quotes none."""

    name: str
    kind: Kind
    filled: float
    distinct: float
    patterns: dict[str, float] = {}
    unit: str | None = None
    unit_from: Literal["header", "cells"] | None = None
    words: float = 0.0
    length: float = 0.0


class TableFacts(Message):
    """A table's columns, and how many of its rows were looked at."""

    name: str
    rows: int
    whole: bool
    columns: tuple[ColumnFacts, ...]


class Inclusion(Message):
    """How many of one column's distinct values (``values``) stand in another, as a share, and how much of the other they use."""

    table: str
    column: str
    into: str
    into_column: str
    values: int
    share: float
    used: float


class Observed(Message):
    """All that was measured: what ``insights.interpret`` weighs."""

    tables: tuple[TableFacts, ...]
    inclusions: tuple[Inclusion, ...] = ()
