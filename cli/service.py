"""What the supervisor runs, as data: processes that it starts itself, and servers that an adapter starts for it."""

import asyncio
import json
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symphainy.foundations.public_works.running import Running

Ready = Callable[["Output"], Awaitable[dict[str, Any]]]
"""Waits until the process serves and gives the facts that it stated; it is cancelled when the process ends first."""


@dataclass(frozen=True)
class Service:
    """A process. ``stage`` is its place in the start-up order of the planes; ``once`` marks a step that must end with 0."""

    name: str
    stage: str
    command: tuple[str, ...]
    ready: Ready
    environment: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[str, ...] = ()
    listener: socket.socket | None = None
    """An open socket to accept from (``--fd``), shared by the processes behind one address."""
    once: bool = False
    forked: bool = False
    """``command`` is ``python -P -m MODULE …``, and ``MODULE.main(arguments)`` may run in a fork of the nursery."""
    stop_signal: signal.Signals = signal.SIGTERM
    stop_patience: float = 15.0
    """Seconds between the polite signal and SIGKILL; workers finish the step they are in."""
    start_patience: float = 120.0
    """Seconds until it must be ready: 3 on an idle machine, most of it imports, and many times that on a busy one."""


@dataclass(frozen=True)
class Held:
    """A server that an adapter starts (or takes over from a killed supervisor), and that this process watches."""

    name: str
    start: Callable[[], Awaitable[Running]]
    setting: str
    """The environment variable that tells its URL to every later process."""
    pid_file: Path
    ports: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    stage: str = "runtime"
    once: bool = False


@dataclass(frozen=True)
class Act:
    """Something that this process does itself, once, before what comes next. Gets the environment of later processes."""

    name: str
    act: Callable[[Mapping[str, str]], Awaitable[dict[str, Any]]]
    stage: str = "runtime"
    ports: tuple[str, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    once: bool = True


@dataclass
class Output:
    """What a started process writes: its log, and where in it this start began."""

    log: Path
    offset: int

    def lines(self) -> list[str]:
        """Every whole line that it has written since it was started."""
        with self.log.open("rb") as file:
            file.seek(self.offset)
            text = file.read().decode(errors="replace")
        return text.split("\n")[:-1]

    def last_words(self, count: int = 12) -> str:
        """The end of it, for the message about a failure."""
        lines = [line for line in self.lines() if line.strip()]
        return "\n".join(f"    {line[:300]}" for line in lines[-count:]) or "    (it wrote nothing)"


def ready_line(role: str) -> Ready:
    """Ready when the process prints ``{"ready": "<role>", …}``; the other fields are its facts."""

    async def wait(output: Output) -> dict[str, Any]:
        while True:
            for line in output.lines():
                if facts := _facts(line, role):
                    return facts
            await asyncio.sleep(0.05)

    return wait


def accepts(host: str, port: int) -> Ready:
    """Ready when something listens on a TCP port."""

    async def wait(output: Output) -> dict[str, Any]:
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                await writer.wait_closed()
                return {}
            except OSError:
                await asyncio.sleep(0.05)

    return wait


def _facts(line: str, role: str) -> dict[str, Any] | None:
    if '"ready"' not in line:
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and value.get("ready") == role else None
