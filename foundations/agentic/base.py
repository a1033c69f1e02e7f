"""The base of every agent: a context with read-only tools in, a ReasonedArtifact out, no side effect."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import SearchHit
from symphainy.foundations.language.step import Step

Input = TypeVar("Input", bound=BaseModel)


class ReadOnly(Protocol):
    """The tools of an agent: the reading half of a step's. There is nothing here to write with."""

    async def read(self, ref: ArtifactRef) -> bytes:
        """The bytes of an artifact."""
        ...

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        """Search in the admitted documents."""
        ...

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        """A pure function in the process pool."""
        ...


class Noted:
    """An agent's tools, which note what models had a part in what they gave: the lineage of the answer names them."""

    def __init__(self, tools: ReadOnly) -> None:
        self._tools = tools
        self.models: set[str] = set()

    async def read(self, ref: ArtifactRef) -> bytes:
        """The bytes of an artifact."""
        return await self._tools.read(ref)

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        """Search in the admitted documents; the embedder that found them is noted."""
        hits = await self._tools.search(query, limit=limit, documents=documents)
        self.models |= {hit.embedder for hit in hits if hit.embedder}
        return hits

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        """A pure function in the process pool."""
        return await self._tools.compute(function, *arguments, timeout=timeout)


@dataclass(frozen=True)
class AgentContext(Generic[Input]):
    """All that an agent knows: what it is asked, for whom, when (durable time), and what it may read."""

    input: Input
    tenant: str
    purpose: str
    now: datetime
    tools: ReadOnly


class AgentBase(ABC, Generic[Input]):
    """Subclass one of the three kinds, give it a ``name``, and attach it in the realm's manager."""

    name: ClassVar[str]
    kind: ClassVar[Literal["deterministic", "grounded", "expert"]]

    @abstractmethod
    async def think(self, context: AgentContext[Input]) -> ReasonedArtifact:
        """The agent's whole work; the kinds say how it is divided."""

    async def run(self, step: Step[Input]) -> ReasonedArtifact:
        """Think about a step; the artifact carries this agent's name and kind, and nothing in it counts as verified."""
        tools = Noted(step.tools)
        context = AgentContext(
            input=step.input, tenant=step.context.tenant, purpose=step.context.purpose, now=step.context.now, tools=tools
        )  # fmt: skip
        artifact = await self.think(context)
        claims = tuple(claim.model_copy(update={"grounded": False}) for claim in artifact.claims)
        models = tuple(sorted({*artifact.models, *tools.models}))
        return artifact.model_copy(
            update={"agent": self.name, "kind": self.kind, "claims": claims, "models": models}
        )  # fmt: skip
