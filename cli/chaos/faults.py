"""The faults: what is done to which process, and how long it may take until the sagas that it met go on."""

import asyncio
import json
import os
import random
import signal
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from symphainy.cli.instance import Instance
from symphainy.foundations.language.errors import Invalid

STOPPED = 15.0
"""Seconds that a stopped worker sleeps (F3): longer than its heartbeat timeout, so its work is given to another."""


@dataclass
class Site:
    """The processes of an installation on this machine, and its observer."""

    data_dir: Path
    observer: str
    chance: random.Random
    log: list[dict[str, object]] = field(default_factory=list)

    def pids(self, name: str) -> list[int]:
        """Processes whose name begins so and that are alive."""
        found = Instance.load(self.data_dir)
        services = found.services if found else []
        return [s.pid for s in services if s.name.startswith(name) and s.pid and s.state != "done" and _alive(s.pid)]

    def signal(self, pids: list[int], what: signal.Signals) -> list[int]:
        """Send it to each that still lives."""
        for pid in pids:
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                continue
        return pids

    def tell(self, path: str, body: object) -> None:
        """Tell the observer."""
        with urllib.request.urlopen(
            urllib.request.Request(self.observer + path, json.dumps(body).encode()), timeout=10
        ):
            pass


async def one_worker(on: Site) -> list[int]:
    """F1: kill -9 one of the workers."""
    workers = on.pids("worker")
    return on.signal([on.chance.choice(workers)] if workers else [], signal.SIGKILL)


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
    workers = on.pids("worker")
    return on.signal([on.chance.choice(workers)] if workers else [], signal.SIGTERM)


async def zombie(on: Site) -> list[int]:
    """F3: a worker sleeps and wakes after its work was given to another."""
    workers = on.pids("worker")
    chosen = [on.chance.choice(workers)] if workers else []
    on.signal(chosen, signal.SIGSTOP)
    await asyncio.sleep(STOPPED)
    return on.signal(chosen, signal.SIGCONT)


async def server(on: Site) -> list[int]:
    """F4: kill -9 the Temporal server; it comes back on the same file."""
    return on.signal(on.pids("temporal"), signal.SIGKILL)


async def front(on: Site) -> list[int]:
    """F5: kill -9 an Experience API."""
    fronts = on.pids("experience")
    return on.signal([on.chance.choice(fronts)] if fronts else [], signal.SIGKILL)


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


@dataclass(frozen=True)
class Fault:
    """A kind of fault: its id in RELIABILITY 2.3, how often it is drawn, seconds until affected sagas must have gone on."""

    id: str
    do: Callable[[Site], Awaitable[list[int]]]
    weight: int
    recover: float

    @property
    def name(self) -> str:
        """As the report calls it."""
        return self.do.__name__.replace("_", " ")


FAULTS = (
    Fault("F1", one_worker, 10, 5.0), Fault("F1", all_workers, 3, 10.0), Fault("F1", received, 4, 10.0),
    Fault("F1", committed, 4, 10.0), Fault("F2", deploy, 3, 5.0), Fault("F3", zombie, 1, 5.0), Fault("F4", server, 3, 10.0),
    Fault("F5", front, 3, 5.0), Fault("F6", redis, 2, 5.0), Fault("F7", database, 1, 15.0), Fault("F1", relay, 1, 5.0),
    Fault("F11", dropped, 3, 5.0),
)  # fmt: skip
"""Drawn by weight after each kind has come once; the recovery targets are issue and RELIABILITY 2.4."""


def chosen(only: tuple[str, ...]) -> tuple[Fault, ...]:
    """The faults of these ids; all of them when none is named. Invalid for an id that there is not.

    >>> [fault.name for fault in chosen(("F6",))]
    ['redis']
    """
    known = sorted({fault.id for fault in FAULTS})
    if strange := [each for each in only if each not in known]:
        raise Invalid(f"there is no fault {strange[0]}", remedy=f"one of {', '.join(known)}")
    return tuple(fault for fault in FAULTS if not only or fault.id in only)


async def strike(on: Site, count: int, pause: float, faults: tuple[Fault, ...] = FAULTS) -> None:
    """``count`` faults, ``pause`` seconds on average between two: each kind once in the seed's order, then by weight."""
    order = list(faults)
    on.chance.shuffle(order)
    for number in range(count):
        fault = order[number] if number < len(order) else on.chance.choices(faults, [f.weight for f in faults])[0]
        await asyncio.sleep(pause * on.chance.uniform(0.5, 1.5))
        at = time.time()
        hit = await fault.do(on)
        on.log.append({"id": fault.id, "name": fault.name, "at": at, "pids": hit, "recover": fault.recover})


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
