"""Rule ``auto_replay`` (watch): a faulted run whose effects were undone is started again, at most twice, later each time.

A run that is ``partial`` has effects nobody took back: to start it again would do them twice, so it stays with its work items.
"""

from datetime import timedelta

from symphainy.runtime.oversight import Act

__all__ = ["MOST", "judge"]

MOST = 2
"""Replays of one intent. What faults three times faults for a reason that a fourth time will not mend."""
FIRST = timedelta(seconds=10)
"""Before the first replay; four times as long before the second."""


def judge(compensation: str, tries: int, since: timedelta) -> Act:
    """What is due.

    >>> judge("compensated", 0, timedelta(minutes=1)).do, judge("partial", 0, timedelta(minutes=1)).do
    ('replay', 'nothing')
    """
    if compensation == "partial" or tries >= MOST or since < FIRST * 4**tries:
        return Act()
    return Act(do="replay", reason=f"replay {tries + 1} of {MOST} of a faulted run")
