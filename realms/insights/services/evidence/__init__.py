"""Which sentence of the evidence answers a question, and how well: what all agents of this realm that answer have in common.

It weighs and quotes; it reasons about nothing. Without an embedder the words alone decide.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from symphainy.foundations.language.agent import Citation, Claim
from symphainy.foundations.language.document import SearchHit
from symphainy.realms.insights.services.evidence.scoring import (
    ENOUGH,
    ENOUGH_BY_WORDS,
    Candidate,
    candidates,
    combined,
    ranked,
)
from symphainy.realms.insights.services.evidence.words import is_statement

Embed = Callable[[list[str], str], list[list[float]]]
"""Texts and the name of an embedder → vectors of length one; a module-level function, since it runs in the pool."""
Compute = Callable[..., Awaitable[Any]]
"""A step's process pool."""

MAX_QUESTION: Final = 1_000
PASSAGES: Final = 10
WEIGHED: Final = 16
"""Sentences whose meaning is compared: about half a second of MiniLM; the words have chosen them from some hundred."""
LEXICAL: Final = "lexical"


async def answers(question: str, evidence: Sequence[SearchHit], embed: Embed | None, compute: Compute) -> list[Claim]:
    """Sentences good enough to answer, best first, each with the citation it is."""
    weighed = await weigh(question, evidence, embed, compute)
    return [claim(candidate) for candidate in weighed if carries(candidate, embed)]


async def weigh(question: str, evidence: Sequence[SearchHit], embed: Embed | None, compute: Compute) -> list[Candidate]:
    """The evidence's sentences with their scores, best first."""
    found = candidates(question, evidence)[:WEIGHED]
    embedder = found[0].hit.embedder if found else LEXICAL
    if embed is None or embedder == LEXICAL:
        return ranked([replace(c, score=combined(c.coverage, None)) for c in found])
    asked, *vectors = await compute(embed, [question, *(c.quote for c in found)], embedder)
    near = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in vectors]
    scored = [replace(c, score=combined(c.coverage, value)) for c, value in zip(found, near, strict=True)]
    return ranked([c if is_statement(c.quote) else replace(c, score=c.score / 2) for c in scored])


def carries(candidate: Candidate, embed: Embed | None) -> bool:
    """Whether a sentence is good enough to be an answer."""
    by_words = embed is None or candidate.hit.embedder == LEXICAL
    return candidate.score >= (ENOUGH_BY_WORDS if by_words else ENOUGH)


def claim(candidate: Candidate) -> Claim:
    """The sentence as a claim, word for word."""
    hit = candidate.hit
    citation = Citation(
        document=hit.document,
        document_sha256=hit.document_sha256,
        title=hit.title,
        span=candidate.span,
        quote=candidate.quote,
    )
    return Claim(text=" ".join(candidate.quote.split()), citations=(citation,))


def where(best: Claim) -> str:
    """Where the answer stands, in words.

    >>> from symphainy.foundations.language.document import Span
    >>> span = Span(start=0, end=2, page=4)
    >>> where(Claim(text="Hi", citations=(Citation(document="d", document_sha256="h", title="Terms", span=span, quote="Hi"),)))
    'Page 4 of Terms says so in these words.'
    """
    cited = best.citations[0]
    page = f"page {cited.span.page} of " if cited.span.page else ""
    said = f"{page}{cited.title or cited.document} says so in these words."
    return said[:1].upper() + said[1:]
