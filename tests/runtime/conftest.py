"""Real parts for the runtime: PostgreSQL and Temporal once per run, Redis per test, a new tenant per test."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from symphainy.bindings import cluster
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.redis import RedisHotState, RedisStreams
from symphainy.runtime.namespace import ensure_namespace
from symphainy.runtime.store.migrate import upgrade
from symphainy.runtime.store.unit import Store

from .fakes import FakeClock, FakeGate, FakeSealer
from .servers import Server, redis_server, temporal_server
from .world import CATALOG, World

MASTER_KEY = b"m" * 32


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A short path: a Unix socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sym-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def postgres_url(folder: Path) -> Iterator[str]:
    """An embedded PostgreSQL with all migrations."""

    async def begin() -> object:
        running = await cluster.started(folder, MASTER_KEY)
        sql = Postgres(running.url, MASTER_KEY)
        await upgrade(sql)
        await sql.close()
        return running

    running = asyncio.run(begin())
    yield running.url  # type: ignore[attr-defined]
    asyncio.run(running.stop())  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def temporal(folder: Path) -> Iterator[Server]:
    """An embedded Temporal server with our namespace."""
    server = temporal_server(folder)

    async def prepare() -> None:
        await ensure_namespace(await Client.connect(f"127.0.0.1:{server.port}", namespace="symphainy"))

    try:
        server.start()
        asyncio.run(prepare())
        yield server
    finally:
        server.kill()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Server]:
    """A Redis of this test's own, which it may kill."""
    server = redis_server(tmp_path)
    try:
        yield server.start()
    finally:
        server.kill()


@pytest.fixture
async def sql(postgres_url: str) -> AsyncIterator[Postgres]:
    """The database."""
    found = Postgres(postgres_url, MASTER_KEY)
    yield found
    await found.close()


@pytest.fixture
def store(sql: Postgres) -> Store:
    """The store."""
    return Store(sql)


@pytest.fixture
async def client(temporal: Server) -> Client:
    """A Temporal client."""
    return await Client.connect(
        f"127.0.0.1:{temporal.port}", namespace="symphainy", data_converter=pydantic_data_converter
    )


@pytest.fixture
async def hot(redis: Server) -> AsyncIterator[RedisHotState]:
    """Hot state."""
    found = RedisHotState(f"redis://127.0.0.1:{redis.port}/0")
    yield found
    await found.close()


@pytest.fixture
async def streams(redis: Server) -> AsyncIterator[RedisStreams]:
    """Streams."""
    found = RedisStreams(f"redis://127.0.0.1:{redis.port}/0")
    yield found
    await found.close()


@pytest.fixture
def objects(tmp_path: Path) -> LocalObjects:
    """Objects in a folder."""
    return LocalObjects(tmp_path / "objects")


@pytest.fixture
def tenant() -> str:
    """A tenant nobody else uses."""
    return f"t-{token_hex(6)}"


@pytest.fixture
def gate() -> FakeGate:
    """The gate."""
    return FakeGate()


@pytest.fixture
def sealer() -> FakeSealer:
    """The sealer."""
    return FakeSealer()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands."""
    return FakeClock()


@pytest.fixture
async def world(
    client: Client,
    store: Store,
    objects: LocalObjects,
    tenant: str,
    streams: RedisStreams,
    gate: FakeGate,
    sealer: FakeSealer,
) -> World:
    """A runtime with a published catalog."""
    made = World(client, store, objects, tenant, streams, gate, sealer)
    await made.catalogs.publish(CATALOG, "worker-1")
    return made
