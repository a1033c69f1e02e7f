"""What every pair of two sides has in common, as figures: one matrix per feature, source by target."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from rapidfuzz import fuzz, process

from symphainy.realms.insights.models.kinds import NUMERIC
from symphainy.realms.insights.services.match.fields import Field, fits
from symphainy.realms.insights.services.match.words import alike, root

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURES: Final = (
    "mine", "theirs", "both", "product", "spelling", "head", "equal", "values", "tokens", "grams", "form", "kind", "range",
    "both fitting", "both and values", "both and grams", "unfit", "described", "blind",
)  # fmt: skip
"""In this order in the weights (scoring.py)."""


def features(sources: Sequence[Field], targets: Sequence[Field]) -> "NDArray[Any]":
    """An array feature × source × target, each figure between 0 and 1.

    All at once and not pair by pair: 179 fields against 734 are 131,000 pairs, and take a second instead of sixteen.
    """
    import numpy as np

    mine, theirs, head = _names(sources, targets)
    blind = _either([f.opaque for f in sources], [f.opaque for f in targets])
    seeing = 1 - blind
    mine, theirs, head = mine * seeing, theirs * seeing, head * seeing
    both = 2 * mine * theirs / np.maximum(mine + theirs, 1e-6)
    said = [[" ".join(field.words) for field in side] for side in (sources, targets)]
    spelling = process.cdist(*said, scorer=fuzz.token_sort_ratio, dtype=np.float32) / 100 * seeing
    kind = np.array([[fits(a, b) for b in targets] for a in sources], dtype=np.float32)
    grams = _cosine([_grams(f) for f in sources], [_grams(f) for f in targets])
    figures = _either([f.kind in NUMERIC for f in sources], [f.kind in NUMERIC for f in targets])
    values = _shared([f.distinct for f in sources], [f.distinct for f in targets]) * (1 - 0.7 * figures)
    tokens = _cosine([Counter(f.tokens) for f in sources], [Counter(f.tokens) for f in targets])
    described = _cosine([Counter(map(root, f.about)) for f in sources], [Counter(map(root, f.about)) for f in targets])
    equal = np.array([[set(a.words) == set(b.words) for b in targets] for a in sources], dtype=np.float32) * seeing
    return np.stack(
        [
            mine, theirs, both, mine * theirs, spelling, head, equal, values, tokens, grams, _forms(sources, targets) * kind, kind,
            _ranges(sources, targets), both * kind, both * values, both * grams, (kind == 0).astype(np.float32), described, blind,
        ]
    ).astype(np.float32)  # fmt: skip


def _names(sources: Sequence[Field], targets: Sequence[Field]) -> tuple["NDArray[Any]", "NDArray[Any]", "NDArray[Any]"]:
    """The weighed share of each name's words that the other has too, both ways, and how alike the last words are."""
    import numpy as np

    ours = sorted({word for field in sources for word in field.words})
    theirs = sorted({word for field in targets for word in field.words})
    near = np.array([[alike(a, b) for b in theirs] for a in ours], dtype=np.float32).reshape(len(ours), len(theirs))
    weight = rarity([{root(w) for w in field.words} for field in (*sources, *targets)])
    rows, columns = ({w: i for i, w in enumerate(side)} for side in (ours, theirs))
    mine = _covered(sources, targets, near, rows, columns, weight)
    other = _covered(targets, sources, near.T, columns, rows, weight).T
    head = np.zeros_like(mine)
    ends = [(j, columns[field.words[-1]]) for j, field in enumerate(targets) if field.words]
    for i, field in enumerate(sources):
        if field.words and ends:
            head[i, [j for j, _ in ends]] = near[rows[field.words[-1]], [k for _, k in ends]]
    return mine, other, head


def _covered(
    ones: Sequence[Field], others: Sequence[Field], near: "NDArray[Any]", rows: dict[str, int], columns: dict[str, int],
    weight: dict[str, float],
) -> "NDArray[Any]":  # fmt: skip
    import numpy as np

    best = np.zeros((len(rows), len(others)), dtype=np.float32)
    for j, field in enumerate(others):
        if field.words and len(rows):
            best[:, j] = near[:, [columns[w] for w in field.words]].max(axis=1)
    out = np.zeros((len(ones), len(others)), dtype=np.float32)
    for i, field in enumerate(ones):
        weights = np.array([weight[root(w)] for w in field.words], dtype=np.float32)
        if weights.sum() > 0:
            out[i] = weights @ best[[rows[w] for w in field.words]] / weights.sum()
    return out


def rarity(sets: Sequence[Iterable[str]]) -> dict[str, float]:
    """The weight of each member: what stands in many sets tells little.

    >>> found = rarity([{"age"}, {"age", "sex"}])
    >>> found["sex"] > found["age"]
    True
    """
    counts = Counter(member for members in sets for member in members)
    return {member: math.log(1 + len(sets) / count) for member, count in counts.items()}


def _shared(ones: Sequence[frozenset[str]], others: Sequence[frozenset[str]]) -> "NDArray[Any]":
    """The weighed share of the smaller set that stands in the larger."""
    import numpy as np

    weight = rarity([*ones, *others])
    places: dict[str, list[int]] = {}
    for j, members in enumerate(others):
        for member in members:
            places.setdefault(member, []).append(j)
    part = np.zeros((len(ones), len(others)), dtype=np.float32)
    for i, members in enumerate(ones):
        for member in members & places.keys():
            part[i, places[member]] += weight[member]
    totals = [np.array([sum(weight[m] for m in s) for s in side], dtype=np.float32) for side in (ones, others)]
    smaller = [np.array([len(s) for s in side]) for side in (ones, others)]
    least = np.where(smaller[0][:, None] <= smaller[1][None, :], totals[0][:, None], totals[1][None, :])
    return part / np.maximum(least, 1.0)


def _cosine(ones: Sequence[Counter[str]], others: Sequence[Counter[str]]) -> "NDArray[Any]":
    """Cosines of weighed bags; nothing said is near to nothing. Sorted, so that the last digit never moves."""
    import numpy as np

    weight = rarity([*ones, *others])
    place = {member: i for i, member in enumerate(sorted(set().union(*ones) & set().union(*others)))}

    def matrix(bags: Sequence[Counter[str]]) -> "NDArray[Any]":
        made = np.zeros((len(bags), len(place)), dtype=np.float32)
        for row, bag in enumerate(bags):
            figures = {m: weight[m] * (1 + math.log(n)) for m, n in bag.items()}
            norm = math.sqrt(math.fsum(f * f for f in figures.values())) or 1.0
            for member in bag.keys() & place.keys():
                made[row, place[member]] = figures[member] / norm
        return made

    return np.asarray(matrix(ones) @ matrix(others).T)


def _grams(field: Field) -> Counter[str]:
    """Runs of three signs in the values: C34.1 and C34.2 are near, though no value is equal."""
    found: Counter[str] = Counter()
    for value in field.distinct:
        marked = f"^{value[:40]}$"
        found.update({marked[i : i + 3] for i in range(len(marked) - 2)})
    return found


def _forms(sources: Sequence[Field], targets: Sequence[Field]) -> "NDArray[Any]":
    """How alike the forms of the values are: the share of shapes in common, and the lengths."""
    import numpy as np

    out = np.zeros((len(sources), len(targets)), dtype=np.float32)
    for i, one in enumerate(sources):
        for j, other in enumerate(targets):
            if common := len(one.shapes & other.shapes):
                size = min(one.length, other.length) / max(one.length, other.length, 1e-9)
                out[i, j] = common / min(len(one.shapes), len(other.shapes)) * size
    return out


def _ranges(sources: Sequence[Field], targets: Sequence[Field]) -> "NDArray[Any]":
    """How near two columns of figures are in size; 0 when one of them has none."""
    import numpy as np

    a, b = (np.array([math.nan if f.centre is None else abs(f.centre) + 1e-6 for f in s]) for s in (sources, targets))
    near = 1 / (1 + np.abs(np.log10(a[:, None] / b[None, :])))
    return np.asarray(np.nan_to_num(near))


def _either(ones: Sequence[bool], others: Sequence[bool]) -> "NDArray[Any]":
    import numpy as np

    return np.asarray(np.array(ones)[:, None] | np.array(others)[None, :], dtype=np.float32)
