"""Rule ``failures`` (login): too many wrong attempts, at one account or from one address, have to wait. Counters are rows in SQL."""

from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["PER_ACCOUNT", "PER_ADDRESS", "WINDOW", "Attempts", "wait"]

WINDOW = timedelta(minutes=5)
PER_ACCOUNT = 10
"""Wrong passwords for one account in a window. Sessions that are open stay open: the victim is not locked out of them."""
PER_ADDRESS = 50
"""Wrong attempts from one address: someone trying one password on many accounts. A shared office makes fewer."""


@dataclass(frozen=True)
class Attempts:
    """Failures within the window, and the last one."""

    count: int
    last: datetime | None


def wait(account: Attempts, address: Attempts, now: datetime) -> timedelta | None:
    """How long to wait before the next attempt, or None.

    >>> at = datetime(2026, 1, 1)
    >>> wait(Attempts(10, at), Attempts(0, None), at + timedelta(minutes=1))
    datetime.timedelta(seconds=240)
    """
    over = [
        a.last for a, most in ((account, PER_ACCOUNT), (address, PER_ADDRESS)) if a.count >= most and a.last is not None
    ]
    return max(over) + WINDOW - now if over else None
