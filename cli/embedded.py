"""The servers that ``up`` has an adapter start: PostgreSQL out of a wheel, Redis from PATH or, failing that, in-process."""

import signal
from pathlib import Path

from symphainy.cli.service import Held
from symphainy.foundations.public_works.running import Running
from symphainy.foundations.settings import Settings


def postgres(settings: Settings, data_dir: Path) -> Held:
    """The database. SIGINT is its fast and clean shutdown, for one that a killed supervisor left behind."""

    async def start() -> Running:
        from symphainy.bindings.works import embedded_postgres

        return await embedded_postgres(settings)

    pid_file = data_dir / "postgres" / "postmaster.pid"
    return Held("postgres", start, "SYMPHAINY_SQL_URL", pid_file, stop_signal=signal.SIGINT)


def redis(settings: Settings, data_dir: Path) -> Held:
    """Hot state and streams: may be lost at any time, so nothing of it is kept on disk."""

    async def start() -> Running:
        from symphainy.bindings.works import embedded_redis

        return await embedded_redis(settings)

    return Held("redis", start, "SYMPHAINY_REDIS_URL", data_dir / "redis" / "server.pid", ports=("redis",))
