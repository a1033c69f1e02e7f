"""One house for all tests of this folder."""

from collections.abc import AsyncIterator
from secrets import token_hex

import pytest
import pytest_asyncio
from support.database_server import MASTER

from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.store.unit import Store

from ..store.database import Moving
from .house import House, house


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(database_server: Running, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    sql = Postgres(database_server.url, MASTER, pool_size=10, max_overflow=20)
    async with house(Store(sql), Moving(), f"t{token_hex(4)}", tmp_path_factory.mktemp("house")) as found:
        yield found
    await sql.close()
