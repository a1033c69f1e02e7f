"""What schema matching is asked and what it finds: pairs of fields with score and evidence, and what a pair alone cannot say."""

from typing import Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Message

Type = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]


class FieldGiven(Message):
    """A field of a model without data: its name, what it means, and a few values that it may hold."""

    name: str
    description: str = ""
    examples: tuple[str, ...] = ()


class Side(Message):
    """One side: a table (``data``), or the ``fields`` of a model; both together where fields describe columns of the table."""

    data: ArtifactRef | None = None
    table: int = 0
    fields: tuple[FieldGiven, ...] = ()


class ToMatch(Message):
    """Match the fields of ``source`` to those of ``target``; pairs less sure than ``at_least`` are candidates only."""

    source: Side
    target: Side
    at_least: float = 0.4
    most: int = 5


class Pair(Message):
    """A source field and a target field. ``sure`` is from 0 to 1; ``type`` and ``format`` say how the values become the target's."""

    source: str
    target: str
    score: float
    sure: float
    evidence: tuple[str, ...] = ()
    type: Type = "text"
    format: str | None = None


class Derived(Message):
    """A target field that no single field gives: several to be joined, a constant, the day of a point of time; a proposal like any pair."""

    target: str
    rule: Literal["concatenation", "constant", "part", "day"]
    sources: tuple[str, ...] = ()
    separator: str = " "
    constant: str | None = None
    sure: float = 0.0
    evidence: tuple[str, ...] = ()


class Matched(Message):
    """The surest one-to-one pairs, then further ones; ``candidates`` refers to the best ``most`` of every source field, as JSON."""

    pairs: tuple[Pair, ...]
    further: tuple[Pair, ...] = ()
    derived: tuple[Derived, ...] = ()
    unmatched: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """Target fields that nothing reached."""
    candidates: ArtifactRef


class Candidates(Message):
    """The best target fields of every source field, in the order of the sources."""

    candidates: tuple[Pair, ...]
