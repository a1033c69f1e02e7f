"""A real PostgreSQL with all migrations: one per process of a test run."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from symphainy.bindings import cluster
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.foundations.public_works.running import Running
from symphainy.runtime.store.migrate import upgrade

MASTER = b"m" * 32


@contextmanager
def database_server() -> Iterator[Running]:
    """The server; its folder has a short path, since a Unix socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="sym-") as folder:
        server = asyncio.run(_started(Path(folder)))
        try:
            yield server
        finally:
            asyncio.run(server.stop())  # type: ignore[arg-type]


async def _started(folder: Path) -> Running:
    server = await cluster.started(folder, MASTER)
    sql = Postgres(server.url, MASTER)
    await upgrade(sql)
    await sql.close()
    return server
