"""What Insights is asked and what it measures."""

from typing import Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Message

ColumnType = Literal["empty", "integer", "decimal", "date", "boolean", "identifier", "text"]


class Question(Message):
    """A question in plain words; ``documents`` narrows the search to those ids."""

    question: str
    documents: tuple[str, ...] = ()


class ToProfile(Message):
    """A table of a parsed document: ``text`` refers to a Document as JSON."""

    text: ArtifactRef
    table: int = 0


class ColumnProfile(Message):
    """One column. Ratios lie between 0 and 1; ``least`` and ``most`` are given for figures and dates only."""

    name: str
    type: ColumnType
    filled: int
    completeness: float
    distinct: int
    uniqueness: float
    least: str | None = None
    most: str | None = None


class Profile(Message):
    """A table, measured. It holds no value of a text column: those may name people."""

    name: str
    rows: int
    duplicates: int
    completeness: float
    columns: tuple[ColumnProfile, ...]
