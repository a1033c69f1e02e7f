"""``symphainy up``: brings every plane up on this machine, in the order of document 001, and keeps it up."""

import asyncio
import contextlib
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from symphainy.cli.checks import check_disk, check_ports
from symphainy.cli.down import end_survivors
from symphainy.cli.embedded import postgres, redis
from symphainy.cli.instance import Instance, Lock
from symphainy.cli.layout import Layout
from symphainy.cli.narration import narrate
from symphainy.cli.nursery import Nursery, possible
from symphainy.cli.output import complain, say
from symphainy.cli.roles import environment, roles
from symphainy.cli.service import Act, Held, Service
from symphainy.cli.supervisor import Supervisor
from symphainy.cli.temporal import temporal
from symphainy.cli.temporal_binary import obtain
from symphainy.foundations.language.errors import SymphainyError, Unavailable
from symphainy.foundations.settings import Settings, ensure_master_key

Tell = Callable[[str], None]
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Options:
    """How this instance differs from the settings."""

    experiences: int = 1
    """Experience processes behind the one address."""
    durable: bool = False
    """Let Temporal's SQLite wait for the disk at each commit: survives a power cut, four times slower."""
    quiet: bool = False
    planes: Callable[..., list[Sequence[Service | Act]]] = roles
    """What runs on the servers, in waves."""


def up(settings: Settings, options: Options) -> None:
    """Run in the foreground until SIGINT or SIGTERM; exit code 0 when asked to stop."""
    asyncio.run(_until_asked(settings, options))


def ended_by_sigterm(main: Coroutine[Any, Any, Answer]) -> Answer:
    """``asyncio.run`` for a command that starts a platform by the way: SIGTERM, like Ctrl-C, ends what it started first."""

    async def run() -> Answer:
        task = asyncio.ensure_future(main)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise SystemExit(128 + signal.SIGTERM) from None


async def _until_asked(settings: Settings, options: Options) -> None:
    asked = asyncio.Event()
    for what in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(what, asked.set)
    tell = (lambda _: None) if options.quiet else say
    async with instance(settings, options, tell=tell, give_up=asked) as running:
        if asked.is_set():
            return
        layout = running.layout
        tell("")
        tell(f"  Experience API      {layout.url('experience_api')}/docs")
        tell(f"  Solution API        {layout.url('solution_api')}/docs")
        if "SYMPHAINY_TEMPORAL_ADDRESS" in running.environment:
            tell(f"  Temporal Web UI     {layout.url('temporal_ui')}")
        tell("")
        tell("Running. Ctrl-C, or `symphainy down`, ends it; `symphainy up` continues where it stopped.")
        await asked.wait()
        tell("Stopping …")


@asynccontextmanager
async def instance(
    settings: Settings, options: Options = Options(), *, tell: Tell = lambda _: None, give_up: asyncio.Event | None = None
) -> AsyncIterator[Instance]:  # fmt: skip
    """A running instance, for as long as the block lasts; ended in reverse order, also after a failed start.

    Raises:
        Unavailable: disk, binary or a process; Conflict: a second instance, or a taken port. The message has the way out.
    """
    layout = Layout(settings.data_dir.resolve(), settings.port_base, settings.host)
    check_disk(layout.data_dir)
    layout.create()
    # What libraries have to say while servers start belongs in a file, not between the lines that a person reads.
    logging.basicConfig(filename=layout.logs / "libraries.log", level=logging.WARNING)
    lock = Lock(layout)
    lock.acquire()
    try:
        for line in await asyncio.to_thread(end_survivors, layout.data_dir):
            tell(line)
        shared = None
        if options.experiences > 1:
            check_ports(layout, ("experience_api",))
            shared = socket.create_server((layout.host, layout.port("experience_api")), backlog=1024)
        waves, told = await asyncio.to_thread(_plan, settings, options, layout, tell, shared)
        check_ports(layout, tuple(port for wave in waves for service in wave for port in service.ports))
        note = Instance(str(layout.data_dir), layout.port_base, layout.host, environment=dict(told))
        nursery = (
            Nursery(layout.logs / "nursery.log", load="everything" if options.planes is roles else "first")
            if possible()
            else None
        )
        supervisor = Supervisor(note, environment(settings, layout, _as_fields(told)), narrate(tell), nursery)
        try:
            await _unless_asked(asyncio.create_task(supervisor.start(waves)), give_up)
            yield note
        except SymphainyError as error:
            note.error = error.detail
            supervisor.log("failed", detail=error.detail)
            raise
        finally:
            await supervisor.stop()
            if shared is not None:
                shared.close()
    finally:
        lock.release()


async def _unless_asked(start: "asyncio.Task[None]", give_up: asyncio.Event | None) -> None:
    """Wait for the start, or for the wish to stop, whichever is first."""
    asked = asyncio.create_task((give_up or asyncio.Event()).wait())
    try:
        await asyncio.wait([start, asked], return_when=asyncio.FIRST_COMPLETED)
        if start.done():
            return start.result()
        start.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await start
    finally:
        asked.cancel()


def _plan(
    settings: Settings, options: Options, layout: Layout, tell: Tell, listener: socket.socket | None
) -> tuple[list[Sequence[Service | Held | Act]], dict[str, str]]:
    """What must run for these settings, and the addresses known so far. A part with a URL of its own is not started."""
    ensure_master_key(settings)
    services: list[Service | Held] = []
    told: dict[str, str] = {}
    if settings.sql_url == "embedded":
        services.append(postgres(settings, layout.data_dir))
    if settings.redis_url == "embedded":
        services.append(redis(settings, layout.data_dir))
    if settings.temporal_address == "embedded":
        binary = obtain(settings.temporal_cli, progress=tell)
        service, told["SYMPHAINY_TEMPORAL_ADDRESS"] = temporal(layout, binary, durable=options.durable)
        services.append(service)
    return [services, *options.planes(settings, listener, experiences=options.experiences)], told


def _as_fields(told: dict[str, str]) -> dict[str, str]:
    return {name.removeprefix("SYMPHAINY_").lower(): value for name, value in told.items()}


def up_detached(settings: Settings, arguments: list[str]) -> Instance:
    """Start ``up`` in a session of its own, and return when it runs.

    Raises:
        Unavailable: it ended before that; the message is its own.
    """
    data_dir = settings.data_dir.resolve()
    check_disk(data_dir)
    layout = Layout(data_dir, settings.port_base, settings.host)
    layout.create()
    log = layout.logs / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "symphainy.cli", "up", *arguments],
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    shown = 0
    while True:
        shown = _show_new(log, shown)
        found = Instance.load(data_dir)
        if found and found.supervisor.pid == process.pid and found.state == "running":
            _show_new(log, shown)
            return found
        if process.poll() is not None:
            _show_new(log, shown)
            raise Unavailable(f"It did not start; its output is above and in {log}.")
        time.sleep(0.1)


def _show_new(log: Path, shown: int) -> int:
    text = log.read_text(errors="replace")
    whole = text[: text.rfind("\n") + 1]
    for line in whole[shown:].splitlines():
        (complain if line.startswith("error:") else say)(line)
    return len(whole)
