"""A real PostgreSQL with all migrations, one per test run; a sealer with memory; a clock that tests move."""

import asyncio
import hashlib
import hmac
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from symphainy.foundations.language.errors import Defect
from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.postgres_logins import role_password
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.store.migrate import upgrade
from symphainy.runtime.store.unit import Store

MASTER = b"m" * 32


@dataclass
class Moving:
    """A clock that goes on by a millisecond whenever it is read, and further when told."""

    at: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


class MemorySealer:
    """Real AES-GCM with one key per tenant, kept in memory."""

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        nonce = token_hex(6).encode()
        return nonce + AESGCM(self._key(tenant)).encrypt(nonce, data, tenant.encode() + context)

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        try:
            return AESGCM(self._key(tenant)).decrypt(data[:12], data[12:], tenant.encode() + context)
        except InvalidTag as error:
            raise Defect("a bit has flipped") from error

    def digest(self, tenant: str, data: bytes) -> str:
        return hmac.digest(self._key(tenant), data, "sha256").hex()

    @staticmethod
    def _key(tenant: str) -> bytes:
        return hashlib.sha256(b"key of " + tenant.encode()).digest()


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    """The server; its folder has a short path, since a Unix socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sym-") as folder:
        server = asyncio.run(_started(Path(folder)))
        yield server
        asyncio.run(server.stop())  # type: ignore[arg-type]


async def _started(folder: Path) -> Running:
    server = await EmbeddedPostgres.start(folder, MASTER)
    sql = Postgres(server.url, MASTER)
    await upgrade(sql)
    await sql.close()
    return server


@pytest.fixture
async def sql(running: Running) -> AsyncIterator[Postgres]:
    sql = Postgres(running.url, MASTER, pool_size=10, max_overflow=20)
    yield sql
    await sql.close()


@pytest.fixture
async def superuser(running: Running) -> AsyncIterator[AsyncEngine]:
    """Whom no trigger, grant or policy stops: the one that only the chains find out."""
    engine = create_async_engine(
        make_url(running.url).set(username="postgres", password=role_password(MASTER, "superuser"))
    )
    yield engine
    await engine.dispose()


@pytest.fixture
def store(sql: Postgres) -> Store:
    return Store(sql)


@pytest.fixture
def tenant() -> str:
    return f"t{token_hex(4)}"


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def sealer() -> MemorySealer:
    return MemorySealer()
