"""What the city wants done about a run that is late, has faulted, or is stuck: asked for here, decided there, done by the runtime."""

from datetime import timedelta
from typing import Literal, Protocol

from symphainy.foundations.language.model import Message

__all__ = ["Act", "Keeper", "Keeping", "Oversight"]

Verb = Literal["nothing", "note", "escalate", "cancel", "replay", "heal"]


class Act(Message):
    """``note``: only observed, and what enforcing would have done is ``would``."""

    do: Verb = "nothing"
    would: Verb = "nothing"
    reason: str = ""


class Oversight(Protocol):
    """The city's watch over open and faulted runs; each answer is under the switches of this moment."""

    async def late(self, tenant: str, solution: str | None, age: timedelta, within: timedelta) -> Act:
        """About an open run that its solution promised ``within``."""
        ...

    async def faulted(self, tenant: str, solution: str | None, compensation: str, tries: int, since: timedelta) -> Act:
        """About a run that has faulted, ``since`` ago, after ``tries`` replays."""
        ...

    async def ill(self, tenant: str, solution: str | None, kind: Literal["stuck", "unknown"], tries: int) -> Act:
        """About a run that cannot go on, or that Temporal does not know, after ``tries`` healings."""
        ...


class Keeping(Message):
    """How long payloads are kept, in days after the closing (0: for good); ``observe`` only counts what ``enforce`` would forget."""

    mode: Literal["off", "observe", "enforce"] = "off"
    days: int = 0
    reason: str = ""


class Keeper(Protocol):
    """The city's rule about how long payloads are kept, as it is at this moment."""

    async def keeping(self, tenant: str, solution: str | None = None) -> Keeping:
        """About a tenant's closed runs, or those of one solution; ``off`` where it is not known for sure."""
        ...
