"""Answers a question by the exact words of a document, or says that it cannot."""

from collections.abc import Sequence

from symphainy.foundations.agentic import AgentContext, GroundedReasoningAgent
from symphainy.foundations.language.agent import Claim, ReasonedArtifact
from symphainy.foundations.language.document import SearchHit
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.insights.models import Question
from symphainy.realms.insights.services.evidence import MAX_QUESTION, PASSAGES, Embed, answers, where


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
        return await answers(context.input.question, evidence, self.embed, context.tools.compute)

    async def reason(self, context: AgentContext[Question], claims: Sequence[Claim]) -> ReasonedArtifact:
        """The best sentence is the answer."""
        if not claims:
            why = "No sentence in the admitted documents answers this question."
            return ReasonedArtifact(kind=self.kind, agent=self.name, reasons=(why,))
        best = claims[0]
        return ReasonedArtifact(
            kind=self.kind, agent=self.name, answer=best.text, claims=(best,), reasons=(where(best),)
        )
