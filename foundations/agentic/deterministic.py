"""Reasoning that must repeat: the same input gives the same artifact, word for word."""

from abc import abstractmethod
from typing import ClassVar, Literal

from symphainy.foundations.agentic.base import AgentBase, AgentContext, Input
from symphainy.foundations.language.agent import ReasonedArtifact


class DeterministicAgent(AgentBase[Input]):
    """Decides by rules alone: it sees its input and neither tools nor time. For routing and rules-only experts."""

    kind: ClassVar[Literal["deterministic", "grounded", "expert"]] = "deterministic"

    @abstractmethod
    def decide(self, input: Input) -> ReasonedArtifact:
        """The artifact that follows from ``input``."""

    async def think(self, context: AgentContext[Input]) -> ReasonedArtifact:
        """``decide``, and nothing else."""
        return self.decide(context.input)
