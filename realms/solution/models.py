"""What Solution is asked and what it lists."""

from typing import Literal

from symphainy.foundations.language.contract import Determinism, Mode
from symphainy.foundations.language.model import Message


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
    """One intent that is answered without a solution of one's own."""

    intent: str
    owner: str
    by: Literal["saga", "capability"]
    name: str


class Offers(Message):
    """What there is."""

    capabilities: tuple[Offer, ...]
    intents: tuple[IntentOffer, ...]
