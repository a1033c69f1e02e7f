"""What an agent returns: a value with claims, facts and reasons. Never an effect."""

from typing import Literal

from symphainy.foundations.language.document import Span
from symphainy.foundations.language.model import Json, Message


class Citation(Message):
    """Where a claim stands in a source: exact characters of an exact document."""

    document: str
    document_sha256: str
    title: str = ""
    span: Span
    quote: str


class Claim(Message):
    """One statement and what it rests on. ``grounded`` is set by the platform after it has re-read every citation."""

    text: str
    citations: tuple[Citation, ...] = ()
    grounded: bool = False


class ReasonedArtifact(Message):
    """An agent's result. ``answer`` is None when the evidence does not carry one: an agent may always say that it cannot."""

    kind: Literal["deterministic", "grounded", "expert"]
    agent: str
    answer: str | None = None
    claims: tuple[Claim, ...] = ()
    facts: tuple[Json, ...] = ()
    reasons: tuple[str, ...] = ()
    confidence: float | None = None
    value: Json = None
    proposal: dict[str, Json] | None = None
    models: tuple[str, ...] = ()
    """What it was reasoned with: embedders that found the evidence, language models that were asked; empty: rules alone."""
