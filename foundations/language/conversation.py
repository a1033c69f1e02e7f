"""A conversation as agents see it: one turn, what was said before it, and the facts that it may rest on.

A conversation is no thing that anybody keeps: its turns are executions of one person, and what was said is their outcome.
"""

from datetime import datetime
from typing import Protocol

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Json, Message


class Proposal(Message):
    """An intent that an agent would have submitted. It is not submitted before the person has confirmed it."""

    intent: str
    payload: dict[str, Json] = {}
    solution: str | None = None


class Said(Message):
    """An earlier turn: what the person said, and what was answered. ``to``: the realm whose liaison answered."""

    execution: str
    text: str
    answer: str | None = None
    to: str | None = None
    proposal: Proposal | None = None


class Skill(Message):
    """A capability of the Curator's catalog, in a line."""

    ref: str
    owner: str
    title: str
    agent: bool = False


class Offered(Message):
    """An intent that is answered now: by the platform, or by a deployed solution. ``required``: members of its payload."""

    intent: str
    title: str = ""
    solution: str | None = None
    required: tuple[str, ...] = ()


class Run(Message):
    """One of the person's executions."""

    execution: str
    intent: str
    status: str
    compensation: str = "none"
    at: datetime


class Source(Message):
    """A document that may be cited; ``text`` refers to it as a Document in JSON."""

    document: str
    title: str
    sha256: str
    text: ArtifactRef | None = None
    at: datetime


class Turn(Message):
    """What an agent is given of a conversation. Oldest first in ``history``, newest first in ``runs`` and ``sources``."""

    text: str
    conversation: str
    history: tuple[Said, ...] = ()
    skills: tuple[Skill, ...] = ()
    offers: tuple[Offered, ...] = ()
    runs: tuple[Run, ...] = ()
    sources: tuple[Source, ...] = ()

    @property
    def liaisons(self) -> tuple[str, ...]:
        """Realms that have a liaison, by the catalog."""
        return tuple(s.owner for s in self.skills if s.agent and s.ref.partition("@")[0] == f"{s.owner}.liaison")

    @property
    def proposed(self) -> Said | None:
        """The turn just before this one, if it ended with a proposal: nothing older can be confirmed."""
        last = self.history[-1] if self.history else None
        return last if last is not None and last.proposal is not None else None


class Heard(Message):
    """The input of an agent that takes part in a conversation."""

    turn: Turn


class Memory(Protocol):
    """What agents may recall. It reads one tenant, and of executions one principal's; nothing here writes."""

    async def turns(self, tenant: str, principal: str, conversation: str, *, before: str, limit: int) -> list[Said]:
        """Earlier turns of a conversation, oldest first; ``before`` is the execution that asks."""
        ...

    async def runs(self, tenant: str, principal: str, *, before: str, limit: int) -> list[Run]:
        """The principal's latest executions that are no turns, newest first."""
        ...

    async def sources(self, tenant: str, *, limit: int, purpose: str = "") -> list[Source]:
        """Documents that may be cited now, for this purpose, newest first."""
        ...

    async def offers(self, tenant: str) -> list[Offered]:
        """Intents that deployed solutions answer."""
        ...
