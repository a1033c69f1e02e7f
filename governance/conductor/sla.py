"""Rule ``sla`` (watch): a run over its solution's SLO is escalated, and at twice the time cancelled, with its undo."""

from datetime import timedelta

from symphainy.runtime.oversight import Act

__all__ = ["judge"]


def judge(age: timedelta, within: timedelta) -> Act:
    """What is due.

    >>> judge(timedelta(seconds=9), timedelta(seconds=5)).do
    'escalate'
    >>> judge(timedelta(seconds=10), timedelta(seconds=5)).do
    'cancel'
    """
    told = f"{age.total_seconds():.0f} s of {within.total_seconds():.0f} s promised"
    if age >= 2 * within:
        return Act(do="cancel", reason=f"cancelled: {told}")
    if age >= within:
        return Act(do="escalate", reason=f"late: {told}")
    return Act()
