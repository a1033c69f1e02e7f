"""Anchors into the object store: sealed every second, each written once, where whoever can rewrite tables cannot follow."""

import logging
from collections.abc import Callable

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Conflict
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.anchors import object_key, seal_anchors, spell
from symphainy.runtime.store.anchoring import Anchoring
from symphainy.runtime.store.unit import Store

__all__ = ["Sealing"]

_log = logging.getLogger("symphainy.relay")


class Sealing:
    """Seals, and stores what is sealed. ``sign`` gives a signature, as text, over an anchor's hash."""

    def __init__(self, store: Store, objects: Objects, sign: Callable[[bytes], str], clock: Clock) -> None:
        self._store, self._objects, self._sign, self._clock = store, objects, sign, clock

    async def once(self) -> int:
        """Seal what has changed and store every anchor that is not stored yet; how many were stored."""
        await seal_anchors(self._store, self._sign, self._clock)
        async with self._store.relay() as tx:
            waiting = await Anchoring(tx).unstored()
        stored = 0
        for row in waiting:
            key, body = f"{row.tenant}/{object_key(row)}", spell(row)
            try:
                await self._objects.put(key, body, create_only=True)
            except Conflict:
                if await self._objects.get(key) != body:
                    # Another anchor has this number: the tables were rewritten. It stays unstored; verify names it.
                    _log.error("anchor_differs", extra={"tenant": row.tenant, "anchor": row.seq})
                    continue
            async with self._store.relay() as tx:
                await Anchoring(tx).stored(row, self._clock.now())
            stored += 1
        return stored
