"""How soon the sagas that a fault met went on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

SETTLES = 5.0
"""Seconds after a fault in which a saga may still feel it: one that strikes then does not strike alone."""


def recoveries(
    faults: Sequence[Mapping[str, object]], spans: Mapping[str, tuple[float, float]],
    deliveries: Iterable[tuple[str, str, float]], poisoned: Iterable[tuple[float, float]] = (),
) -> dict[str, list[tuple[float, bool]]]:  # fmt: skip
    """Fault → for each saga open when it struck, seconds until its next delivery (or its end), and whether it met nothing else.

    ``faults``: each with its name, ``at`` (from when the seconds count), and ``began`` and ``ended``. ``spans``: execution → when it was
    submitted and when it was seen closed. ``poisoned``: when a saga was open that ends its worker at each attempt. A saga that was
    between two deliveries of its own anyway counts too, so the small figures flatter and the large ones do not: read the p99.
    """
    times: dict[str, list[float]] = defaultdict(list)
    for key, _, at in deliveries:
        times[key.split("/")[1]].append(at)
    felt = [(float(f["began"]), float(f["ended"])) for f in faults]  # type: ignore[arg-type]
    poison = list(poisoned)
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for number, fault in enumerate(faults):
        at = float(fault["at"])  # type: ignore[arg-type]
        others = felt[:number] + felt[number + 1 :] + poison
        for execution, (begin, end) in spans.items():
            if begin < at < end and (later := [t for t in times[execution] if t > at]):
                first = min(later)
                alone = not any(b < first and e + SETTLES > felt[number][0] for b, e in others)
                found[str(fault["name"])].append((first - at, alone))
    return found
