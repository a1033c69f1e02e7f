"""Objects: bytes under keys, for what is too large for a row. Keys are ``<tenant>/<key>``."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from symphainy.foundations.language.errors import Invalid

_SEGMENT = re.compile(r"^(?!\.{1,2}$)[A-Za-z0-9._:=@+,-]{1,200}$")
_LONGEST = 700  # S3 ends at 1,024 bytes; leaves room for a prefix


@dataclass(frozen=True)
class Stored:
    """What was written: its size in bytes and its SHA-256, counted while it went by."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Stat:
    """What is there."""

    key: str
    size: int
    modified: datetime


class Objects(Protocol):
    """An object store. All methods raise Unavailable when it cannot be reached, NotFound when there is no such key."""

    async def put(
        self, key: str, data: bytes | AsyncIterator[bytes], *, create_only: bool = False, max_size: int | None = None
    ) -> Stored:
        """Write all of ``data`` or nothing, in constant memory for an iterator.

        Conflict when ``create_only`` and the key is taken; TooLarge when more than ``max_size`` bytes come.
        """
        ...

    async def get(self, key: str) -> bytes:
        """The whole object; for small ones."""
        ...

    def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from ``start`` to before ``end``, piece by piece; NotFound at the first piece."""
        ...

    async def stat(self, key: str) -> Stat:
        """Size and time of the last change."""
        ...

    def list(self, prefix: str) -> AsyncIterator[Stat]:
        """Every object below the folder ``prefix``, in no particular order."""
        ...

    async def rename(self, source: str, target: str) -> None:
        """Give an object another key; what had that key is replaced."""
        ...

    async def delete(self, key: str) -> None:
        """Remove an object; it is no error when there is none."""
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless the store answers."""
        ...


def check_key(key: str) -> str:
    """The key itself when it is ``<tenant>/<key>`` of harmless characters; Invalid otherwise.

    >>> check_key("acme/artifacts/00ff")
    'acme/artifacts/00ff'
    """
    parts = key.split("/")
    if len(key) > _LONGEST or len(parts) < 2 or not all(_SEGMENT.match(part) for part in parts):
        raise Invalid(
            "an object key is <tenant>/<name>[/<name>…] of letters, digits and ._:=@+,- (at most 700 characters)"
        )
    return key


def check_prefix(prefix: str) -> str:
    """The prefix without its last slash; at least the tenant, so that no listing crosses tenants.

    >>> check_prefix("acme/")
    'acme'
    """
    bare = prefix.removesuffix("/")
    if not all(_SEGMENT.match(part) for part in bare.split("/")):
        raise Invalid("a prefix is <tenant>[/<name>…]")
    return bare
