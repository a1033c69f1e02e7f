"""Judgment bounded by facts: an expert weighs what was gathered and may not introduce a fact of its own."""

import json
import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from symphainy.foundations.agentic.base import AgentBase, AgentContext, Input
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.errors import AgentError
from symphainy.foundations.language.model import Json

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class ExpertReasoningAgent(AgentBase[Input]):
    """Insurance, permits, expenses: gathers facts, then judges. Its artifact may only restate facts that were gathered."""

    kind: ClassVar[Literal["deterministic", "grounded", "expert"]] = "expert"

    @abstractmethod
    async def gather(self, context: AgentContext[Input]) -> Sequence[Json]:
        """The facts of the case, by tools."""

    @abstractmethod
    async def judge(self, context: AgentContext[Input], facts: Sequence[Json]) -> ReasonedArtifact:
        """The judgment, with the facts it rests on and its reasons."""

    async def think(self, context: AgentContext[Input]) -> ReasonedArtifact:
        """Gather and judge; AgentError when the judgment introduces a fact or a figure."""
        facts = await self.gather(context)
        artifact = await self.judge(context, facts)
        if new := introduced(artifact, [*facts, context.input.model_dump(mode="json")], known=facts):
            raise AgentError(
                f"{self.name} introduces what nobody gathered: {', '.join(new)}.", code="agent.introduced_fact"
            )
        return artifact


def introduced(artifact: ReasonedArtifact, sources: Sequence[Json], *, known: Sequence[Json]) -> list[str]:
    """Facts that are not among ``known``, and figures in what is said that stand in none of ``sources``.

    >>> said = ReasonedArtifact(kind="expert", agent="x", answer="Pay 1,200 within 14 days.", facts=({"amount": 1200},))
    >>> introduced(said, [{"amount": 1200}], known=[{"amount": 1200}])
    ['the figure 14']
    """
    gathered = {_canonical(fact) for fact in known}
    new = [f"fact {number}" for number, fact in enumerate(artifact.facts, start=1) if _canonical(fact) not in gathered]
    figures = {figure for source in sources for figure in _figures(_canonical(source))}
    said = [artifact.answer or "", *(claim.text for claim in artifact.claims), *artifact.reasons]
    new += [f"the figure {figure}" for text in said for figure in _figures(text) if figure not in figures]
    return list(dict.fromkeys(new))


def _figures(text: str) -> Iterator[str]:
    """Numbers in one spelling: without separators of thousands and trailing zeros."""
    for figure in _FIGURE.findall(text):
        plain = re.sub(r"[.,](?=\d{3}(\D|$))", "", figure).replace(",", ".")
        yield plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain


def _canonical(fact: Json) -> str:
    return json.dumps(fact, sort_keys=True, separators=(", ", ": "), default=str)
