"""A step: what a realm service or agent is given, and what it gives back.

    async def shout(step: Step[Text]) -> Outcome[Text]:
        return Outcome(output=Text(text=step.input.text.upper()))

Services are functions Step → Outcome: they do not save, publish, orchestrate or reason. Agents are the same shape and have
no side effect. Only the step boundary (``symphainy.activities.step``) writes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from symphainy.foundations.language.artifact import ArtifactRef, NewArtifact
from symphainy.foundations.language.context import ExecutionContext
from symphainy.foundations.language.document import IndexBatch, SearchHit
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.people import TaskChange
from symphainy.foundations.language.records import Edge, EventDraft
from symphainy.foundations.language.rulings import Ruling

In = TypeVar("In", bound=BaseModel, covariant=True)
Out = TypeVar("Out", bound=BaseModel)


class Tools(Protocol):
    """The read-only world of a step. Every call is of the step's own tenant; nothing here writes."""

    async def read(self, ref: ArtifactRef) -> bytes:
        """The bytes of an artifact, verified against its hash; NotFound, Defect on a mismatch."""
        ...

    async def fetch(self, ref: ArtifactRef) -> Path:
        """The artifact streamed to a local file that lives until the step ends: for what must not be held in memory."""
        ...

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        """Hybrid search over the tenant's admitted documents (all, or those named by id), best first."""
        ...

    async def rulings(self, model: str) -> tuple[Ruling, ...]:
        """What people of the tenant have decided about the fields of a target model."""
        ...

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        """Run a pure module-level function in the process pool; its crash or excess is a DomainError, never the worker's."""
        ...

    async def progress(self, done: float, note: str = "") -> None:
        """Report progress from 0 to 1 (a heartbeat, and a transient event); raises if the step was cancelled."""
        ...


@dataclass(frozen=True)
class Step(Generic[In]):
    """One call of a capability: its validated input, where it stands, and read-only tools."""

    input: In
    context: ExecutionContext
    tools: Tools


@dataclass(frozen=True)
class Outcome(Generic[Out]):
    """What a step found out. Everything but ``output`` is written by the boundary, in one transaction with it."""

    output: Out
    facts: tuple[dict[str, Json], ...] = ()
    artifacts: tuple[NewArtifact, ...] = ()
    events: tuple[EventDraft, ...] = ()
    lineage: tuple[Edge, ...] = ()
    index: tuple[IndexBatch, ...] = ()
    cost: dict[str, float] = field(default_factory=dict)
    people: tuple[TaskChange, ...] = ()
    rulings: tuple[Ruling, ...] = ()
