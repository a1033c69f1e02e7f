"""Functions that the pool's tests send to a child process."""

import ctypes
import os
import sys
import time
from typing import Any

from symphainy.foundations.language.errors import Invalid


def double(number: int) -> int:
    return number * 2


def pid() -> int:
    return os.getpid()


def crash() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(0)


def blow_up() -> int:
    return len(bytearray(4 * 1024**3))


def grow() -> list[bytes]:
    kept = []
    while True:
        kept.append(bytes(1024 * 1024))


def spin() -> None:
    while True:
        pass


def spin_in_c() -> int:
    return len(str(7 ** (10**9)))


def refuse() -> None:
    raise Invalid("row 3 is no number", remedy="correct it", row=3)


def fail(text: str) -> None:
    raise ValueError(text)


def shout() -> str:
    sys.stdout.write("noise" * 10_000)
    os.write(1, b"\x00\x00more noise")
    return "heard"


def environment() -> dict[str, str]:
    return dict(os.environ)


def megabytes(count: int) -> bytes:
    return bytes(count * 1024 * 1024)


def size(data: bytes) -> int:
    return len(data)


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def nothing_to_pickle() -> Any:
    return lambda: None
