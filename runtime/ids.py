"""Mints identifiers: ``<prefix>_<26 characters>``, sortable by time, also within one millisecond of one process."""

import os
import threading
import time

from symphainy.foundations.language.ids import PREFIXES

__all__ = ["mint"]

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80


class _Clockwork:
    """48 bits of milliseconds and 80 random bits; the random part counts on while the clock stands still or runs back."""

    def __init__(self) -> None:
        self._lock, self._pid, self._last, self._random = threading.Lock(), 0, -1, 0

    def tick(self) -> int:
        with self._lock:
            now = time.time_ns() // 1_000_000
            if now > self._last or self._pid != os.getpid():  # a forked child must not count on where its parent does
                self._pid, self._last = os.getpid(), now
                self._random = int.from_bytes(os.urandom(_RANDOM_BITS // 8), "big") >> 1  # headroom to count in
            else:
                self._random += 1
            return (self._last << _RANDOM_BITS) | self._random


_CLOCKWORK = _Clockwork()


def mint(kind: str) -> str:
    """A new id of ``kind`` (a key of ``language.ids.PREFIXES``).

    >>> from symphainy.foundations.language.ids import is_id
    >>> first, second = mint("execution"), mint("execution")
    >>> is_id(first, "execution"), first < second
    (True, True)
    """
    value, digits = _CLOCKWORK.tick(), []
    for _ in range(26):
        value, digit = divmod(value, 32)
        digits.append(_ALPHABET[digit])
    return f"{PREFIXES[kind]}_{''.join(reversed(digits))}"
