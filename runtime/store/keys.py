"""Keys: tenants' data keys and the platform's signing keys, wrapped by the master key. Data Steward and Security Guard own the rules."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, cipher, instant, key, maybe, text
from symphainy.runtime.store.unit import Repository

__all__ = ["KeyRow", "Keys"]


class KeyRow(SQLModel, table=True):
    """One key. ``purpose``: ``data``, ``execution``, ``subject``, ``signing``; ``subject`` names whose. Destroying wipes ``wrapped``.

    The platform's own keys have the tenant ``*``.
    """

    __tablename__ = "keys"
    __table_args__ = (
        Index("keys_active", "tenant", "purpose", "subject", unique=True, postgresql_where=sql("retired_at IS NULL")),
    )
    tenant: str = key()
    key_id: str = key()
    purpose: str = text("data")
    subject: str = text()
    wrapped: bytes | None = cipher()
    wrapped_by: str | None = maybe()
    created_at: datetime = instant()
    retired_at: datetime | None = instant(optional=True)
    destroyed_at: datetime | None = instant(optional=True)


_SEALED_WITH = sql("""
    SELECT substring(start FROM 1 FOR 64) FROM intents
    WHERE tenant = :tenant AND execution_id = :execution AND start IS NOT NULL LIMIT 1""")


class Keys(Repository):
    """Statements on keys."""

    async def add(self, row: KeyRow, *, tx: AsyncSession | None = None) -> bool:
        """Create; False when another active key of this purpose and subject won the race: read ``active`` again."""
        return await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, key_id: str, *, tx: AsyncSession | None = None) -> KeyRow | None:
        """One key, active or retired."""
        return await self._one(KeyRow, tenant, tx, tenant=tenant, key_id=key_id)

    async def active(
        self, tenant: str, purpose: str = "data", subject: str = "", *, tx: AsyncSession | None = None
    ) -> KeyRow | None:
        """The key that new values are sealed with."""
        return await self._one(KeyRow, tenant, tx, tenant=tenant, purpose=purpose, subject=subject, retired_at=None)

    async def all(self, tenant: str, purpose: str = "data", *, tx: AsyncSession | None = None) -> list[KeyRow]:
        """All keys of a purpose, oldest first: retired ones still open old values."""
        return await self._some(KeyRow, tenant, tx, oldest="created_at", tenant=tenant, purpose=purpose)

    async def of_run(self, tenant: str, execution: str, *, tx: AsyncSession | None = None) -> str:
        """The id of the key that a run's start is sealed with (it stands in the sealed bytes, in clear); empty for an unknown run."""
        async with self.within(tenant, tx) as session:
            head = await session.scalar(_SEALED_WITH, {"tenant": tenant, "execution": execution})
        return bytes(head[3 : 3 + head[2]]).decode("ascii", "replace") if head is not None and len(head) > 3 else ""

    async def of_subject(self, tenant: str, subject: str, *, tx: AsyncSession | None = None) -> list[KeyRow]:
        """All keys that a data subject has had, destroyed ones included, oldest first."""
        return await self._some(
            KeyRow, tenant, tx, oldest="created_at", tenant=tenant, purpose="subject", subject=subject
        )

    async def retire(self, tenant: str, key_id: str, at: datetime, *, tx: AsyncSession | None = None) -> None:
        """Seal nothing new with it."""
        await self._change(KeyRow, tenant, tx, {"retired_at": at}, tenant=tenant, key_id=key_id, retired_at=None)

    async def destroy(self, tenant: str, key_id: str, at: datetime, *, tx: AsyncSession | None = None) -> None:
        """Wipe it: what it sealed is gone for good."""
        values = {"wrapped": None, "destroyed_at": at, "retired_at": at}
        await self._change(KeyRow, tenant, tx, values, tenant=tenant, key_id=key_id)
