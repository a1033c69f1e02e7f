"""A language model, if there is one. Only agents ask it, and what it says is checked before it is used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from symphainy.foundations.language.model import Json


@dataclass(frozen=True)
class Turn:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True)
class Completion:
    """What the model said, and what it cost in tokens. ``complete`` is False when it was cut at ``max_tokens``."""

    text: str = field(repr=False)
    complete: bool
    input_tokens: int
    output_tokens: int
    model: str


class Model(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """What answers; empty when nothing does."""
        ...

    @property
    def available(self) -> bool:
        """Whether there is a model: who can do without one looks here first."""
        ...

    async def complete(
        self,
        turns: Sequence[Turn],
        *,
        max_tokens: int = 1024,
        temperature: float = 0.0,
        schema: dict[str, Json] | None = None,
    ) -> Completion:
        """Continue the conversation; with ``schema`` as JSON of that form (which the caller still checks).

        DomainError ``no_model``: none is configured. Unavailable: try again. RateLimited: later.
        AgentError: it refused, or answered what its protocol does not allow.
        """
        ...
