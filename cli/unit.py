"""A service in motion: start, notice the end, end. One class for processes, one for servers that an adapter holds."""

import asyncio
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from symphainy.cli.nursery import Forked, Nursery
from symphainy.cli.process import ProcessIdentity
from symphainy.cli.service import Act, Held, Output, Service
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.public_works.running import Running

LOG_LIMIT = 16 * 2**20
"""Bytes after which a log is set aside (one older file is kept) when its process is started again."""
LOOK_EVERY = 0.25
"""Seconds between two looks at a server that is not our own child."""


@dataclass
class Started:
    """A unit is ready: who it is, what it said, what later processes must be told."""

    identity: ProcessIdentity | None
    facts: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)


class ProcessUnit:
    """A child of this process.

    It writes to a file, not to a pipe: when the supervisor is killed it goes on writing and working. It has a session of its
    own: Ctrl-C in the terminal reaches the supervisor alone, which then ends its children in order.
    """

    def __init__(self, service: Service, logs: Path, nursery: Nursery | None = None) -> None:
        self.service = service
        self._logs = logs
        self._nursery = nursery
        self._process: asyncio.subprocess.Process | Forked | None = None
        self._output: Output | None = None

    @property
    def identity(self) -> ProcessIdentity | None:
        """Its process, once it was launched."""
        return ProcessIdentity.of(self._process.pid) if self._process else None

    async def launch(self, environment: Mapping[str, str]) -> ProcessIdentity | None:
        """Start the process; it is not ready yet. Unavailable when the system refuses."""
        service = self.service
        log = self._logs / f"{service.name}.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            os.replace(log, log.with_suffix(".log.1"))
        try:
            with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                self._output = Output(log, file.tell())
                self._process = await self._start(file, {**environment, **service.environment})
        except OSError as error:
            raise Unavailable(f"{service.name} could not be started: {error}") from error
        return self.identity

    async def _start(self, output: IO[bytes], environment: Mapping[str, str]) -> asyncio.subprocess.Process | Forked:
        """Forked from the nursery where the service allows it and one is there, else loaded anew."""
        service = self.service
        listener = (service.listener.fileno(),) if service.listener else ()
        if self._nursery is not None and service.forked:
            with suppress(Unavailable):  # it takes longer the other way, and works
                module, *arguments = service.command[3:]
                return await self._nursery.fork(
                    module, arguments, environment, (output.fileno(), *listener), once=service.once
                )
        command = [*service.command, *(part for fd in listener for part in ("--fd", str(fd)))]
        return await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, pass_fds=listener, env=environment,
            start_new_session=True,
        )  # fmt: skip

    async def ready(self) -> Started:
        """Wait until it serves, or, for a step that runs once, until it has ended well. Unavailable with its last words."""
        assert self._process and self._output
        service, output = self.service, self._output
        who = self.identity
        if service.once:
            await self._done(output)
            with suppress(TimeoutError):  # it is over: what it said of itself stands in the log, or it said nothing
                return Started(who, await asyncio.wait_for(service.ready(output), 0.2))
            return Started(who)
        ready = asyncio.ensure_future(service.ready(output))
        ended = asyncio.ensure_future(self._process.wait())
        try:
            await asyncio.wait({ready, ended}, timeout=service.start_patience, return_when=asyncio.FIRST_COMPLETED)
            # The end counts first: a stranger's server on the same port must not vouch for a process that has died.
            if ended.done():
                raise Unavailable(
                    f"{service.name} ended with {_ending(ended.result())} while starting:\n{output.last_words()}"
                )
            if not ready.done():
                raise Unavailable(
                    f"{service.name} was not ready within {service.start_patience:.0f} s:\n{output.last_words()}"
                )
            return Started(who, ready.result())
        finally:
            ready.cancel()
            ended.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def ended(self) -> str:
        """Wait for its end; how it ended, in words."""
        assert self._process
        return _ending(await self._process.wait())

    async def end(self) -> str:
        """Ask it to end, insist after its patience; how it ended."""
        process = self._process
        if process is None:
            return "never started"
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(self.service.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), self.service.stop_patience)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        return _ending(process.returncode or 0)

    async def _done(self, output: Output) -> None:
        assert self._process
        name, patience = self.service.name, self.service.start_patience
        try:
            code = await asyncio.wait_for(self._process.wait(), patience)
        except TimeoutError:
            raise Unavailable(f"{name} did not end within {patience:.0f} s:\n{output.last_words()}") from None
        if code != 0:
            raise Unavailable(f"{name} ended with {_ending(code)}:\n{output.last_words()}")


class HeldUnit:
    """A server that an adapter starts and that outlives a killed supervisor: the next one takes it over."""

    def __init__(self, service: Held) -> None:
        self.service = service
        self._server: Running | None = None

    async def launch(self, environment: Mapping[str, str]) -> ProcessIdentity | None:
        """Start it; the adapter returns when it is ready."""
        self._server = await self.service.start()
        return self._identity()

    async def ready(self) -> Started:
        """What it is, and its URL for the others."""
        assert self._server
        return Started(self._identity(), {"kind": self._server.label}, {self.service.setting: self._server.url})

    async def ended(self) -> str:
        """Wait for its end."""
        while self._server is not None and self._server.alive():
            await asyncio.sleep(LOOK_EVERY)
        return "an end of its own"

    async def end(self) -> str:
        """Stop it the way its adapter knows."""
        if self._server is not None:
            await self._server.stop()
        return "stopped"

    def _identity(self) -> ProcessIdentity | None:
        try:
            return ProcessIdentity.of(int(self.service.pid_file.read_text().partition("\n")[0]))
        except (OSError, ValueError):
            return None


class ActUnit:
    """Something done in this process, once."""

    def __init__(self, service: Act) -> None:
        self.service = service
        self._environment: Mapping[str, str] = {}

    async def launch(self, environment: Mapping[str, str]) -> ProcessIdentity | None:
        """Nothing to start."""
        self._environment = dict(environment)
        return None

    async def ready(self) -> Started:
        """Do it."""
        return Started(None, await self.service.act(self._environment))

    async def ended(self) -> str:
        """It has ended when it is ready."""
        return "done"

    async def end(self) -> str:
        """Nothing to end."""
        return "done"


Unit = ProcessUnit | HeldUnit | ActUnit


def unit(service: Service | Held | Act, logs: Path, nursery: Nursery | None = None) -> Unit:
    """The unit for a service."""
    match service:
        case Held():
            return HeldUnit(service)
        case Act():
            return ActUnit(service)
        case _:
            return ProcessUnit(service, logs, nursery)


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-code).name}"
    return f"signal {-code}"
