"""When a webhook is tried again: at growing distance over three days, each delay stretched by jitter that a replay draws again."""

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

__all__ = ["ATTEMPTS", "SCHEDULE", "again_after", "asked_for"]

SCHEDULE = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h after the attempt before: the schedule that Standard Webhooks suggests."""
ATTEMPTS = len(SCHEDULE) + 1
JITTER = 0.2
"""A delay grows by up to a fifth, so that what failed together does not come back together."""
_LONGEST = timedelta(hours=24)


def again_after(attempt: int, name: str, asked: timedelta | None = None) -> timedelta | None:
    """The delay behind attempt ``attempt`` (1, 2, …) of the message ``name``; None: that was the last.

    >>> again_after(1, "a"), again_after(ATTEMPTS, "a")
    (datetime.timedelta(seconds=5, microseconds=465610), None)
    """
    if attempt >= ATTEMPTS:
        return None
    draw = int.from_bytes(hashlib.sha256(f"{name}/{attempt}".encode()).digest()[:8], "big") / 2**64
    base = max(SCHEDULE[attempt - 1], min(asked or timedelta(0), _LONGEST))
    return base * (1 + JITTER * draw)


def asked_for(retry_after: str, now: datetime) -> timedelta | None:
    """What a receiver's ``Retry-After`` asks for, in seconds or as a date; None for nothing that can be read.

    >>> asked_for("120", datetime(2026, 1, 1, tzinfo=UTC)), asked_for("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (datetime.timedelta(seconds=120), None)
    """
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta(0))
