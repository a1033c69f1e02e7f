"""Faults that end or stop a process: kill -9, a deploy's SIGTERM, a worker that sleeps, an answer that is lost."""

import asyncio
import signal

from symphainy.cli.chaos.site import Site

STOPPED = 15.0
"""Seconds that a stopped worker sleeps (F3): longer than its heartbeat timeout, so its work is given to another."""


async def one_worker(on: Site) -> list[int]:
    """F1: kill -9 one of the workers."""
    return on.signal(on.one("worker"), signal.SIGKILL)


async def all_workers(on: Site) -> list[int]:
    """F1: kill -9 every worker."""
    return on.signal(on.pids("worker"), signal.SIGKILL)


async def received(on: Site) -> list[int]:
    """F1, m2: the worker dies when its call has been received and is not yet committed."""
    on.tell("/plan", {"moments": {"received": on.pids("worker")}})
    return on.pids("worker")


async def committed(on: Site) -> list[int]:
    """F1, m3: the worker dies when its call has been committed and is not yet answered."""
    on.tell("/plan", {"moments": {"committed": on.pids("worker")}})
    return on.pids("worker")


async def deploy(on: Site) -> list[int]:
    """F2: SIGTERM to a worker, as a deploy does."""
    return on.signal(on.one("worker"), signal.SIGTERM)


async def zombie(on: Site) -> list[int]:
    """F3: a worker sleeps and wakes after its work was given to another."""
    chosen = on.one("worker")
    on.signal(chosen, signal.SIGSTOP)
    await asyncio.sleep(STOPPED)
    return on.signal(chosen, signal.SIGCONT)


async def server(on: Site) -> list[int]:
    """F4: kill -9 the Temporal server; it comes back on the same file."""
    return on.signal(on.pids("temporal"), signal.SIGKILL)


async def front(on: Site) -> list[int]:
    """F5: kill -9 an Experience API."""
    return on.signal(on.one("experience"), signal.SIGKILL)


async def redis(on: Site) -> list[int]:
    """F6: kill -9 Redis."""
    return on.signal(on.pids("redis"), signal.SIGKILL)


async def database(on: Site) -> list[int]:
    """F7: PostgreSQL shuts down immediately (SIGQUIT: no checkpoint, recovery at the next start)."""
    return on.signal(on.pids("postgres"), signal.SIGQUIT)


async def relay(on: Site) -> list[int]:
    """The relay dies: nobody publishes, seals or reconciles until it is back."""
    return on.signal(on.pids("relay"), signal.SIGKILL)


async def dropped(on: Site) -> list[int]:
    """F11: the receiver commits, and its answer is lost."""
    on.tell("/drop", {"count": 3})
    return []
