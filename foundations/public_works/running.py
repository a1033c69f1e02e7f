"""A server that the supervisor started: where it is, what it is, whether it still runs, how to end it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Running:
    """Held by whoever started it; other processes get the URL (which may hold a password: ``repr`` leaves it out)."""

    url: str = field(repr=False)
    stop: Callable[[], Awaitable[None]]
    label: str = ""
    """What ``status`` shows, e.g. ``redis-server`` or ``in-process Redis, development only``."""
    alive: Callable[[], bool] = lambda: True
