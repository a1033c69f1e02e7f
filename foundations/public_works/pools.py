"""A pool of processes for heavy pure functions: what runs there may crash, hang or swell, and only its own call fails."""

import asyncio
import contextlib
import pickle
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from symphainy.foundations.language.errors import Defect, DomainError, TooLarge, Unavailable, from_problem
from symphainy.foundations.public_works.pool_child import HEAD

_PROGRAM = "from symphainy.foundations.public_works.pool_child import main; main()"
_START_WITHIN = 30.0
# One thread each: a library that starts one per core would take the memory limit for their stacks. Two arenas: glibc reserves
# 64 MB of addresses for each thread's own, and DuckDB, Polars and numpy in one child reached 1,140 MB with 109 MB in use; 476 so.
_ENVIRONMENT = {
    "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}  # fmt: skip


class ComputePool:
    """``workers`` child processes, started fresh (never forked from a process with threads) and kept warm.

    Functions are module-level ones of importable modules; arguments and results are pickled. Use it from one event loop.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        memory: int = 1024 * 1024 * 1024,
        timeout: timedelta = timedelta(seconds=120),
        max_result: int = 256 * 1024 * 1024,
    ) -> None:
        self._memory, self._timeout, self._max_result = memory, timeout.total_seconds(), max_result
        self._slots = [_Child() for _ in range(workers)]
        self._idle: asyncio.LifoQueue[_Child] = asyncio.LifoQueue()  # the warmest first
        for child in self._slots:
            self._idle.put_nowait(child)
        self._closed = False

    async def start(self) -> None:
        """Start all children now, so that the first calls do not wait for them."""
        await asyncio.gather(*(child.ready(self._memory) for child in self._slots))

    async def run(self, function: Callable[..., Any], *arguments: Any, timeout: float | None = None) -> Any:
        """Call ``function`` in a child, for ``timeout`` seconds at most, waiting for a free one first.

        A SymphainyError that the function raises is raised here. DomainError: it raised something else
        (``compute_failed``), killed its process (``compute_crashed``) or took too long (``compute_timeout``). TooLarge: it
        wanted more memory than the limit. Defect: the function is not module-level, or does not exist in the child.
        """
        seconds = self._timeout if timeout is None else timeout
        call = _frame(function, arguments, seconds)
        child = await self._idle.get()
        try:
            self._refuse_closed()
            kind, value = await self._ask(child, call, seconds, function.__qualname__)
        except BaseException:
            child.kill()  # nobody knows what state it is in; the next call has a new one
            raise
        finally:
            self._idle.put_nowait(child)
        return _outcome(kind, value, function.__qualname__, self._memory)

    async def _ask(self, child: "_Child", call: bytes, seconds: float, name: str) -> tuple[str, Any]:
        await child.ready(self._memory)
        try:
            async with asyncio.timeout(seconds):
                kind, value = await child.ask(call, self._max_result)
        except TimeoutError:
            raise DomainError(f"{name} took longer than {seconds:g} s", code="compute_timeout") from None
        except (EOFError, OSError):
            self._refuse_closed()
            raise DomainError(f"{name} ended its process", code="compute_crashed") from None
        if kind == "memory":
            child.kill()  # what it holds is not worth keeping
        return kind, value

    async def close(self) -> None:
        """End all children; calls under way and calls that wait end with Unavailable."""
        self._closed = True
        for child in self._slots:
            child.kill()
        for _ in self._slots:
            # taken from the queue, since one pipe has one reader: the call that still holds it comes first
            await (await self._idle.get()).close()
        for child in self._slots:
            self._idle.put_nowait(child)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise Unavailable("the process pool is closed")


class _Child:
    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._killed = False

    async def ready(self, memory: int) -> None:
        """See that the process runs."""
        # A process is gone before we hear of it: what we killed is not asked again, whatever it still looks like.
        if self._process is not None and self._process.returncode is None and not self._killed:
            return
        try:
            async with asyncio.timeout(_START_WITHIN):
                await self.close()
                # A session of its own: an interrupt from the keyboard is for the worker, which ends its children itself.
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-c", _PROGRAM, env=_ENVIRONMENT, start_new_session=True,
                    stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
                self._killed = False
                data = pickle.dumps((sys.path, memory))
                await self.ask(HEAD.pack(len(data)) + data, 1024)
        except (TimeoutError, EOFError, OSError) as error:
            self.kill()
            raise Unavailable(f"a process of the pool does not start: {type(error).__name__}") from error

    async def ask(self, frame: bytes, limit: int) -> tuple[str, Any]:
        """Send a frame and read the answer; EOFError when the process ends instead."""
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(frame)
        await self._process.stdin.drain()
        kind = await _read(self._process.stdout, 64)
        return kind.decode(), pickle.loads(await _read(self._process.stdout, limit))

    def kill(self) -> None:
        """Kill, without waiting."""
        self._killed = True
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def close(self) -> None:
        """Kill and wait."""
        if self._process is not None:
            self.kill()
            # asyncio hears of the end only after the last of the output, which nobody has read when a call was cut off.
            while self._process.stdout is not None and await self._process.stdout.read(1 << 20):
                pass
            await self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
                with contextlib.suppress(OSError):
                    await self._process.stdin.wait_closed()
            self._process = None


async def _read(stream: asyncio.StreamReader, limit: int) -> bytes:
    (size,) = HEAD.unpack(await stream.readexactly(HEAD.size))
    if size > limit:
        raise TooLarge(f"a result of {size:,} bytes; the limit is {limit:,}", limit=limit)
    return await stream.readexactly(size)


def _frame(function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float) -> bytes:
    if getattr(function, "__module__", None) in (None, "__main__") or "<" in getattr(function, "__qualname__", "<"):
        raise Defect(f"{function!r} is not a module-level function of an importable module")
    try:
        data = pickle.dumps((function, arguments, seconds))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise Defect(f"the arguments of {function.__qualname__} cannot be sent to another process") from error
    return HEAD.pack(len(data)) + data


def _outcome(kind: str, value: Any, name: str, memory: int) -> Any:
    match kind:
        case "done":
            return value
        case "memory":
            raise TooLarge(f"{name} needs more than {memory:,} bytes of memory", code="compute_memory", limit=memory)
        case "refused":
            raise from_problem(value)
        case "unknown":
            raise Defect(f"{name} cannot be loaded in the pool's process ({value})")
        case _:
            raise DomainError(f"{name} failed with {value}", code="compute_failed")
