"""Uploads: what was streamed to the object store, by whom."""

from datetime import datetime

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["UploadRow", "Uploads"]


class UploadRow(SQLModel, table=True):
    """One upload. ``state``: receiving, stored, failed. ``object_key`` is relative to the tenant's area."""

    __tablename__ = "uploads"
    tenant: str = key()
    upload_id: str = key()
    principal: str = text()
    session_id: str | None = maybe()
    name: str = text()
    media_type: str = text()
    size: int = big()
    sha256: str = text()
    object_key: str = text()
    state: str = text("receiving")
    created_at: datetime = instant()
    stored_at: datetime | None = instant(optional=True)


_USED = sql("""
    SELECT coalesce(sum(size), 0)
    FROM (SELECT DISTINCT sha256, size FROM uploads WHERE tenant = :tenant AND state = 'stored') AS kept""")


class Uploads(Repository):
    """Statements on uploads."""

    async def add(self, row: UploadRow, *, tx: AsyncSession | None = None) -> None:
        """An upload begins."""
        await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, upload_id: str, *, tx: AsyncSession | None = None) -> UploadRow | None:
        """One upload."""
        return await self._one(UploadRow, tenant, tx, tenant=tenant, upload_id=upload_id)

    async def stored(
        self,
        tenant: str,
        upload_id: str,
        *,
        sha256: str,
        size: int,
        object_key: str,
        at: datetime,
        tx: AsyncSession | None = None,
    ) -> bool:
        """Its bytes are all there."""
        values = {"state": "stored", "sha256": sha256, "size": size, "object_key": object_key, "stored_at": at}
        return bool(
            await self._change(UploadRow, tenant, tx, values, tenant=tenant, upload_id=upload_id, state="receiving")
        )

    async def used(self, tenant: str, *, tx: AsyncSession | None = None) -> int:
        """Bytes that the tenant's uploads take: those that are stored, each content once."""
        async with self.within(tenant, tx) as session:
            return int((await session.execute(_USED, {"tenant": tenant})).scalar_one())

    async def failed(self, tenant: str, upload_id: str, *, tx: AsyncSession | None = None) -> None:
        """It broke off."""
        await self._change(
            UploadRow, tenant, tx, {"state": "failed"}, tenant=tenant, upload_id=upload_id, state="receiving"
        )
