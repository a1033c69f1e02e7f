"""Large payloads: stored once in objects, sealed, and named by content; Temporal's history holds the name (DECISIONS.md 21).

``plans/<digest>`` for plans, which thousands of runs share, ``payloads/<run>/<hmac>`` for everything else: it goes with its run
(``payloads/<hmac>`` where none is named, and in histories from before). A process remembers
what it has hydrated, so that a replay needs no extra event and, mostly, no extra read.
"""

from collections import OrderedDict
from typing import Literal, Protocol

import zstandard

from symphainy.foundations.language.errors import Conflict, Defect, NotFound
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.data_steward.subjects import root_of

__all__ = ["Blobs", "ObjectStore"]

Kind = Literal["plans", "payloads"]
HELD = 64 * 1024 * 1024
"""Bytes of hydrated blobs that a process remembers: hundreds of plans, or sixty of the largest payloads."""
LARGEST = 32 * 1024 * 1024
"""Bytes that a blob may have once it is unpacked; more is no plan of ours."""


class ObjectStore(Protocol):
    """The part of ``public_works.abstractions.objects.Objects`` that is needed here; ``Opened`` by key ``<tenant>/<key>``."""

    async def put(self, key: str, data: bytes, *, create_only: bool = False) -> object:
        """Write; Conflict when ``create_only`` and the key is taken."""
        ...

    async def get(self, key: str) -> bytes:
        """The whole object; NotFound."""
        ...


class Blobs:
    """Puts bytes away under a name made of their content, and brings them back."""

    def __init__(self, keys: KeyRing, objects: ObjectStore) -> None:
        self._keys, self._objects = keys, objects
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    async def put(self, tenant: str, kind: Kind, data: bytes, execution: str = "") -> str:
        """Store (once); the name, relative to the tenant's area. A run's is sealed, and named, with the run's own key."""
        sealer = await self._keys.of(tenant, execution)
        folder = f"{kind}/{root_of(execution)}" if execution else kind
        name = f"{folder}/{sealer.digest(tenant, data)}"
        where = f"{tenant}/{name}"
        if where not in self._held:
            packed = zstandard.ZstdCompressor(level=3).compress(data)
            try:
                await self._objects.put(where, sealer.seal(tenant, packed, context=name.encode()), create_only=True)
            except Conflict:
                pass  # the same content is there already
            self._remember(where, data)
        return name

    async def get(self, tenant: str, name: str) -> bytes:
        """The bytes; the seal binds them to their name; Defect when they are gone or altered."""
        where = f"{tenant}/{name}"
        if (held := self._held.get(where)) is not None:
            self._held.move_to_end(where)
            return held
        await self._keys.prepare(tenant)
        try:
            sealed = await self._objects.get(where)
        except NotFound as error:
            raise Defect(
                f"The offloaded payload {name} is gone from the object store.", remedy="Restore it from a backup."
            ) from error
        sealer = await self._keys.of(tenant, "", sealed)
        packed = sealer.unseal(tenant, sealed, context=name.encode())
        data = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
        self._remember(where, data)
        return data

    def _remember(self, where: str, data: bytes) -> None:
        self._held[where] = data
        self._size += len(data)
        while self._size > HELD and len(self._held) > 1:
            self._size -= len(self._held.popitem(last=False)[1])
