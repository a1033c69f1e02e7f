"""The child's side of pool.py: reads a request, evaluates, answers. Limits itself before the first request."""

import json
import os
import resource
import struct
import sys
from datetime import datetime

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.jqlang.program import ProgramError, run


def main() -> None:
    """Serve until stdin ends. Arguments: bytes of memory, bytes of input and result."""
    memory, limit = int(sys.argv[1]), int(sys.argv[2])
    _warm()
    bound = _held() + memory
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))  # no file can be opened, whatever the expression
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _write(b"{}")
    while (head := sys.stdin.buffer.read(4)) and len(head) == 4:
        request = sys.stdin.buffer.read(struct.unpack(">I", head)[0])
        try:
            answer = _answer(request, limit)
        except MemoryError:
            os._exit(1)
        _write(answer)


def _answer(request: bytes, limit: int) -> bytes:
    asked = json.loads(request)
    now = datetime.fromisoformat(asked["now"]).timestamp()
    try:
        value = run(
            asked["text"],
            judge(asked["text"]),
            asked["data"],
            asked["variables"],
            now,
            max_input=2 * limit,
            max_result=limit,
        )
    except ProgramError as error:
        return json.dumps({"error": str(error)}).encode()
    return json.dumps({"value": value}).encode()


def _warm() -> None:
    """Load what the first evaluation would load, so that the memory limit bounds data alone."""
    run("[.] | length", judge("[.] | length"), None, {}, 0.0)


def _held() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _write(answer: bytes) -> None:
    sys.stdout.buffer.write(struct.pack(">I", len(answer)) + answer)
    sys.stdout.buffer.flush()
