"""What the Curator knows of a capability: its contract, as data."""

from collections.abc import Collection
from datetime import timedelta
from typing import Literal

from symphainy.foundations.language.model import Json, Message

Determinism = Literal["deterministic", "grounded", "expert", "effectful"]
Duration = Literal["short", "long"]
"""short: under 500 ms, fit for a local activity; long: heartbeats."""
Dedupe = Literal["key", "lookup", "none"]
Mode = Literal["local", "activity"]
Verb = Literal["run", "deploy", "administer", "erase"]
"""What running a capability counts as: ``run``, unless it does what a door would ask a greater right for."""


class Effects(Message):
    """What a capability does to the world outside, and how its receiver tells a second delivery from a first.

    ``dedupe``: ``key`` the receiver honours our effect key; ``lookup`` it can be asked; ``none`` neither (DECISIONS.md 5).
    """

    dedupe: Dedupe = "key"
    irreversible: bool = False


class Contract(Message):
    """One capability at one version: everything that may be known of it without its code.

    >>> Contract(name="content.parse", version="1", owner="content", input={}, output={}).mode
    'activity'
    """

    name: str
    version: str
    owner: str
    title: str = ""
    description: str = ""
    input: dict[str, Json]
    output: dict[str, Json]
    determinism: Determinism = "deterministic"
    duration: Duration = "long"
    effects: Effects | None = None
    undo: str | None = None
    agent: bool = False
    action: Verb = "run"
    interruptible: bool = False
    """An effect that a cancellation ends at once, because it may: a program that was started. Others are let come to their end."""
    admission: str = ""
    """The word by which an operator admits it (``shell``); empty for what needs no admission."""
    classes: tuple[str, ...] = ()
    start_to_close: timedelta = timedelta(minutes=5)
    schedule_to_close: timedelta = timedelta(hours=24)
    heartbeat: timedelta = timedelta(seconds=2)

    @property
    def ref(self) -> str:
        """``name@version``: how plans name it."""
        return f"{self.name}@{self.version}"

    @property
    def mode(self) -> Mode:
        """Determinism chooses the cheapest durable mode (ARCHITECTURE 4)."""
        return (
            "local"
            if self.determinism == "deterministic" and self.duration == "short" and not self.effects
            else "activity"
        )

    @property
    def queue(self) -> str:
        """The task queue of the owning realm's pool."""
        return f"symphainy-{self.owner.replace('_', '-')}"


class IntentRoute(Message):
    """intent type → what answers it: a packaged saga's definition, or one capability as a one-step plan."""

    intent: str
    saga: str | None = None
    capability: str | None = None
    owner: str = ""


class Catalog(Message):
    """The Curator's ontology as data: what workers publish and front ends read."""

    contracts: tuple[Contract, ...] = ()
    routes: tuple[IntentRoute, ...] = ()
    sagas: dict[str, dict[str, Json]] = {}

    def admitting(self, words: Collection[str]) -> "Catalog":
        """This catalog without what these words of an operator do not admit."""
        there = tuple(c for c in self.contracts if not c.admission or c.admission in words)
        return self.model_copy(update={"contracts": there})

    def find(self, ref: str) -> Contract | None:
        """The contract of ``name@version``, or the newest of ``name``."""
        name, _, version = ref.partition("@")
        fits = [c for c in self.contracts if c.name == name and (not version or c.version == version)]
        return max(fits, key=lambda c: tuple(int(p) if p.isdigit() else 0 for p in c.version.split(".")), default=None)
