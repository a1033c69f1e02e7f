"""Which columns' values stand in another column: what a foreign key would look like, measured and not yet judged."""

from collections.abc import Sequence
from typing import Final

from symphainy.realms.insights.models.grid import Grid, absent
from symphainy.realms.insights.models.interpret import Inclusion

NEARLY: Final = 0.9
"""The share of values that have to stand in the other column: some orphans are what an interpretation should find."""
FEW: Final = 3
"""Distinct values from which a column can refer to another: of fewer, the most stand somewhere by chance."""
MOST: Final = 200


def inclusions(tables: Sequence[tuple[str, Grid]]) -> tuple[Inclusion, ...]:
    """Every column into every column of distinct values, of another table or of its own; the fullest first."""
    sets = [
        (name, title, {value.strip() for value in values if not absent(value)}, _distinct(values))
        for name, table in tables
        for title, values in zip(table.names, table.columns, strict=True)
    ]
    keys = [one for one in sets if one[3] and len(one[2]) >= FEW]
    found = []
    for table, column, values, _ in sets:
        if len(values) < FEW:
            continue
        for into, key, there, _ in keys:
            if (into, key) == (table, column):
                continue
            both = len(values & there)
            if both >= NEARLY * len(values):
                found.append(
                    Inclusion(
                        table=table, column=column, into=into, into_column=key, values=len(values), share=round(both / len(values), 4),
                        used=round(both / len(there), 4),
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-one.share, -one.used))[:MOST])


def _distinct(values: Sequence[str]) -> bool:
    """Whether all are there, and none twice."""
    return bool(values) and not any(map(absent, values)) and len({value.strip() for value in values}) == len(values)
