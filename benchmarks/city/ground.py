"""The ground that a measurement stands on: servers of its own, everything else as a worker process has it."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.database_server import MASTER, database_server
from support.temporal_server import temporal_server
from temporalio.client import Client

from symphainy.bindings import realms
from symphainy.bindings.platform import Platform, platform
from symphainy.cli.chaos.grounds import free_ports
from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Intent, Principal
from symphainy.foundations.language.ids import workflow_id
from symphainy.foundations.public_works.adapters.redis_server import RedisServer
from symphainy.foundations.settings import Settings
from symphainy.runtime.client import RuntimeClient
from symphainy.runtime.namespace import ensure_namespace
from symphainy.worker import boundary, tune, workers

PASSWORD = "a long enough sentence"


@dataclass
class Ground:
    """Connections, and the registry that workers and plans are made of."""

    parts: Platform
    temporal: Client
    runtime: RuntimeClient
    known: Registry

    def plan(self, capability: str, steps: int) -> Plan:
        """A saga that calls one capability so many times, one after the other."""
        do = [{f"s{n}": {"call": capability, "with": {"n": n}}} for n in range(steps)]
        document = {
            "document": {"dsl": "1.0.3", "namespace": "bench", "name": f"saga{steps}", "version": "1.0.0"},
            "do": do,
        }
        made = compile_text(json.dumps(document), file="bench.yaml", catalog=self.known.catalog()).plan
        assert made is not None
        return made

    async def user(self, tenant: str) -> Principal:
        """The founder of a tenant."""
        return await self.parts.guard().register(tenant, "bench@example.org", PASSWORD)

    def under(self, city: Any) -> "Ground":
        """The same ground, governed otherwise, at the door and at every step."""
        parts = type(self.parts)(**{**vars(self.parts), "city": city})
        return Ground(parts, self.temporal, parts.runtime(self.temporal), self.known)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Workers for the block."""
        async with AsyncExitStack() as stack:
            for pool in workers(self.parts, self.temporal, self.known, boundary(self.parts, self.known)):
                await stack.enter_async_context(pool)
            yield

    async def submit(self, who: Principal, plan: Plan) -> str:
        """One saga on its way; its workflow id."""
        found = await self.runtime.submit(Intent(type="bench.run", payload={}), principal=who, plan=plan)
        return workflow_id(who.tenant, found.execution_id)

    async def run(self, who: Principal, plan: Plan) -> str:
        """One saga to its end; its workflow id."""
        name = await self.submit(who, plan)
        await self.temporal.get_workflow_handle(name).result()
        return name


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """Start everything, end everything."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        servers = _Servers(Path(folder))
        sql, address = await asyncio.to_thread(servers.start)
        redis = await RedisServer.start(Path(folder), free_ports(), MASTER)
        settings = Settings(
            _env_file=None, data_dir=Path(folder) / "data", sql_url=sql, temporal_address=address, master_key=_spelled(MASTER),  # type: ignore[call-arg]
            redis_url=redis.url, realms=("city.realm:Manager",), sql_pool_size=10, sql_max_overflow=20, log_level="error",
        )  # fmt: skip
        tune()
        try:
            async with platform(settings, "bench") as parts:
                temporal = await parts.temporal()
                await ensure_namespace(temporal, keep=settings.history_retention)
                known = realms.registry(settings)
                await parts.catalogs.publish(known.catalog(), parts.process)
                yield Ground(parts, temporal, parts.runtime(temporal), known)
        finally:
            await redis.stop()
            await asyncio.to_thread(servers.stop)


class _Servers:
    def __init__(self, folder: Path) -> None:
        self._folder, self._database, self._temporal = folder, database_server(), temporal_server(folder)

    def start(self) -> tuple[str, str]:
        return self._database.__enter__().url, self._temporal.__enter__()

    def stop(self) -> None:
        self._temporal.__exit__(None, None, None)
        self._database.__exit__(None, None, None)


def _spelled(key: bytes) -> str:
    import base64

    return base64.b64encode(key).decode()
