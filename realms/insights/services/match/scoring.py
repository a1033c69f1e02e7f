"""From features to a score per pair, and from scores to how sure one may be of it.

The weights were fitted on five public pairs of health data, held to be positive, and rounded; on a pair that the fit had
not seen they found 0.63 of the truth in the first N (``make corpus KINDS=schema-matching`` has the figures of all pairs).
"""

import math
from typing import TYPE_CHECKING, Any, Final

from symphainy.realms.insights.services.match.fields import Field
from symphainy.realms.insights.services.match.pairs import FEATURES
from symphainy.realms.insights.services.match.words import alike

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS: Final = {
    "mine": 2.2, "theirs": 3.9, "both": 3.4, "product": 2.2, "spelling": 0.9, "values": 0.8, "tokens": 1.5, "grams": 1.8, "form": 0.1,
    "kind": 0.35, "both fitting": 1.9, "both and grams": 0.9, "unfit": -0.2, "described": 5.0,
}  # fmt: skip
"""Where both names say something. A name that fits both ways and values that fit it carry the most."""
BLIND: Final = {"values": 6.0, "tokens": 3.0, "grams": 3.0, "form": 5.0, "kind": 4.0, "range": 2.0, "unfit": -2.0}
"""Where a name says nothing (col1, F3): the values alone decide."""
SURE: Final = (-6.6, 0.54, 0.51)
"""The log-odds that a pair is right: constant, per point of score, per point behind the best of its source or target."""
BLIND_SURE: Final = (-4.0, 0.45, 0.51)
MANY: Final = 734
"""Targets of the fit: among fewer, a chance hit is rarer."""
CROWD: Final = 0.4
"""How much surer a pair is per factor e of fewer targets."""


def weigh(found: "NDArray[Any]") -> "NDArray[Any]":
    """The weighted sums of features."""
    import numpy as np

    seeing, blind = (
        np.tensordot(np.array([w.get(f, 0.0) for f in FEATURES], dtype=np.float32), found, axes=1)
        for w in (WEIGHTS, BLIND)
    )
    return np.where(found[FEATURES.index("blind")] > 0, blind, seeing)


def sureness(score: "NDArray[Any]", blind: "NDArray[Any]") -> "NDArray[Any]":
    """How sure a pair is, from 0 to 1: high only for a high score with no rival near it on either side."""
    import numpy as np

    behind = (score.max(axis=1)[:, None] - score) + 0.1 * (score.max(axis=0)[None, :] - score)
    start = np.where(blind > 0, BLIND_SURE[0], SURE[0]) + CROWD * math.log(MANY / max(score.shape[1], 1))
    point = np.where(blind > 0, BLIND_SURE[1], SURE[1])
    return np.asarray(1 / (1 + np.exp(-(start + point * score - SURE[2] * behind))))


def evidence(one: Field, other: Field, found: "NDArray[Any]") -> tuple[str, ...]:
    """What speaks for a pair, in words; of values only counts, for they may name people."""
    said = []
    if common := [a for a in one.words if any(alike(a, b) >= 0.8 for b in other.words)]:
        same = [next(b for b in other.words if alike(a, b) >= 0.8) for a in common]
        said.append("names: " + ", ".join(a if a == b else f"{a} = {b}" for a, b in zip(common, same, strict=True)))
    if both := len(one.distinct & other.distinct):
        said.append(f"values: {both} of {min(len(one.distinct), len(other.distinct))} in common")
    if one.kind == other.kind and one.kind != "empty":
        said.append(f"kind: both {one.kind}")
    elif "empty" not in (one.kind, other.kind):
        said.append(f"kind: {one.kind} to {other.kind}")
    if found[FEATURES.index("form")] >= 0.5:
        said.append(
            f"form: {len(one.shapes & other.shapes)} of {min(len(one.shapes), len(other.shapes))} spellings in common"
        )
    if common := sorted(set(one.about) & set(other.about), key=lambda w: (-len(w), w))[:5]:
        said.append("descriptions: " + ", ".join(common))
    return tuple(said)
