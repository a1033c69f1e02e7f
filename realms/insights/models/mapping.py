"""What a mapping is proposed from: what matching found, what people decided before, and what the target cannot do without."""

from symphainy.foundations.language.model import Message
from symphainy.realms.insights.models.match import Derived, Pair


class Learned(Message):
    """What somebody decided about a pair in an earlier mapping; it goes before any score."""

    source: str
    target: str
    accepted: bool


class ToPropose(Message):
    """Propose a mapping for a mash. ``source`` is what the mash calls the source of the pairs."""

    source: str
    pairs: tuple[Pair, ...]
    further: tuple[Pair, ...] = ()
    derived: tuple[Derived, ...] = ()
    open: tuple[str, ...] = ()
    learned: tuple[Learned, ...] = ()
    required: tuple[str, ...] = ()
    sure_from: float = 0.75
    """Less sure columns are proposed too, but named for a person to look at."""
