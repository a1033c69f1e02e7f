"""From sureness to an answer: one to one first, then further targets of one source, then what no single field gives."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from symphainy.realms.insights.models.match import Derived, Pair
from symphainy.realms.insights.services.match.derive import derived, joined, reading
from symphainy.realms.insights.services.match.fields import Field
from symphainy.realms.insights.services.match.pairs import FEATURES, features
from symphainy.realms.insights.services.match.scoring import evidence, sureness, weigh
from symphainy.realms.insights.services.match.twins import clock, days, twins

if TYPE_CHECKING:
    from numpy.typing import NDArray

FURTHER: Final = 0.75
"""How much of its best target's sureness a source's further target has to have."""


@dataclass(frozen=True)
class Found:
    """All that was found about two sides."""

    pairs: tuple[Pair, ...]
    further: tuple[Pair, ...]
    derived: tuple[Derived, ...]
    candidates: tuple[Pair, ...]
    unmatched: tuple[str, ...]
    open: tuple[str, ...]


def assigned(sources: Sequence[Field], targets: Sequence[Field], *, at_least: float, most: int) -> Found:
    """Two sides, matched; the same sides give the same answer, ties fall to what stands first."""
    import numpy as np

    found = features(sources, targets)
    score = np.round(weigh(found), 4)
    known = twins(targets)
    exact = [i for i, one in enumerate(sources) if known and clock(one) == "datetime"]
    score[np.ix_(exact, sorted(known))] = 0.0  # a day is no rival of the point of time that it is the day of
    sure = sureness(score, found[FEATURES.index("blind")])

    def pair(i: int, j: int) -> Pair:
        kind, form = reading(sources[i], targets[j])
        return Pair(
            source=sources[i].name, target=targets[j].name, score=round(float(score[i, j]), 4), sure=round(float(sure[i, j]), 4),
            evidence=evidence(sources[i], targets[j], found[:, i, j]), type=kind, format=form,
        )  # fmt: skip

    whole = joined(sources, targets)
    if whole:
        sure[:, sorted(whole)] = 0.0
    chosen = dict(_one_to_one(score, sure, at_least))
    best = {i: sure[i, j] for i, j in chosen.items()}
    taken = set(chosen.values())
    more = [
        (int(i), int(j)) for i, j in _descending(sure)
        if sure[i, j] >= at_least and chosen.get(int(i)) != int(j) and sure[i, j] >= FURTHER * best.get(int(i), 1.0)
    ]  # fmt: skip
    parts = days(sources, targets, chosen, {d: p for d, p in known.items() if d not in taken}, best)
    rest = [j for j in range(len(targets)) if j not in taken and j not in whole and j not in parts]
    made = (*whole.values(), *parts.values(), *derived(sources, targets, rest))
    reached = (
        taken | {j for _, j in more} | {j for j, one in enumerate(targets) if one.name in {d.target for d in made}}
    )
    ranked = [(i, int(j)) for i in range(len(sources)) for j in np.argsort(-score[i], kind="stable")[:most]]
    return Found(
        pairs=tuple(pair(i, j) for i, j in sorted(chosen.items())),
        further=tuple(pair(i, j) for i, j in more),
        derived=made,
        candidates=tuple(pair(i, j) for i, j in ranked),
        unmatched=tuple(one.name for i, one in enumerate(sources) if i not in chosen),
        open=tuple(one.name for j, one in enumerate(targets) if j not in reached),
    )


def _one_to_one(score: "NDArray[Any]", sure: "NDArray[Any]", at_least: float) -> Iterator[tuple[int, int]]:
    """Greedily, the surest first: a wrong early pair costs two, and the sure ones are right nine times of ten."""
    rows, columns = set(), set()
    for i, j in _descending(sure):
        if sure[i, j] < at_least:
            return
        if i not in rows and j not in columns and score[i, j] > 0:
            rows.add(i)
            columns.add(j)
            yield i, j


def _descending(sure: "NDArray[Any]") -> Iterator[tuple[int, int]]:
    import numpy as np

    width = sure.shape[1]
    for place in np.argsort(-sure, axis=None, kind="stable"):
        yield int(place) // width, int(place) % width
