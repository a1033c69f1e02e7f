"""What the relay reads and writes to seal the chains of all tenants: see ``runtime.anchors``."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.decisions import AnchorRow, ChainHeadRow

__all__ = ["Anchoring"]

_LEAD = sql("SELECT pg_try_advisory_xact_lock(hashtext('symphainy_anchors'))")
_CHANGED = sql("SELECT * FROM chain_heads WHERE length > anchored ORDER BY tenant, stream LIMIT :limit")
_LAST = sql("""
    SELECT DISTINCT ON (tenant) * FROM anchors WHERE tenant = ANY(CAST(:tenants AS text[])) ORDER BY tenant, seq DESC""")
_ADD = sql("""
    INSERT INTO anchors (tenant, seq, body, hash, signature, at) VALUES (:tenant, :seq, :body, :hash, :signature, :at)""")
_SEALED = sql("""
    UPDATE chain_heads h SET anchored = s.length, counted = s.closed
    FROM unnest(CAST(:tenants AS text[]), CAST(:streams AS text[]), CAST(:lengths AS bigint[]), CAST(:closed AS boolean[]))
         AS s (tenant, stream, length, closed)
    WHERE h.tenant = s.tenant AND h.stream = s.stream""")
_UNSTORED = sql("SELECT * FROM anchors WHERE stored_at IS NULL ORDER BY tenant, seq LIMIT :limit")
_STORED = sql("UPDATE anchors SET stored_at = :at WHERE tenant = :tenant AND seq = :seq")


class Anchoring:
    """Statements of one relay transaction (``store.relay()``)."""

    def __init__(self, tx: AsyncSession) -> None:
        self.tx = tx

    async def lead(self) -> bool:
        """Whether this transaction is the one that seals now."""
        return bool((await self.tx.execute(_LEAD)).scalar_one())

    async def changed(self, limit: int) -> Sequence[ChainHeadRow]:
        """Heads that have grown since they were last sealed, by tenant and stream."""
        return (await self.tx.execute(select(ChainHeadRow).from_statement(_CHANGED), {"limit": limit})).scalars().all()

    async def last(self, tenants: Sequence[str]) -> dict[str, AnchorRow]:
        """The newest anchor of each tenant that has one."""
        found = await self.tx.execute(select(AnchorRow).from_statement(_LAST), {"tenants": list(tenants)})
        return {row.tenant: row for row in found.scalars().all()}

    async def add(self, rows: Sequence[AnchorRow], heads: Sequence[ChainHeadRow]) -> None:
        """Write anchors, and note up to where each head is sealed."""
        await self.tx.execute(_ADD, [row.model_dump(exclude={"stored_at"}) for row in rows])
        about = {
            "tenants": [h.tenant for h in heads], "streams": [h.stream for h in heads], "lengths": [h.length for h in heads],
            "closed": [h.closed for h in heads],
        }  # fmt: skip
        await self.tx.execute(_SEALED, about)

    async def unstored(self, limit: int = 500) -> Sequence[AnchorRow]:
        """Anchors that are not in the object store yet, oldest first."""
        return (await self.tx.execute(select(AnchorRow).from_statement(_UNSTORED), {"limit": limit})).scalars().all()

    async def stored(self, row: AnchorRow, at: datetime) -> None:
        """It is in the object store now."""
        await self.tx.execute(_STORED, {"tenant": row.tenant, "seq": row.seq, "at": at})
