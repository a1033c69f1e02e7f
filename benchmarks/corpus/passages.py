"""Where a known text stands in a document, and which of the passages found holds it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from symphainy.foundations.language.document import SearchHit

Place = tuple[int, int]
LIKE = 0.5
"""Of the text's characters, what one passage holds to count as the one that has it."""


class Letters:
    """A text by its letters and digits alone: spaces, line ends and signs differ between a truth and a PDF's text layer."""

    def __init__(self, text: str) -> None:
        self.places = [at for at, sign in enumerate(text) if sign.isalnum()]
        self.plain = "".join(text[at] for at in self.places).casefold()
        if len(self.plain) != len(self.places):  # one letter that folds into two
            self.plain = "".join(text[at].lower()[0] for at in self.places)

    def all(self, wanted: str) -> list[Place]:
        """Every place of ``wanted``."""
        plain, at, found = Letters(wanted).plain, -1, []
        while plain and (at := self.plain.find(plain, at + 1)) >= 0:
            found.append((self.places[at], self.places[at + len(plain) - 1] + 1))
        return found

    def nearest(self, wanted: str, before: int) -> Place | None:
        """The place of ``wanted`` whose count of letters before it is nearest to ``before``."""
        return min(self.all(wanted), key=lambda place: abs(bisect_left(self.places, place[0]) - before), default=None)


def holds(hit: Place, wanted: Place) -> bool:
    """Whether a passage has half of the wanted text at least."""
    common = min(hit[1], wanted[1]) - max(hit[0], wanted[0])
    return common >= LIKE * (wanted[1] - wanted[0])


def rank(hits: Sequence[SearchHit], document: str, wanted: Iterable[Place]) -> int | None:
    """The number, from 1, of the first passage that has one of the wanted places in this document."""
    places = list(wanted)
    for number, hit in enumerate(hits, 1):
        if hit.document == document and any(holds((hit.span.start, hit.span.end), place) for place in places):
            return number
    return None


def recall(ranks: Sequence[int | None], within: int) -> float:
    """The share of those that were among the first ``within``."""
    return round(sum(rank is not None and rank <= within for rank in ranks) / len(ranks), 4) if ranks else 1.0
