"""What a check of data quality is asked and what it finds: rules that the data themselves suggest, and the cells that break them."""

from datetime import date
from typing import Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Message

Part = Literal["completeness", "validity", "uniqueness", "consistency", "timeliness"]
Check = Literal[
    "blank_header", "duplicate_header", "blank_row", "duplicate_row", "missing_cell", "extra_cell", "absent_spelling", "unit_in_cell",
    "form", "misspelling", "misplaced", "dependency", "duplicate_key", "future", "stale",
]  # fmt: skip


class ToCheck(Message):
    """A table to check: CSV, Parquet, or a parsed document's ``table``. ``inline`` violations travel in the answer itself.

    Timeliness is measured against ``as_of``, where it is given: nobody's clock is asked, the same input gives the same verdict.
    """

    data: ArtifactRef
    table: int = 0
    inline: int = 50
    as_of: date | None = None
    fresh_days: int | None = None
    """Days that a row's newest day may be old."""


class Rule(Message):
    """A rule that holds nearly everywhere, what it says of which columns, and how many cells break it."""

    id: str
    check: Check
    part: Part
    columns: tuple[str, ...]
    text: str
    holds: float
    violations: int = 0


class Violation(Message):
    """A cell, or a whole row (``column`` is empty), that breaks a rule. ``row`` counts data rows from 1; 0 is the header."""

    rule: str
    row: int
    column: str = ""


class Violations(Message):
    """All violations of one table, by rule, then row."""

    violations: tuple[Violation, ...]


class Quality(Message):
    """How good a table is, from 0 to 1, by its parts; the rules, and where they are broken (all of it in ``violations``)."""

    rows: int
    whole: bool
    """Whether every row was looked at."""
    score: float
    parts: dict[Part, float]
    rules: tuple[Rule, ...]
    broken: int
    first: tuple[Violation, ...]
    violations: ArtifactRef
