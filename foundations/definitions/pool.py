"""Evaluates heavy expressions in processes that can be killed (DECISIONS.md 19). For activities; workflow code never imports this.

A few children are kept from the first heavy expression on, with an empty environment, no stdin but a pipe, and a bound on memory and
processor time: most workers never need one, and a worker that comes back after a kill has better things to do. A child that is late,
crashes or exceeds is killed and replaced; its caller gets an ExpressionError that names the limit.
"""

import json
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import Empty, Full, LifoQueue
from typing import IO

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.expressions import ExpressionError, judged, require, short, strip
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.language.model import Json

TIMEOUT = 0.25
"""Seconds for one evaluation."""
MEMORY = 64 << 20
"""Bytes of data a child may hold beyond what it has when it starts."""
MAX_BYTES = 1 << 20
"""Bytes of input and of result: a step's payload limit (DECISIONS.md 21)."""
START = 20.0
"""Seconds for a child to start: Python and pydantic, on a busy machine."""


class _Child:
    """One process: a request and an answer at a time, each a length and JSON."""

    def __init__(self, memory: int) -> None:
        # -P: the working directory is not on the path; the child finds this package where the parent found it
        root = str(Path(__file__).parents[3])
        code = "import sys; sys.path[:0] = sys.argv[3:]; from symphainy.foundations.definitions.pool_child import main; main()"
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, str(memory), str(MAX_BYTES), root, *[p for p in sys.path if p]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/", close_fds=True,
        )  # fmt: skip
        self.ready = False

    def warm(self) -> None:
        """Wait until the child has loaded its modules; EOFError when it has died meanwhile."""
        if self.process.poll() is not None:
            raise EOFError
        if not self.ready:
            self.read(START)
            self.ready = True

    def ask(self, request: bytes, timeout: float) -> bytes:
        stdin = self.process.stdin
        assert stdin is not None
        stdin.write(struct.pack(">I", len(request)) + request)
        stdin.flush()
        return self.read(timeout)

    def read(self, timeout: float) -> bytes:
        """One answer; TimeoutError, EOFError."""
        stdout = self.process.stdout
        assert stdout is not None
        until = time.monotonic() + timeout
        (size,) = struct.unpack(">I", _exactly(stdout, 4, until))
        return _exactly(stdout, size, until)

    def kill(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written has no reader
                    pipe.close()
        self.process.wait()


def _exactly(pipe: IO[bytes], size: int, until: float) -> bytes:
    out = b""
    while len(out) < size:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        part = pipe.read1(min(size - len(out), 65_536))  # type: ignore[attr-defined]
        if not part:
            raise EOFError
        out += part
    return out


class _Stopped(Exception):
    """A child was stopped; the message names the limit."""


class ExpressionPool:
    """A pool of children. ``evaluate`` blocks for at most the time limit: call it from a thread."""

    def __init__(self, size: int = 2, *, timeout: float = TIMEOUT, memory: int = MEMORY) -> None:
        self.timeout, self.memory = timeout, memory
        self._idle: LifoQueue[_Child] = LifoQueue(maxsize=size)
        self._slots = threading.Semaphore(size)
        self._closed = False

    def evaluate(self, text: str, data: Json, variables: Mapping[str, Json], now: datetime) -> Json:
        """The value of a heavy (or linear) expression; ExpressionError, also for a limit that was reached."""
        bare = strip(text)
        judgement = judged(bare)
        require(bare, judgement, variables)
        used = {name: variables[name] for name in judge(bare).variables}
        try:
            request = json.dumps(
                {"text": bare, "data": data, "variables": used, "now": now.isoformat()}, allow_nan=False
            ).encode()
        except (ValueError, TypeError) as error:
            raise ExpressionError(f"the data is no JSON: {error}") from None
        if len(request) > MAX_BYTES:
            raise ExpressionError(
                f"the expression reads {len(request)} bytes, the limit is {MAX_BYTES}: pass large values as artifacts"
            )
        with self._slots:
            try:
                answer = json.loads(self._ask(request))
            except _Stopped as limit:
                why = f": {judgement.reason}" if judgement.reason else ""
                raise ExpressionError(f"the expression {short(bare)} {limit}{why}", code=judgement.code) from None
        if "error" in answer:
            raise ExpressionError(f"the expression {short(bare)} failed: {answer['error']}")
        return answer["value"]

    def _ask(self, request: bytes) -> bytes:
        child = self._take()
        try:
            answer = child.ask(request, self.timeout)
        except TimeoutError:
            self._replace(child)
            raise _Stopped(f"took longer than {self.timeout * 1000:.0f} ms and was stopped") from None
        except (EOFError, OSError, struct.error):
            self._replace(child)
            raise _Stopped(f"crashed its process, or needed more than {self.memory >> 20} MB of memory") from None
        self._give(child)
        return answer

    def _take(self) -> _Child:
        """A child that lives: one that died while idle is nobody's fault and is passed over."""
        while True:
            try:
                child, fresh = self._idle.get_nowait(), False
            except Empty:
                child, fresh = _Child(self.memory), True
            try:
                child.warm()
                return child
            except (TimeoutError, EOFError, OSError):
                child.kill()
                if fresh:
                    raise Unavailable(
                        "no process could be started to evaluate the expression: is memory short?"
                    ) from None

    def _replace(self, child: _Child) -> None:
        child.kill()
        self._give(_Child(self.memory))

    def _give(self, child: _Child) -> None:
        try:
            if self._closed:
                raise Full
            self._idle.put_nowait(child)
        except Full:
            child.kill()

    def close(self) -> None:
        """Kill all idle children; those at work are killed when they are through."""
        self._closed = True
        while True:
            try:
                self._idle.get_nowait().kill()
            except Empty:
                return
