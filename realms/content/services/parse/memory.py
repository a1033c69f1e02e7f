"""How much memory one file may take: a share that grows with its size, so that a small file cannot ask for all there is."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

FLOOR: Final = 160 * 2**20
"""Bytes for the smallest file: the readers' own tables and one page drawn for recognition."""
SHARE: Final = 10
"""Bytes for each byte of the file: text takes four of them, its cells and their lines the rest."""


@contextmanager
def bounded(path: str) -> Iterator[None]:
    """Within, asking for more memory than the file's share is a MemoryError; what the process had before does not count."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _held() + FLOOR + SHARE * Path(path).stat().st_size
    lowest = min((value for value in (limit, soft, hard) if value != resource.RLIM_INFINITY), default=limit)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (lowest, hard))
    except (OSError, ValueError):  # a system without this limit: the pool's own still holds
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _held() -> int:
    """Bytes of address space that this process has now; a large guess where nobody says."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 2**32
