"""The supervisor's side of the nursery: processes that are forked from a loaded one instead of loading everything themselves."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from symphainy.foundations.language.errors import Unavailable

LOADED_WITHIN = 90.0
"""Seconds: 3 to 5 of processor time on an idle machine, many times that on a busy one."""
FORKED_WITHIN = LOADED_WITHIN
"""What a role needs and is not loaded yet is loaded first."""
TOLD_WITHIN = 2.0
"""Seconds that an exit code may come after the end that it belongs to."""
UNKNOWN = 255
"""The exit code of a process whose end nobody saw, because the nursery had ended before it."""


def possible() -> bool:
    """Whether this system can: Linux, where a process can be watched that is not one's own child."""
    return hasattr(os, "pidfd_open") and hasattr(socket, "SOCK_SEQPACKET")


class Nursery:
    """One loaded process. Start it early; ``fork`` waits until it is loaded: with everything, the worker's part first, or nothing."""

    def __init__(self, log: Path, *, load: Literal["everything", "first", "nothing"] = "everything") -> None:
        self._log, self._load = log, load
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._loaded: asyncio.Future[None] | None = None
        self._answer: asyncio.Future[dict[str, Any]] | None = None
        self._turn = asyncio.Lock()
        self.codes: dict[int, asyncio.Future[int]] = {}

    def start(self, environment: Mapping[str, str]) -> None:
        """Start loading; returns at once. Call it in the event loop that will fork."""
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "symphainy.cli.nursery_child", str(theirs.fileno()), self._load],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(theirs.fileno(),), env=dict(environment),
                start_new_session=True,
            )  # fmt: skip
        mine.setblocking(False)
        loop = asyncio.get_running_loop()
        self._line, self._loaded = mine, loop.create_future()
        loop.add_reader(mine, self._heard)

    async def fork(
        self, module: str, arguments: Sequence[str], environment: Mapping[str, str], descriptors: Sequence[int], *, once: bool = False
    ) -> "Forked":  # fmt: skip
        """A process that runs ``module.main(arguments)`` with this environment; the first descriptor is its output.

        Raises:
            Unavailable: the nursery ended, was not loaded in time, or would not fork.
        """
        if self._line is None or self._loaded is None:
            raise Unavailable("the nursery is closed")
        try:
            await asyncio.wait_for(asyncio.shield(self._loaded), LOADED_WITHIN)
            request = {"module": module, "arguments": list(arguments), "environment": dict(environment), "once": once}
            async with self._turn:
                self._answer = asyncio.get_running_loop().create_future()
                socket.send_fds(self._line, [json.dumps(request).encode()], list(descriptors))
                answer = await asyncio.wait_for(self._answer, FORKED_WITHIN)
        except (OSError, TimeoutError) as error:
            raise Unavailable(f"the nursery does not answer: {type(error).__name__}") from error
        if "pid" not in answer:
            raise Unavailable(f"the nursery does not fork: {answer.get('error')}")
        return Forked(int(answer["pid"]), self)

    def close(self) -> None:
        """End it; what it has forked goes on."""
        if self._line is not None:
            asyncio.get_running_loop().remove_reader(self._line)
            self._line.close()
            self._line = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _heard(self) -> None:
        assert self._line is not None and self._loaded is not None
        try:
            data = self._line.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            self._gone()
            return
        told = json.loads(data)
        if "ended" in told:
            code = self._code(told["ended"])
            if not code.done():
                code.set_result(told["code"])
        elif "ready" in told:
            self._loaded.set_result(None)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(told)

    def _gone(self) -> None:
        assert self._line is not None and self._loaded is not None
        asyncio.get_running_loop().remove_reader(self._line)
        self._line.close()
        self._line = None
        for waiting in (self._loaded, self._answer):
            if waiting is not None and not waiting.done():
                waiting.set_exception(OSError("the nursery ended"))
                waiting.exception()  # whoever waits gets it; where nobody does, it is no news

    def _code(self, pid: int) -> asyncio.Future[int]:
        return self.codes.setdefault(pid, asyncio.get_running_loop().create_future())


class Forked:
    """A process that the nursery forked: the part of ``asyncio.subprocess.Process`` that the supervisor uses."""

    def __init__(self, pid: int, nursery: Nursery) -> None:
        self.pid, self.returncode = pid, None
        self._code = nursery._code(pid)
        self._ended: asyncio.Event = asyncio.Event()
        self._descriptor = -1
        try:
            self._descriptor = os.pidfd_open(pid)
        except ProcessLookupError:  # it has ended already, and was waited for
            self._ended.set()
            return
        asyncio.get_running_loop().add_reader(self._descriptor, self._end)

    returncode: int | None

    async def wait(self) -> int:
        """Wait for its end; its exit code, minus the signal's number where one ended it."""
        await self._ended.wait()
        if self.returncode is None:
            with suppress(TimeoutError):
                self.returncode = await asyncio.wait_for(asyncio.shield(self._code), TOLD_WITHIN)
        if self.returncode is None:
            self.returncode = UNKNOWN
        return self.returncode

    def send_signal(self, what: signal.Signals) -> None:
        """Send a signal to it, and to no stranger under its old number; ProcessLookupError when it has ended."""
        if self._descriptor < 0:
            raise ProcessLookupError(self.pid)
        signal.pidfd_send_signal(self._descriptor, what)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = -1
        self._ended.set()
