"""Reasoning from sources: gather, extract, reason, verify. What is not in a source is not said."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from symphainy.foundations.agentic.base import AgentBase, AgentContext, Input
from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import SearchHit
from symphainy.foundations.language.errors import Ungrounded


class GroundedReasoningAgent(AgentBase[Input]):
    """Answers by claims, each with the exact words of a gathered source; may always answer None and say why.

    The platform re-reads the sources afterwards (``grounding.verify``): the check here only keeps an agent from citing what
    it never gathered.
    """

    kind: ClassVar[Literal["deterministic", "grounded", "expert"]] = "grounded"

    @abstractmethod
    async def gather(self, context: AgentContext[Input]) -> Sequence[SearchHit]:
        """The evidence: passages of admitted documents."""

    @abstractmethod
    async def extract(self, context: AgentContext[Input], evidence: Sequence[SearchHit]) -> Sequence[Claim]:
        """What the evidence says about the matter, best first, every claim with its citation."""

    @abstractmethod
    async def reason(self, context: AgentContext[Input], claims: Sequence[Claim]) -> ReasonedArtifact:
        """The answer that the claims carry, or None with reasons."""

    async def think(self, context: AgentContext[Input]) -> ReasonedArtifact:
        """The four steps; Ungrounded when a claim does not rest on what was gathered."""
        evidence = await self.gather(context)
        claims = await self.extract(context, evidence)
        artifact = await self.reason(context, claims)
        for claim in artifact.claims:
            if not claim.citations or not all(stands_in(citation, evidence) for citation in claim.citations):
                raise Ungrounded(
                    f"{self.name} makes a claim that its evidence does not hold: {len(claim.citations)} citations."
                )
        return artifact


def stands_in(citation: Citation, evidence: Sequence[SearchHit]) -> bool:
    """Whether one of the gathered passages holds the quote at exactly the cited place."""
    return any(
        hit.document_sha256 == citation.document_sha256
        and hit.span.start <= citation.span.start < citation.span.end <= hit.span.end
        and hit.text[citation.span.start - hit.span.start : citation.span.end - hit.span.start] == citation.quote
        for hit in evidence
    )
