"""The sandbox over processes of this machine: own session, kernel limits, namespaces where the kernel allows them, caps and a deadline."""

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from symphainy.foundations.language.errors import Invalid, Overdue, TooLarge
from symphainy.foundations.public_works.abstractions.sandbox import Ended, Program

CHILD = str(Path(__file__).parents[1] / "sandbox_child.py")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PIECE = 1 << 16


class ProcessSandbox:
    """``Sandbox``. What a program starts ends with it: by its process namespace, and by its session where there is none."""

    def __init__(
        self,
        *,
        timeout: timedelta = timedelta(minutes=5),
        memory: int = 1 << 30,
        output: int = 256 << 10,
        network: bool = False,
        hidden: Sequence[Path] = (),
    ) -> None:
        """``output``: bytes of each of the two outputs. ``hidden``: files and folders that a program must not see."""
        self._timeout, self._memory, self._output, self._network = timeout, memory, output, network
        self._hidden = [str(path.resolve()) for path in hidden]
        self._left: set[asyncio.Task[None]] = set()
        self._open: set[int] = set()

    def find(self, *names: str) -> str | None:
        """The first of these programs that is installed."""
        return next((found for name in names if (found := shutil.which(name, path=PATH)) is not None), None)

    async def run(self, program: Program) -> Ended:
        """Run to the end."""
        limit = min(program.timeout or self._timeout, self._timeout)
        async with self._started(program) as process:
            try:
                async with asyncio.timeout(limit.total_seconds()):
                    feeding = asyncio.create_task(_feed(process, program.stdin))
                    try:
                        out, err = await asyncio.gather(self._read(process.stdout), self._read(process.stderr))
                        code = await process.wait()
                    finally:
                        feeding.cancel()
            except TimeoutError:
                raise Overdue(
                    f"the process was ended after {limit.total_seconds():g} s", remedy="an operator may allow more"
                ) from None
        return Ended(code, out, err)

    async def start(self, program: Program) -> None:
        """Start it and do not wait."""
        begun = asyncio.Event()
        task = asyncio.create_task(self._unwatched(program, begun))
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        await begun.wait()

    async def talk(self, program: Program) -> "Lines":
        """Start it and talk to it."""
        context = self._started(program)
        return Lines(context, await context.__aenter__(), self._output)

    async def close(self) -> None:
        """Kill what still runs."""
        for task in list(self._left):
            task.cancel()
        await asyncio.gather(*self._left, return_exceptions=True)
        for group in list(self._open):
            _kill(group)

    async def _unwatched(self, program: Program, begun: asyncio.Event) -> None:
        limit = min(program.timeout or self._timeout, self._timeout).total_seconds()
        try:
            async with self._started(program) as process:
                begun.set()
                feeding = asyncio.create_task(_feed(process, program.stdin))
                with suppress(TimeoutError, TooLarge):
                    async with asyncio.timeout(limit):
                        await asyncio.gather(self._read(process.stdout), self._read(process.stderr))
                        await process.wait()
                feeding.cancel()
        finally:
            begun.set()

    @asynccontextmanager
    async def _started(self, program: Program) -> AsyncIterator[asyncio.subprocess.Process]:
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="symphainy-run-"))
        group = 0
        try:
            for name, data in program.files.items():
                (folder / name).write_bytes(data)
            limits = {
                "memory": self._memory, "cpu": int(self._timeout.total_seconds()) + 1, "file": 64 << 20, "network": self._network,
                "hidden": self._hidden, "confined": program.confined,
            }  # fmt: skip
            environment = {"PATH": PATH, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)}
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-I", "-S", CHILD, json.dumps(limits), *program.command,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
                    env={**environment, **program.environment}, cwd=folder, start_new_session=True, limit=PIECE,
                )  # fmt: skip
            except (ValueError, OSError) as error:
                raise Invalid(f"the process cannot be started: {type(error).__name__}", code="process") from None
            group = process.pid
            self._open.add(group)
            try:
                yield process
            finally:
                _kill(group)
                # A pipe that nobody reads any more is paused, and a paused pipe never tells its end: wait() would hang.
                await asyncio.gather(_drained(process.stdout), _drained(process.stderr), return_exceptions=True)
                await process.wait()
                self._open.discard(group)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def _read(self, stream: asyncio.StreamReader | None) -> bytes:
        assert stream is not None
        received = bytearray()
        while piece := await stream.read(PIECE):
            received += piece
            if len(received) > self._output:
                raise TooLarge(f"the process wrote more than {self._output:,} bytes", limit=self._output)
        return bytes(received)


class Lines:
    """``Conversation`` over a process' pipes."""

    def __init__(self, context: object, process: asyncio.subprocess.Process, most: int) -> None:
        self._context, self._process, self._most = context, process, most
        self._rest = b""

    async def say(self, line: bytes) -> None:
        """Write a line."""
        assert self._process.stdin is not None
        with suppress(ConnectionError):
            self._process.stdin.write(line + b"\n")
            await self._process.stdin.drain()

    async def hear(self) -> bytes:
        """The next line."""
        assert self._process.stdout is not None
        while b"\n" not in self._rest:
            if len(self._rest) > self._most:
                raise TooLarge(f"the process wrote a line of more than {self._most:,} bytes", limit=self._most)
            piece = await self._process.stdout.read(PIECE)
            if not piece:
                return b""
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    async def close(self) -> None:
        """End it."""
        await self._context.__aexit__(None, None, None)  # type: ignore[attr-defined]


async def _feed(process: asyncio.subprocess.Process, data: bytes) -> None:
    assert process.stdin is not None
    with suppress(ConnectionError):
        process.stdin.write(data)
        await process.stdin.drain()
    with suppress(ConnectionError, OSError):
        process.stdin.close()


async def _drained(stream: asyncio.StreamReader | None) -> None:
    with suppress(TimeoutError):  # one that left its session, where there are no namespaces, may hold the pipe open
        async with asyncio.timeout(2):
            while stream is not None and await stream.read(PIECE):
                pass


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
