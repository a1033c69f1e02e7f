"""Rule ``retention`` (watch): the payloads of a run are kept as long after it has closed as the tenant says, and then forgotten.

The run, its steps, decisions and hashes stay; documents that the Librarian has admitted have an expiry of their own.
"""

from symphainy.governance.bundle import Retention
from symphainy.governance.role import Mode
from symphainy.runtime.oversight import Keeping

__all__ = ["judge"]


def judge(terms: Retention, mode: Mode) -> Keeping:
    """What is due to the runs that closed longer ago than a tenant keeps them; without a number, nothing.

    >>> judge(Retention(days=30), "observe").mode, judge(Retention(), "enforce").mode
    ('observe', 'off')
    """
    if terms.days is None:
        return Keeping()
    return Keeping(mode=mode, days=terms.days, reason=f"retention: {terms.days} days after the closing")
