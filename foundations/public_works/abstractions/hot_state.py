"""Hot state: small values that may be lost at any time (caches, counters, short locks). Never the truth."""

import re
from datetime import timedelta
from typing import Protocol

from symphainy.foundations.language.errors import Invalid

_KEY = re.compile(r"^[a-z0-9][a-z0-9:-]{0,126}/[\x21-\x7e]{1,400}$")


class HotState(Protocol):
    """Key and value over a server that several processes share. Keys are ``<tenant>/<name>``.

    All methods raise Unavailable when the server cannot be reached, and Invalid for a key without a tenant.
    """

    url: str
    """Where the server is, for libraries that bring their own connection. Holds a password where there is one."""

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none (any more)."""
        ...

    async def set(self, key: str, value: bytes, *, ttl: timedelta | None = None, only_new: bool = False) -> bool:
        """Set a value for a time. With ``only_new`` nothing is replaced; the answer says whether it was set."""
        ...

    async def incr(self, key: str, by: int = 1, *, ttl: timedelta | None = None) -> int:
        """Add to a counter, atomically. The time to live counts from the counter's first increment."""
        ...

    async def cas(self, key: str, expected: bytes | None, value: bytes, *, ttl: timedelta | None = None) -> bool:
        """Set the value if it still is ``expected`` (None: absent), atomically; the answer says whether it was."""
        ...

    async def delete(self, key: str) -> bool:
        """Remove a key; whether it was there."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless the server answers."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


def check_hot_key(key: str) -> str:
    """The key when it names its tenant; Invalid otherwise.

    >>> check_hot_key("acme/session/ses_1")
    'acme/session/ses_1'
    """
    if not _KEY.match(key):
        raise Invalid("a key is <tenant>/<name> in printable ASCII, at most 400 characters after the tenant")
    return key
