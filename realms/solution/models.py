"""What Solution is asked, what it lists, and what passes from step to step of a deployment."""

from typing import Literal

from pydantic import Field

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import Determinism, Mode
from symphainy.foundations.language.conversation import Turn
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.registers import Deployed


class ToList(Message):
    """Which part of the catalog: one owner's, or all; with ``words`` only what names or explains itself by them."""

    owner: str | None = None
    words: str = ""


class Offer(Message):
    """One capability, as a solution's author chooses it."""

    ref: str
    owner: str
    title: str
    description: str
    determinism: Determinism
    mode: Mode
    undo: str | None = None
    agent: bool = False


class IntentOffer(Message):
    """One intent that is answered now: by the platform, or ``by`` a deployed solution, which is then its owner."""

    intent: str
    owner: str
    by: Literal["saga", "capability", "solution"]
    name: str


class Offers(Message):
    """What there is."""

    capabilities: tuple[Offer, ...]
    intents: tuple[IntentOffer, ...]
    solutions: tuple[Deployed, ...] = ()


class ToDeploy(Message):
    """What to deploy: a version of the register by name (the newest without one), or a folder, path → text.

    A folder over 60 KB is handed in first and then named: what flows from step to step is small.
    """

    name: str | None = None
    version: str | None = None
    files: dict[str, str] = {}


class Folder(Message):
    """A checked folder on its way: ``folder`` refers to its files as JSON; ``replaces`` is the digest deployed until now."""

    name: str
    version: str
    digest: str
    folder: ArtifactRef
    replaces: str | None = None


class ToLink(Message):
    """A checked folder; ``digest`` is what it was when it was checked."""

    folder: ArtifactRef
    name: str
    version: str
    digest: str


class Drafted(Message):
    """A linked solution: ``draft`` refers to definition, plans and files as JSON; ``plans``: intent → plan digest."""

    draft: ArtifactRef
    plans: dict[str, str]


class ToStore(Message):
    """What to keep."""

    draft: ArtifactRef


class Kept(Message):
    """A version of the register; ``plans`` are those that it was linked to when it was kept first."""

    name: str
    version: str
    digest: str


class ToBind(Message):
    """Which version is to answer, in place of which digest."""

    name: str
    version: str
    digest: str
    replaces: str | None = None


class UndoStore(Message):
    """Takes back a ``solution.store``."""

    input: ToStore
    output: Kept


class UndoBind(Message):
    """Takes back a ``solution.bind``."""

    input: ToBind
    output: Deployed


class ToFind(Message):
    """A solution by name."""

    name: str


class ToWithdraw(Message):
    """What to take off."""

    deployed: Deployed


class Withdrawn(Message):
    """What was taken off."""

    name: str
    version: str
    digest: str


class UndoWithdraw(Message):
    """Takes back a ``solution.withdraw``."""

    input: ToWithdraw
    output: Withdrawn


class Done(Message):
    """An undo's answer: whether there was still something to take back."""

    name: str
    done: bool


class ToAnnounce(Message):
    """What to announce: a deployment that stands."""

    deployed: Deployed


class ToRecall(Message):
    """A message in a conversation; without one it is the session's own."""

    text: str = Field(min_length=1, max_length=4_000)
    conversation: str | None = None


class Recalled(Message):
    """What the agents of this turn are given."""

    turn: Turn
