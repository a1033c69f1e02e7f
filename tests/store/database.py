"""A real PostgreSQL with all migrations, one per test run; a sealer with memory; a clock that tests move."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from support.database_server import MASTER

from symphainy.foundations.language.errors import Defect
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.adapters.postgres_logins import role_password
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.store.unit import Store


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

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> "MemorySealer":
        return self

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        return None

    @staticmethod
    def _key(tenant: str) -> bytes:
        return hashlib.sha256(b"key of " + tenant.encode()).digest()


@pytest.fixture(scope="session")
def running(database_server: Running) -> Running:
    """The server: one for all modules of a run that ask for it, each under tenants of its own."""
    return database_server


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
