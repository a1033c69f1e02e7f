"""Rule ``cost`` (step): what a step cost goes into its record: what the capability says, and the seconds it took."""

import math
from collections.abc import Mapping

__all__ = ["ledger"]


def ledger(said: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Entries by unit; what is not a finite, non-negative number is left out.

    >>> ledger({"tokens": 12, "money_eur": float("nan")}, 0.25)
    {'tokens': 12.0, 'seconds': 0.25}
    """
    entries = {unit: float(amount) for unit, amount in said.items() if math.isfinite(amount) and amount >= 0}
    return {**entries, "seconds": round(seconds, 6)}
