"""Counting, shared by all processes through Redis; without it, from memory, each process with its share (DECISIONS.md 27)."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from limits import RateLimitItem, RateLimitItemPerDay, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

__all__ = ["Counter", "Drawn"]

RETRY_REDIS = 5.0
"""Seconds between looks whether Redis is back."""
SLOWEST = 0.5
"""Seconds that Redis may take: longer, and every door would wait for it."""
_CHARGED = RateLimitItemPerDay(1, namespace="charged")
_log = logging.getLogger("symphainy.traffic_cop")


@dataclass(frozen=True)
class Drawn:
    """``full`` is the bucket that was empty, if one was, ``limit`` in ``window`` seconds its rate; ``retry_after`` in seconds."""

    full: str | None = None
    retry_after: float = 0.0
    limit: int = 0
    window: int = 0


class Counter:
    """Draws from buckets. ``processes`` is how many share a limit when Redis is away."""

    def __init__(self, redis_url: str | None, processes: int = 1) -> None:
        self._redis = _redis(redis_url) if redis_url else None
        self._shared = SlidingWindowCounterRateLimiter(self._redis) if self._redis else None
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._processes = max(1, processes)
        self._away_until = 0.0
        self.degraded = redis_url is None

    async def draw(self, buckets: Sequence[tuple[str, str]], once: str | None = None) -> Drawn:
        """One unit from each bucket; ``once`` is charged only the first time (an effect key, not an attempt)."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                drawn = await self._draw(self._shared, buckets, once, 1)
                self.degraded = False
                return drawn
            except Exception as error:  # whatever the driver raises: Redis is away, and the limit still holds
                self._away_until, self.degraded = time.monotonic() + RETRY_REDIS, True
                _log.warning("rates are counted per process: Redis is away (%s)", type(error).__name__)
        return await self._draw(self._own, buckets, once, self._processes)

    async def close(self) -> None:
        """Close the connections."""
        if self._redis is not None:
            bridge: Any = self._redis.bridge  # the library has no way of its own to close
            await bridge.get_connection().aclose()

    async def _draw(
        self,
        limiter: SlidingWindowCounterRateLimiter,
        buckets: Sequence[tuple[str, str]],
        once: str | None,
        processes: int,
    ) -> Drawn:
        if once is not None and not await limiter.test(_CHARGED, once):
            return Drawn()
        for rate, bucket in buckets:
            item = _share(rate, processes)
            if not await limiter.hit(item, bucket):
                window = await limiter.get_window_stats(item, bucket)
                left = max(0.0, window.reset_time - time.time())
                return Drawn(bucket, left, _share(rate, 1).amount, item.get_expiry())
        if once is not None:
            await limiter.hit(_CHARGED, once)
        return Drawn()


@lru_cache(maxsize=1024)
def _share(rate: str, processes: int) -> RateLimitItem:
    item = parse(rate)
    return item if processes == 1 else type(item)(max(1, item.amount // processes), item.multiples, item.namespace)


def _redis(url: str) -> RedisStorage:
    patience: dict[str, Any] = {"socket_connect_timeout": SLOWEST, "socket_timeout": SLOWEST}
    return RedisStorage(f"async+{url}", implementation="redispy", **patience)
