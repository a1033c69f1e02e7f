"""Answers a question by the exact words of a document, or says that it cannot."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from symphainy.foundations.agentic import AgentContext, GroundedReasoningAgent
from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import SearchHit
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.insights.agents.answer.scoring import (
    ENOUGH,
    ENOUGH_BY_WORDS,
    Candidate,
    candidates,
    combined,
    ranked,
)
from symphainy.realms.insights.agents.answer.words import is_statement
from symphainy.realms.insights.models import Question

Embed = Callable[[list[str], str], list[list[float]]]
"""Texts and the name of an embedder → vectors of length one; a module-level function, since it runs in the pool."""

MAX_QUESTION: Final = 1_000
PASSAGES: Final = 10
WEIGHED: Final = 16
"""Sentences whose meaning is compared: about half a second of MiniLM; the words have chosen them from some hundred."""
LEXICAL: Final = "lexical"


class Answerer(GroundedReasoningAgent[Question]):
    """Answers a question with sentences of the admitted documents, word for word, each with document, page and span.

    Where no sentence carries an answer, ``answer`` is None and ``reasons`` says what was looked at. It composes nothing:
    without a language model there is nothing that could.
    """

    name = "insights.answer"

    def __init__(self, embed: Embed | None = None) -> None:
        """``embed`` lets it compare meanings; without it, words alone decide."""
        self.embed = embed

    async def gather(self, context: AgentContext[Question]) -> Sequence[SearchHit]:
        """The passages nearest to the question. Invalid for an empty question, TooLarge for a very long one."""
        question = context.input.question
        if not question.strip():
            raise Invalid("The question is empty.", remedy="Ask something.")
        if len(question) > MAX_QUESTION:
            raise TooLarge(f"The question has {len(question):,} characters; the limit is {MAX_QUESTION:,} characters.")
        return await context.tools.search(question, limit=PASSAGES, documents=context.input.documents)

    async def extract(self, context: AgentContext[Question], evidence: Sequence[SearchHit]) -> Sequence[Claim]:
        """Sentences good enough to answer, best first."""
        return [_claim(candidate) for candidate in await self.weigh(context, evidence) if self.carries(candidate)]

    async def reason(self, context: AgentContext[Question], claims: Sequence[Claim]) -> ReasonedArtifact:
        """The best sentence is the answer."""
        if not claims:
            why = "No sentence in the admitted documents answers this question."
            return ReasonedArtifact(kind=self.kind, agent=self.name, reasons=(why,))
        best = claims[0]
        cited = best.citations[0]
        where = f"page {cited.span.page} of " if cited.span.page else ""
        return ReasonedArtifact(
            kind=self.kind,
            agent=self.name,
            answer=best.text,
            claims=(best,),
            reasons=(f"{where}{cited.title or cited.document} says so in these words.".capitalize(),),
        )

    async def weigh(self, context: AgentContext[Question], evidence: Sequence[SearchHit]) -> list[Candidate]:
        """The evidence's sentences with their scores, best first."""
        question = context.input.question
        found = candidates(question, evidence)[:WEIGHED]
        embedder = found[0].hit.embedder if found else LEXICAL
        if self.embed is None or embedder == LEXICAL:
            return ranked([replace(c, score=combined(c.coverage, None)) for c in found])
        asked, *vectors = await context.tools.compute(self.embed, [question, *(c.quote for c in found)], embedder)
        near = [sum(a * b for a, b in zip(asked, vector, strict=True)) for vector in vectors]
        scored = [replace(c, score=combined(c.coverage, value)) for c, value in zip(found, near, strict=True)]
        return ranked([c if is_statement(c.quote) else replace(c, score=c.score / 2) for c in scored])

    def carries(self, candidate: Candidate) -> bool:
        """Whether a sentence is good enough to be an answer."""
        by_words = self.embed is None or candidate.hit.embedder == LEXICAL
        return candidate.score >= (ENOUGH_BY_WORDS if by_words else ENOUGH)


def _claim(candidate: Candidate) -> Claim:
    hit = candidate.hit
    citation = Citation(
        document=hit.document,
        document_sha256=hit.document_sha256,
        title=hit.title,
        span=candidate.span,
        quote=candidate.quote,
    )
    return Claim(text=" ".join(candidate.quote.split()), citations=(citation,))
