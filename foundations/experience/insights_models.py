"""What is asked of Insights over the wire. Data are named by the reference that an upload, a parse or an earlier run gave."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from symphainy.foundations.experience.models import Asked
from symphainy.foundations.language.artifact import ArtifactRef

Named = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Told = Annotated[str, StringConstraints(max_length=4_000)]


class Profiling(Asked):
    """A table to measure: a parsed document's, counted from 0."""

    text: Annotated[ArtifactRef, Field(strict=False)]
    table: Annotated[int, Field(ge=0, le=10_000)] = 0


class Checking(Asked):
    """A table to check: CSV, Parquet, or a parsed document's; ``inline`` violations come with the answer."""

    data: Annotated[ArtifactRef, Field(strict=False)]
    table: Annotated[int, Field(ge=0, le=10_000)] = 0
    inline: Annotated[int, Field(ge=0, le=200)] = 50
    as_of: Annotated[date | None, Field(strict=False)] = None
    """The day that timeliness is measured against; without it, it is not measured."""
    fresh_days: Annotated[int | None, Field(ge=0, le=100_000)] = None


class TableGiven(Asked):
    """A table to interpret, called ``name`` in the answer."""

    name: Named
    data: Annotated[ArtifactRef, Field(strict=False)]
    table: Annotated[int, Field(ge=0, le=10_000)] = 0


class Interpreting(Asked):
    """Tables to interpret together: relations are looked for among all of them."""

    tables: Annotated[list[TableGiven], Field(min_length=1, max_length=20)]


class Described(Asked):
    """A field of a model: its name, what it means, values that it may hold."""

    name: Named
    description: Told = ""
    examples: Annotated[list[Told], Field(max_length=200)] = []


class MatchSide(Asked):
    """A table by reference, the fields of a model, or both: then the fields describe columns of the table."""

    data: Annotated[ArtifactRef | None, Field(strict=False)] = None
    table: Annotated[int, Field(ge=0, le=10_000)] = 0
    fields: Annotated[list[Described], Field(max_length=2_000)] = []


class Matching(Asked):
    """Two sides to match; pairs less sure than ``at_least`` are listed as candidates only."""

    source: MatchSide
    target: MatchSide
    at_least: Annotated[float, Field(ge=0, le=1)] = 0.4
    most: Annotated[int, Field(ge=1, le=50)] = 5


class Source(Asked):
    """A source of a mash; expressions call it by ``name``."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    data: Annotated[ArtifactRef, Field(strict=False)]
    table: Annotated[int, Field(ge=0, le=10_000)] = 0


class Join(Asked):
    """Joins a source by pairs of columns: one of a source before it, one of its own."""

    source: Named
    on: Annotated[list[Annotated[list[Named], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=10)]
    how: Literal["left", "inner"] = "left"


class Column(Asked):
    """A target column, from exactly one of a source's column, a constant, several columns joined, or an expression."""

    name: Named
    type: Literal["text", "integer", "decimal", "date", "timestamp", "boolean"] = "text"
    column: Named | None = None
    constant: Told | None = None
    concat: Annotated[list[Named], Field(max_length=20)] = []
    separator: Annotated[str, StringConstraints(max_length=20)] = " "
    expression: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    format: Annotated[str, StringConstraints(max_length=40)] | None = None
    required: bool = False


class Mashing(Asked):
    """Several sources and a mapping to one data set. The first source leads."""

    sources: Annotated[list[Source], Field(min_length=1, max_length=20)]
    columns: Annotated[list[Column], Field(min_length=1, max_length=2_000)]
    joins: Annotated[list[Join], Field(max_length=20)] = []
    where: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")] = "mash"
    format: Literal["parquet", "csv", "xlsx"] = "parquet"
