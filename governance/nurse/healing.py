"""Rule ``auto_heal`` (watch): a run that is stuck is reset, one that Temporal has lost is started again; at most three times.

What took effect is not done again: outcomes are found by their effect keys. Whether or not it heals, Nurse always reports.
"""

from typing import Literal

from symphainy.runtime.oversight import Act

__all__ = ["MOST", "judge"]

MOST = 3
"""Healings of one run: a fourth would find what three did not mend."""


def judge(kind: Literal["stuck", "unknown"], tries: int) -> Act:
    """What is due.

    >>> judge("stuck", 0).do, judge("stuck", 3).do
    ('heal', 'nothing')
    """
    if tries >= MOST:
        return Act()
    what = "reset of a stuck run" if kind == "stuck" else "new start of a lost run"
    return Act(do="heal", reason=f"{what}, {tries + 1} of {MOST}")
