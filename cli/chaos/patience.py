"""A client's patience: what a retry helps is tried again under the same key, for as long as a person would wait."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from symphainy.foundations.language.errors import SymphainyError

T = TypeVar("T")
PATIENCE = 180.0
"""Seconds a request is repeated before it counts as not answered."""
PAUSE = 0.5
"""Seconds between two tries, over the client's own four."""


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The answer. Raises what no repetition helps at once, and the last error when patience is over."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await call()
        except SymphainyError as error:
            if not (error.retry or error.status == 429) or time.monotonic() > deadline:
                raise
        await asyncio.sleep(PAUSE)
