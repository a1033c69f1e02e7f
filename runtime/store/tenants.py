"""Tenants: who exists. The City Manager owns the rules."""

from datetime import datetime

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["TenantRow", "Tenants"]


class TenantRow(SQLModel, table=True):
    """One tenant. ``version`` counts changes of users, roles and policies: caches compare it."""

    __tablename__ = "tenants"
    tenant: str = key()
    title: str = text()
    state: str = text("active")
    version: int = big(1)
    created_at: datetime = instant()


_BUMP = sql("UPDATE tenants SET version = version + 1 WHERE tenant = :tenant RETURNING version")


class Tenants(Repository):
    """Statements on tenants."""

    async def add(self, row: TenantRow, *, tx: AsyncSession | None = None) -> bool:
        """Create; False when it exists."""
        return await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, *, tx: AsyncSession | None = None) -> TenantRow | None:
        """The tenant, or None."""
        return await self._one(TenantRow, tenant, tx, tenant=tenant)

    async def bump(self, tenant: str, *, tx: AsyncSession | None = None) -> int:
        """Count one change and tell the listeners of channel ``symphainy_tenant`` (payload: the tenant); the new version."""
        async with self.within(tenant, tx) as session:
            version = (await session.execute(_BUMP, {"tenant": tenant})).scalar_one_or_none()
            await session.execute(sql("SELECT pg_notify('symphainy_tenant', :tenant)"), {"tenant": tenant})
        return int(version or 0)

    async def all(self) -> list[str]:
        """The names of all tenants, as the relay sees them."""
        async with self.store.relay() as session:
            return list((await session.execute(sql("SELECT tenant FROM tenants ORDER BY tenant"))).scalars().all())
