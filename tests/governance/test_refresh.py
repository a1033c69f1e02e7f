"""Values read again when they are old: one reading for all, none older than allowed, none kept that was told to be forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from symphainy.foundations.language.refresh import Refresh


class Clock:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Source:
    """Counts what is read, each reading held until it may end."""

    def __init__(self) -> None:
        self.clock, self.read, self.may, self.fails = Clock(), 0, asyncio.Event(), False
        self.may.set()
        self.held: Refresh[str, int] = Refresh(self.clock, fresh=timedelta(seconds=2), most=3)

    async def of(self, key: str = "a") -> int:
        return await self.held.of(key, self._read)

    async def _read(self) -> int:
        self.read += 1
        mine = self.read
        await self.may.wait()
        if self.fails:
            raise ConnectionError
        return mine


async def quiet() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_all_who_ask_at_once_wait_for_one_reading() -> None:
    source = Source()
    assert await asyncio.gather(*(source.of() for _ in range(50))) == [1] * 50


async def test_soon_it_is_read_beside_those_who_ask_and_when_old_before_them() -> None:
    source = Source()
    assert await source.of() == 1
    source.clock.later(1.4)
    assert (await source.of(), source.read) == (1, 1)
    source.may.clear()
    source.clock.later(0.2)
    assert (await source.of(), await source.of()) == (1, 1)
    await quiet()
    assert source.read == 2
    source.clock.later(0.5)  # now too old to be used
    waiting = asyncio.ensure_future(source.of())
    await quiet()
    assert not waiting.done()
    source.may.set()
    assert await waiting == 2
    assert source.read == 2


async def test_what_is_forgotten_while_it_is_read_is_read_again() -> None:
    source = Source()
    source.may.clear()
    first = asyncio.ensure_future(source.of())
    await quiet()
    source.held.forget(lambda key: key == "a")
    second = asyncio.ensure_future(source.of())
    await quiet()
    source.may.set()
    assert (await first, await second) == (1, 2)
    assert await source.of() == 2


async def test_a_reading_that_fails_fails_those_who_wait_and_nobody_after_them() -> None:
    source = Source()
    source.fails = True
    with pytest.raises(ConnectionError):
        await source.of()
    source.fails = False
    assert await source.of() == 2
    source.fails = True
    source.clock.later(1.6)
    assert await source.of() == 2  # the reading beside it fails unseen
    await quiet()
    assert await source.of() == 2


async def test_one_who_gives_up_takes_the_reading_from_nobody() -> None:
    source = Source()
    source.may.clear()
    first, second = (asyncio.ensure_future(source.of()) for _ in range(2))
    await quiet()
    first.cancel()
    await quiet()
    source.may.set()
    assert await second == 1


async def test_no_more_is_held_than_allowed() -> None:
    source = Source()
    for key in "abcd":
        await source.of(key)
    assert await source.of("d") == 4
    assert await source.of("a") == 5
