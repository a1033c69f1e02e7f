"""Observation: what can be measured of several tables' columns before anybody says what they mean, and which columns stand in which."""

from collections.abc import Sequence
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models.grid import Grid, absent, read_grid
from symphainy.realms.insights.models.interpret import ColumnFacts, Observed, TableFacts, ToObserve
from symphainy.realms.insights.models.kinds import dominant
from symphainy.realms.insights.services.observe.inclusions import inclusions
from symphainy.realms.insights.services.observe.patterns import patterns
from symphainy.realms.insights.services.observe.units import unit

SAMPLED: Final = 20_000
"""Rows of a table that are looked at: a key that repeats later than that is told as a key, and ``whole`` says so."""
TESTED: Final = 300
"""Distinct values of a column that are tested for patterns: some forty rules each, a tenth of a second for a wide table."""
LONGEST: Final = 300
"""Characters of a value that are looked at: what is longer is text, whatever it begins with."""
MAX_TABLES: Final = 20
MAX_COLUMNS: Final = 600
"""Columns of all tables: their facts stay within what travels between two steps."""


@capability("insights.observe", input=ToObserve, output=Observed, title="Observe tables")
async def observe(step: Step[ToObserve]) -> Outcome[Observed]:
    """Kinds, patterns, units, distinctness of every column, and which columns' values stand in another's. It quotes no value.

    Invalid for no table, or two of one name; TooLarge over the limits.
    """
    asked = step.input
    names = [table.name for table in asked.tables]
    if not names or len(set(names)) < len(names):
        raise Invalid("Give at least one table, each with a name of its own.", code="observe.tables")
    if len(names) > MAX_TABLES:
        raise TooLarge(f"{len(names)} tables are given; the limit is {MAX_TABLES}.", remedy="Interpret them in groups.")
    paths = [str(await step.tools.fetch(table.data)) for table in asked.tables]
    await step.tools.progress(0.2, "observing")
    return Outcome(await step.tools.compute(observed, asked, paths))


def observed(asked: ToObserve, paths: Sequence[str]) -> Observed:
    """The facts of the tables at ``paths``; pure, for the process pool."""
    read = [
        read_grid(path, table.data, table.table, SAMPLED + 1) for table, path in zip(asked.tables, paths, strict=True)
    ]
    if (width := sum(len(table.names) for table in read)) > MAX_COLUMNS:
        raise TooLarge(f"The tables have {width:,} columns; the limit is {MAX_COLUMNS}.", remedy="Interpret fewer.")
    return of([(one.name, grid) for one, grid in zip(asked.tables, read, strict=True)])


def of(tables: Sequence[tuple[str, Grid]]) -> Observed:
    """The facts of tables in memory; pure."""
    told = tuple(
        TableFacts(
            name=name, rows=min(table.rows, SAMPLED), whole=table.rows <= SAMPLED,
            columns=tuple(
                column(title, values[:SAMPLED]) for title, values in zip(table.names, table.columns, strict=True)
            ),
        )
        for name, table in tables
    )  # fmt: skip
    return Observed(tables=told, inclusions=inclusions(tables))


def column(name: str, values: Sequence[str]) -> ColumnFacts:
    """The facts of one column.

    >>> found = column("Weight (kg)", ["70.5", "81", "", "81"])
    >>> found.kind, found.unit, found.filled, round(found.distinct, 2)
    ('decimal', 'kg', 0.75, 0.67)
    """
    filled = [" ".join(value[:LONGEST].split()) for value in values if not absent(value)]
    apart = list(dict.fromkeys(filled))
    tested = apart[:TESTED]
    said, where = unit(name, tested)
    return ColumnFacts(
        name=name, kind=dominant(filled[:2_000]), filled=round(len(filled) / len(values), 4) if values else 0.0,
        distinct=round(len(apart) / len(filled), 4) if filled else 0.0, patterns=patterns(tested), unit=said, unit_from=where,
        words=round(sum(len(value.split()) for value in tested) / len(tested), 2) if tested else 0.0,
        length=round(sum(map(len, tested)) / len(tested), 2) if tested else 0.0,
    )  # fmt: skip
