"""The Curator's catalog on its way from the workers to the front ends: signed data in the store, never code.

A worker publishes what it registered; every API reads the newest. The signature keeps whoever can write a row from teaching
the front ends capabilities that no worker has: who holds no signing key cannot publish.
"""

import hashlib
import time
from collections.abc import Callable
from datetime import timedelta

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Defect, NotFound
from symphainy.runtime.store.catalogs import CatalogRow
from symphainy.runtime.store.catalogs import Catalogs as Rows
from symphainy.runtime.store.unit import Store

__all__ = ["FRESH_FOR", "Catalogs"]

FRESH_FOR = timedelta(seconds=2)
"""How long a process trusts what it read: a new worker's capabilities are known everywhere that soon."""


class Catalogs:
    """Publish and read. ``sign`` makes a signature over bytes, ``verify`` tells whether it is ours."""

    def __init__(
        self, store: Store, clock: Clock, *, sign: Callable[[bytes], str], verify: Callable[[bytes, str], bool]
    ) -> None:
        self._rows, self._clock, self._sign, self._verify = Rows(store), clock, sign, verify
        self._held: tuple[Catalog, str] | None = None
        self._read_at = float("-inf")

    async def publish(self, catalog: Catalog, by: str) -> str:
        """Publish as process ``by``; the digest. The same catalog again only counts as seen."""
        body = catalog.model_dump_json()
        digest, now = _digest(body), self._clock.now()
        await self._rows.publish(
            CatalogRow(
                digest=digest,
                body=body,
                signature=self._sign(body.encode()),
                published_by=by,
                published_at=now,
                seen_at=now,
            )
        )
        self._read_at = float("-inf")
        return digest

    async def current(self) -> tuple[Catalog, str]:
        """The catalog published last, and its digest.

        NotFound before a worker has published one; Defect when the row is not what a worker signed.
        """
        if self._held is not None and time.monotonic() - self._read_at < FRESH_FOR.total_seconds():
            return self._held
        row = await self._rows.newest()
        if row is None:
            raise NotFound("no worker has published a catalog", code="no_catalog", remedy="start a worker")
        if self._held is None or self._held[1] != row.digest:
            if _digest(row.body) != row.digest or not self._verify(row.body.encode(), row.signature):
                raise Defect("the published catalog does not carry a worker's signature", code="catalog_forged")
            self._held = Catalog.model_validate_json(row.body), row.digest
        self._read_at = time.monotonic()
        return self._held


def _digest(body: str) -> str:
    return "sha256:" + hashlib.sha256(body.encode()).hexdigest()
