"""The child's side of the process pool: read a call, run it, write what came of it. Started as a program.

A call is a frame (a length of eight bytes, then a pickle); an answer is two, its kind and its value. Standard output belongs
to the protocol, so that a function that prints does no harm; the environment is empty, so that no secret of the platform is
within a parser's reach.
"""

import os
import pickle
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

HEAD = struct.Struct(">Q")


def main() -> None:
    """Serve calls until the parent closes the pipe."""
    calls, results = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    path, memory = _read(calls)
    sys.path[:] = path
    _limit(memory)
    _write(results, "ready", None)
    while True:
        try:
            function, arguments, seconds = _read(calls)
        except EOFError:
            return
        except Exception as error:
            _write(results, "unknown", type(error).__name__)
            continue
        # The parent kills a late child; this is for a child whose parent died: the kernel ends it, even inside C code.
        signal.setitimer(signal.ITIMER_REAL, seconds + 5)
        answer = _run(function, arguments)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(results, *answer)


def _run(function: Any, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    from symphainy.foundations.language.errors import SymphainyError

    try:
        return "done", pickle.dumps(function(*arguments))  # here, where what fails is told
    except MemoryError:
        return "memory", None
    except SymphainyError as error:
        return "refused", error.problem()
    except RecursionError:
        return "failed", "RecursionError"
    except Exception as error:
        return "failed", type(error).__name__  # its message may quote the data: it stays here


def _limit(memory: int) -> None:
    """Cap the address space at what the interpreter has now and ``memory`` bytes more; no core file of somebody's data."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/statm") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, used + memory))
    except (OSError, ValueError):
        return  # no /proc, no such limit: the parent's time limit and the machine's memory still hold


def _read(stream: BinaryIO) -> Any:
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        raise EOFError
    return pickle.loads(stream.read(HEAD.unpack(head)[0]))


def _write(stream: BinaryIO, kind: str, value: Any) -> None:
    for data in (kind.encode(), value if kind == "done" else pickle.dumps(value)):
        stream.write(HEAD.pack(len(data)))
        stream.write(data)  # not joined: a large value would be there twice
    stream.flush()
