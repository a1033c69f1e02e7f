"""What a mapping is proposed from: what matching found, what people decided before, and what the target cannot do without."""

from symphainy.foundations.language.model import Message
from symphainy.realms.insights.models.mash import MashColumn
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
    sources: tuple[str, ...] = ()
    """The source's fields, where they are known: what was learned of another source's fields is left aside then."""
    sure_from: float = 0.75
    """Less sure columns are proposed too, but named for a person to look at."""


class ToRecall(Message):
    """The target model whose decided pairs are asked for."""

    model: str


class Known(Message):
    """Decided pairs, oldest first."""

    learned: tuple[Learned, ...]


class ToLearn(Message):
    """A proposed mapping's ``columns``, and what a person said: ``wrong`` target fields; the others are right if ``accepted``."""

    model: str
    columns: tuple[MashColumn, ...]
    accepted: bool
    wrong: tuple[str, ...] = ()


class Kept(Message):
    """How many pairs are remembered."""

    remembered: int
