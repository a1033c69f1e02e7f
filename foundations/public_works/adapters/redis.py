"""Redis (or Valkey) by URL: hot state and streams."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError, RedisError
from redis.exceptions import TimeoutError as Silence

from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.abstractions.hot_state import check_hot_key
from symphainy.foundations.public_works.abstractions.streams import NewEntry, StreamEntry

_PATIENCE = 2.0  # seconds for one answer: hot state that is slower than SQL has no use
_AGAIN = 0.2  # seconds between two attempts to wake a server that has gone silent
_INCR = """local n = redis.call('INCRBY', KEYS[1], ARGV[1])
if n == tonumber(ARGV[1]) and ARGV[2] ~= '0' then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return n"""
_CAS = """local now = redis.call('GET', KEYS[1])
if (ARGV[1] == '0' and now) or (ARGV[1] == '1' and now ~= ARGV[2]) then return 0 end
if ARGV[4] == '0' then redis.call('SET', KEYS[1], ARGV[3]) else redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) end
return 1"""


class _Connected:
    """One pool of connections; made on first use, so that an object may be built before the server is up."""

    def __init__(self, url: str, *, max_connections: int = 50, silence: float | None = _PATIENCE) -> None:
        self.url = url
        self._redis: Any = Redis.from_url(
            url,
            max_connections=max_connections,
            socket_connect_timeout=_PATIENCE,
            socket_timeout=silence,
            health_check_interval=30,
            # One more try: a restarted server must not fail the first call on every pooled connection.
            # Not for one that says nothing: who waited once knows it.
            retry=Retry(ExponentialBackoff(cap=0.1, base=0.01), 1, supported_errors=(ConnectionError,)),
        )
        self._waking: asyncio.Task[None] | None = None
        """Runs while the server is silent: everybody else is refused at once, not after waiting for it in turn."""

    @asynccontextmanager
    async def _errors(self) -> AsyncIterator[None]:
        if self._waking is not None and not self._waking.done():
            raise Unavailable("Redis does not answer: silent")
        try:
            yield
        except (RedisError, OSError, TimeoutError) as error:
            if isinstance(error, TimeoutError | Silence):
                self._waking = asyncio.create_task(self._wake(), name="redis is silent")
            raise Unavailable(f"Redis does not answer: {type(error).__name__}") from error

    async def _wake(self) -> None:
        while True:
            with suppress(RedisError, OSError, TimeoutError):
                await asyncio.wait_for(self._redis.ping(), _PATIENCE)
                return
            await asyncio.sleep(_AGAIN)

    async def ping(self) -> None:
        """PING, not INFO: the embedded server has no INFO."""
        async with self._errors(), asyncio.timeout(_PATIENCE):
            await self._redis.ping()

    async def close(self) -> None:
        """Close all connections."""
        if self._waking is not None:
            self._waking.cancel()
        await self._redis.aclose()


class RedisHotState(_Connected):
    """``HotState`` over Redis."""

    async def get(self, key: str) -> bytes | None:
        """GET."""
        async with self._errors():
            found: bytes | None = await self._redis.get(check_hot_key(key))
            return found

    async def set(self, key: str, value: bytes, *, ttl: timedelta | None = None, only_new: bool = False) -> bool:
        """SET PX NX."""
        async with self._errors():
            return bool(await self._redis.set(check_hot_key(key), value, px=_millis(ttl) or None, nx=only_new))

    async def incr(self, key: str, by: int = 1, *, ttl: timedelta | None = None) -> int:
        """INCRBY and PEXPIRE in one script."""
        async with self._errors():
            return int(await self._redis.eval(_INCR, 1, check_hot_key(key), by, _millis(ttl)))

    async def cas(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta | None = None) -> bool:
        """Compare and set in one script."""
        async with self._errors():
            given = (0, b"") if expected is None else (1, expected)
            return bool(await self._redis.eval(_CAS, 1, check_hot_key(key), *given, value, _millis(ttl)))

    async def delete(self, key: str) -> bool:
        """DEL."""
        async with self._errors():
            return bool(await self._redis.delete(check_hot_key(key)))


class RedisStreams(_Connected):
    """``Streams`` over Redis streams. A reader that waits holds a connection: follow many streams with one ``read``."""

    def __init__(self, url: str, *, max_connections: int = 50) -> None:
        # A blocked read is silent for as long as it was told to be; its limit is in ``read``.
        super().__init__(url, max_connections=max_connections, silence=None)

    async def publish(
        self, entries: Sequence[NewEntry], *, length: int | None = None, ttl: timedelta | None = None
    ) -> list[str | None]:
        """XADD for each and PEXPIRE for each stream, in one pipeline."""
        async with self._errors(), asyncio.timeout(_PATIENCE):
            batch = self._redis.pipeline(transaction=False)
            for stream, fields in entries:
                batch.xadd(check_hot_key(stream), dict(fields), maxlen=length, approximate=True)
            if ttl is not None:
                for stream in dict.fromkeys(stream for stream, _ in entries):
                    batch.pexpire(stream, _millis(ttl))
            told = await batch.execute(raise_on_error=False)
            return [each.decode() if isinstance(each, bytes) else None for each in told[: len(entries)]]

    async def read(
        self, after: Mapping[str, str], *, block: timedelta | None = None, count: int = 100
    ) -> Sequence[StreamEntry]:
        """XREAD BLOCK."""
        wanted = {check_hot_key(stream): cursor for stream, cursor in after.items()}
        wait = _millis(block)
        async with self._errors(), asyncio.timeout(_PATIENCE + wait / 1000):
            # BLOCK 0 would wait for ever
            got = await self._redis.xread(wanted, count=count, block=wait or None) or []
        # a map from protocol 3, a list of pairs from protocol 2
        pairs = got.items() if isinstance(got, dict) else got
        return [
            StreamEntry(name.decode(), id.decode(), {key.decode(): value for key, value in fields.items()})
            for name, entries in pairs
            for id, fields in _flat(entries)
        ]

    async def last(self, stream: str) -> str:
        """XREVRANGE COUNT 1."""
        async with self._errors(), asyncio.timeout(_PATIENCE):
            found = await self._redis.xrevrange(check_hot_key(stream), count=1)
            return found[0][0].decode() if found else "0"

    async def trim(self, stream: str, length: int) -> int:
        """XTRIM, exact."""
        async with self._errors(), asyncio.timeout(_PATIENCE):
            return int(await self._redis.xtrim(check_hot_key(stream), maxlen=length, approximate=False))


def _flat(entries: Any) -> Any:
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _millis(ttl: timedelta | None) -> int:
    """Whole milliseconds, at least one; 0 for none."""
    return 0 if ttl is None else max(1, ttl // timedelta(milliseconds=1))
