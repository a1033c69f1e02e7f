"""Insights' voice in a conversation: answers from documents by their own words, and proposes to measure a table."""

import re
from collections.abc import Sequence
from typing import Final

from symphainy.foundations.agentic import AgentContext, GroundedReasoningAgent
from symphainy.foundations.language.agent import Claim, ReasonedArtifact
from symphainy.foundations.language.conversation import Heard, Source, Turn
from symphainy.foundations.language.document import Document, SearchHit
from symphainy.realms.insights.services.evidence import MAX_QUESTION, PASSAGES, Embed, answers, where
from symphainy.realms.insights.services.evidence.words import terms

_MEASURE: Final = re.compile(
    r"\b(profile|data quality|quality of|completeness|distinct values|duplicate rows|columns (of|in))\b", re.I
)
_FOLLOWS: Final = re.compile(r"^\s*(and|or|but|also|what about|how about)\b", re.I)


class InsightsLiaison(GroundedReasoningAgent[Heard]):
    """Answers questions from the admitted documents, with the exact words and their place; proposes a profile of a table.

    A follow-up ("and for theft?") is asked together with the question before it. Where no sentence carries an answer it
    says so and names what it has looked at.
    """

    name = "insights.liaison"

    def __init__(self, embed: Embed | None = None) -> None:
        """``embed`` lets it compare meanings; without it, words alone decide."""
        self.embed = embed

    async def gather(self, context: AgentContext[Heard]) -> Sequence[SearchHit]:
        """The passages nearest to the question; none when a table is to be measured: that takes no sentence."""
        turn = context.input.turn
        if not turn.sources or _MEASURE.search(turn.text):
            return []
        return await context.tools.search(asked(turn), limit=PASSAGES)

    async def extract(self, context: AgentContext[Heard], evidence: Sequence[SearchHit]) -> Sequence[Claim]:
        """Sentences good enough to answer, best first."""
        return await answers(asked(context.input.turn), evidence, self.embed, context.tools.compute) if evidence else []

    async def reason(self, context: AgentContext[Heard], claims: Sequence[Claim]) -> ReasonedArtifact:
        """The best sentence is the answer; else a proposal, or why there is neither."""
        turn = context.input.turn
        if claims:
            best = claims[0]
            return self._artifact(where(best), answer=best.text, claims=(best,), value={"asked": asked(turn)})
        if _MEASURE.search(turn.text):
            return await self._measure(context)
        if not turn.sources:
            return self._artifact("There is no document yet that could answer: upload one, and ask again.")
        titles = ", ".join(source.title for source in turn.sources[:5])
        more = f" and {len(turn.sources) - 5} more" if len(turn.sources) > 5 else ""
        why = f"No sentence in the admitted documents answers this. I looked in {titles}{more}."
        return self._artifact(why, value={"asked": asked(turn)})

    async def _measure(self, context: AgentContext[Heard]) -> ReasonedArtifact:
        """Propose ``insights.profile`` of the table that is meant, if it is clear which."""
        turn = context.input.turn
        meant = named(turn.text, turn.sources) or list(turn.sources)
        tables = [(source, count) for source in meant if (count := await self._tables(context, source))]
        if len(tables) != 1:
            found = ", ".join(source.title for source, _ in tables)
            why = (
                f"Several documents have tables: {found}. Name one."
                if tables
                else "None of these documents has a table."
            )
            return self._artifact(why if turn.sources else "There is no document yet: upload one with a table.")
        source, count = tables[0]
        assert source.text is not None
        payload = {"text": source.text.model_dump(mode="json"), "table": 0}
        which = "its table" if count == 1 else f"the first of its {count} tables"
        why = f"I can measure {which} in {source.title}: completeness, uniqueness, type and range of every column. Say yes to submit it."
        return self._artifact(why, proposal={"intent": "insights.profile", "payload": payload})

    async def _tables(self, context: AgentContext[Heard], source: Source) -> int:
        if source.text is None:
            return 0
        return len(Document.model_validate_json(await context.tools.read(source.text)).tables)

    def _artifact(self, why: str, **about: object) -> ReasonedArtifact:
        return ReasonedArtifact.model_validate({"kind": self.kind, "agent": self.name, "reasons": (why,), **about})


def asked(turn: Turn) -> str:
    """The question, a follow-up together with what it follows.

    >>> from symphainy.foundations.language.conversation import Said
    >>> before = Said(execution="exe_1", text="What is the deductible for glass?", to="insights")
    >>> asked(Turn(text="And for theft?", conversation="c", history=(before,)))
    'What is the deductible for glass? And for theft?'
    """
    before = turn.history[-1] if turn.history else None
    text = turn.text.strip()
    if before is not None and before.to == "insights" and (_FOLLOWS.search(text) or len(terms(text)) < 2):
        text = f"{before.text.strip()} {text}"
    return text[-MAX_QUESTION:]


def named(text: str, sources: Sequence[Source]) -> list[Source]:
    """The documents whose title, or its words, the text names; best first.

    >>> from datetime import datetime
    >>> one = Source(document="doc_1", title="Claims 2025.csv", sha256="a", at=datetime(2026, 1, 1))
    >>> [s.document for s in named("profile the claims of 2025", [one])]
    ['doc_1']
    """
    said = set(terms(text))
    whole = [source for source in sources if source.title.lower() in text.lower()]
    return whole or [source for source in sources if (words := set(terms(source.title)) - {"csv"}) and words <= said]
