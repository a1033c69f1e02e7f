"""Hot state and streams: one contract, over a real server and over the in-process one."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from symphainy.foundations.language.errors import Conflict, Invalid, Unavailable
from symphainy.foundations.public_works.adapters.redis import RedisHotState, RedisStreams
from symphainy.foundations.public_works.adapters.redis_embedded import EmbeddedRedis
from symphainy.foundations.public_works.adapters.redis_server import RedisServer
from symphainy.foundations.public_works.running import Running

MASTER = b"m" * 32


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(params=["server", "in-process"])
async def running(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Running]:
    if request.param == "server" and RedisServer.program() is None:
        pytest.skip("no redis-server or valkey-server on PATH")
    running = await (
        RedisServer.start(tmp_path, free_port(), MASTER) if request.param == "server" else EmbeddedRedis.start()
    )
    yield running
    await running.stop()
    assert not running.alive()


@pytest.fixture
async def hot(running: Running) -> AsyncIterator[RedisHotState]:
    hot = RedisHotState(running.url)
    yield hot
    await hot.close()


@pytest.fixture
async def streams(running: Running) -> AsyncIterator[RedisStreams]:
    streams = RedisStreams(running.url)
    yield streams
    await streams.close()


async def test_values_live_for_their_time(hot: RedisHotState) -> None:
    blob = os.urandom(200_000) + b"\r\n$5\r\n\x00"
    assert await hot.get("acme/x") is None
    assert await hot.set("acme/x", blob)
    assert await hot.get("acme/x") == blob
    assert await hot.set("acme/y", b"1", ttl=timedelta(milliseconds=80))
    assert await hot.get("acme/y") == b"1"
    await asyncio.sleep(0.15)
    assert await hot.get("acme/y") is None
    assert await hot.delete("acme/x") and not await hot.delete("acme/x")
    await hot.ping()


async def test_only_new_lets_one_of_many_win(hot: RedisHotState) -> None:
    won = await asyncio.gather(
        *(hot.set("acme/lock", str(n).encode(), only_new=True, ttl=timedelta(seconds=5)) for n in range(20))
    )
    assert sum(won) == 1


async def test_counters_count_and_expire_from_the_first(hot: RedisHotState) -> None:
    said = await asyncio.gather(*(hot.incr("acme/many", ttl=timedelta(minutes=1)) for _ in range(50)))
    assert sorted(said) == list(range(1, 51))
    ttl = timedelta(milliseconds=600)
    assert await hot.incr("acme/n", ttl=ttl) == 1
    await asyncio.sleep(0.35)
    assert await hot.incr("acme/n", 5, ttl=ttl) == 6
    await asyncio.sleep(0.35)
    assert await hot.incr("acme/n", ttl=ttl) == 1, "the second increment must not have prolonged it"


async def test_cas_lets_one_of_many_win(hot: RedisHotState) -> None:
    assert await hot.cas("acme/v", None, b"a")
    assert not await hot.cas("acme/v", None, b"b")
    assert not await hot.cas("acme/v", b"other", b"b")
    won = await asyncio.gather(*(hot.cas("acme/v", b"a", str(n).encode()) for n in range(20)))
    assert sum(won) == 1
    assert await hot.cas("acme/t", None, b"", ttl=timedelta(milliseconds=50))
    assert await hot.get("acme/t") == b""
    await asyncio.sleep(0.1)
    assert not await hot.cas("acme/t", b"", b"x"), "expired is absent, not empty"


@pytest.mark.parametrize("key", ["x", "/x", "acme/", "Acme/x", "acme/a b", "acme/ä", "acme/" + "x" * 401])
async def test_keys_name_their_tenant(hot: RedisHotState, streams: RedisStreams, key: str) -> None:
    with pytest.raises(Invalid):
        await hot.get(key)
    with pytest.raises(Invalid):
        await streams.publish([(key, {"a": b"1"})])


async def test_streams_keep_order_and_resume(streams: RedisStreams) -> None:
    events = [("acme/events", {"n": str(n).encode(), "blob": b"\x00\r\n"}) for n in range(10)]
    ids = [*await streams.publish(events[:9]), *await streams.publish(events[9:])]
    assert await streams.last("acme/events") == ids[-1] and await streams.last("acme/none") == "0"
    first = await streams.read({"acme/events": "0"}, count=4)
    assert [entry.fields["n"] for entry in first] == [b"0", b"1", b"2", b"3"]
    assert first[0].fields["blob"] == b"\x00\r\n" and first[0].stream == "acme/events"
    rest = await streams.read({"acme/events": first[-1].id})
    assert [entry.id for entry in rest] == ids[4:]
    assert list(await streams.read({"acme/events": ids[-1]})) == []
    assert await streams.trim("acme/events", 3) == 7
    assert [entry.id for entry in await streams.read({"acme/events": "0"})] == ids[7:]
    with pytest.raises(Invalid):
        await streams.read({"events": "0"})


async def test_a_blocked_reader_is_woken_by_any_of_its_streams(streams: RedisStreams) -> None:
    reading = asyncio.create_task(streams.read({"acme/a": "0", "acme/b": "0"}, block=timedelta(seconds=5)))
    await asyncio.sleep(0.1)
    await streams.publish([("acme/b", {"k": b"v"})])
    (entry,) = await asyncio.wait_for(reading, 2)
    assert (entry.stream, entry.fields) == ("acme/b", {"k": b"v"})


async def test_waiting_ends_in_time_and_a_cancelled_reader_harms_nobody(streams: RedisStreams) -> None:
    started = asyncio.get_running_loop().time()
    assert list(await streams.read({"acme/quiet": "0"}, block=timedelta(milliseconds=200))) == []
    assert 0.15 < asyncio.get_running_loop().time() - started < 1.5
    for _ in range(5):
        reader = asyncio.create_task(streams.read({"acme/quiet": "0"}, block=timedelta(seconds=10)))
        await asyncio.sleep(0.05)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    (made,) = await streams.publish([("acme/loud", {"k": b"v"})])
    assert [entry.id for entry in await streams.read({"acme/loud": "0"})] == [made]


async def test_a_stream_that_takes_nothing_harms_no_other(
    running: Running, hot: RedisHotState, streams: RedisStreams
) -> None:
    if running.label.startswith("in-process"):
        pytest.skip("the development server ends the connection instead of answering with an error")
    await hot.set("acme/no-stream", b"a plain value")
    made = await streams.publish(
        [("acme/one", {"k": b"1"}), ("acme/no-stream", {"k": b"2"}), ("acme/one", {"k": b"3"})]
    )
    assert made[1] is None
    assert [entry.id for entry in await streams.read({"acme/one": "0"})] == [made[0], made[2]]


async def test_publishing_bounds_the_stream(streams: RedisStreams) -> None:
    for begin in range(0, 500, 50):
        await streams.publish([("acme/long", {"n": b"%d" % n}) for n in range(begin, begin + 50)], length=100)
    assert len(await streams.read({"acme/long": "0"}, count=1000)) < 400


async def test_a_server_that_is_away_is_unavailable_and_comes_back(tmp_path: Path) -> None:
    port = free_port()
    first = await RedisServer.start(tmp_path, port, MASTER)
    hot, streams = RedisHotState(first.url), RedisStreams(first.url)
    assert await hot.set("acme/x", b"1")
    await first.stop()
    with pytest.raises(Unavailable):
        await hot.get("acme/x")
    with pytest.raises(Unavailable):
        await streams.read({"acme/x": "0"}, block=timedelta(seconds=1))
    second = await RedisServer.start(tmp_path, port, MASTER)
    try:
        assert await hot.get("acme/x") is None
        await streams.publish([("acme/s", {"k": b"v"})])
    finally:
        await hot.close()
        await streams.close()
        await second.stop()


async def test_of_a_silent_server_only_the_first_waits_and_the_healed_one_serves(tmp_path: Path) -> None:
    server = await RedisServer.start(tmp_path, free_port(), MASTER)
    hot = RedisHotState(server.url)
    assert await hot.set("acme/x", b"1")
    pid = int((tmp_path / "redis" / "server.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable):
            await hot.get("acme/x")
        began = asyncio.get_running_loop().time()
        for _ in range(10):
            with pytest.raises(Unavailable):
                await hot.get("acme/x")
        assert asyncio.get_running_loop().time() - began < 1, "each has waited for itself"
    finally:
        os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(5):
        while True:
            with suppress(Unavailable):
                assert await hot.get("acme/x") == b"1"
                break
            await asyncio.sleep(0.05)
    await hot.close()
    await server.stop()


async def test_a_left_over_server_is_adopted_and_a_stranger_is_not(tmp_path: Path) -> None:
    port = free_port()
    first = await RedisServer.start(tmp_path, port, MASTER)
    again = await RedisServer.start(tmp_path, port, MASTER)
    assert again.url == first.url
    with pytest.raises(Conflict):
        await RedisServer.start(tmp_path / "other", port, b"n" * 32)
    with pytest.raises(Unavailable):
        await RedisHotState(f"redis://127.0.0.1:{port}/0").get("acme/x")
    pid = int((tmp_path / "redis" / "server.pid").read_text())
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.1)
    assert not again.alive()
    third = await RedisServer.start(tmp_path, port, MASTER)
    assert third.alive()
    await third.stop()
    await first.stop()


async def test_secrets_stay_out_of_sight(tmp_path: Path) -> None:
    running = await RedisServer.start(tmp_path, free_port(), MASTER)
    try:
        password = running.url.split(":")[2].split("@")[0]
        assert password not in repr(running)
        pid = (tmp_path / "redis" / "server.pid").read_text().strip()
        assert password not in Path(f"/proc/{pid}/cmdline").read_text()
        assert (tmp_path / "redis" / "server.conf").stat().st_mode & 0o077 == 0
    finally:
        await running.stop()


async def test_a_taken_port_is_said_so() -> None:
    first = await EmbeddedRedis.start()
    port = int(first.url.split(":")[2].split("/")[0])
    with pytest.raises(Conflict):
        await EmbeddedRedis.start(port)
    await first.stop()
