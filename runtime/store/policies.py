"""Policy bundles and switches. City Manager owns the rules. Rows of tenant ``*`` hold for the installation, all may read them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["BundleRow", "Policies", "SwitchRow"]


class BundleRow(SQLModel, table=True):
    """One bundle of policies, by digest, immutable. ``body`` is JSON text (file name → text)."""

    __tablename__ = "policy_bundles"
    tenant: str = key()
    digest: str = key()
    body: str = text()
    created_by: str = text()
    created_at: datetime = instant()


class SwitchRow(SQLModel, table=True):
    """One switch: ``off``, ``observe`` or ``enforce``; ``solution`` is empty where it holds for all of the tenant's."""

    __tablename__ = "switches"
    tenant: str = key()
    solution: str = key()
    name: str = key()
    value: str = text("observe")
    changed_by: str = text()
    changed_at: datetime = instant()


_SWITCHES = sql("SELECT * FROM switches WHERE tenant IN ('*', :tenant) ORDER BY tenant, solution, name")


class Policies(Repository):
    """Statements on bundles and switches."""

    async def add_bundle(self, row: BundleRow, *, tx: AsyncSession | None = None) -> bool:
        """Keep a bundle; False when it is kept already."""
        return await self._add(row, row.tenant, tx)

    async def bundle(self, tenant: str, digest: str, *, tx: AsyncSession | None = None) -> BundleRow | None:
        """By digest: the tenant's own, or the installation's."""
        own = await self._one(BundleRow, tenant, tx, tenant=tenant, digest=digest)
        return own or await self._one(BundleRow, tenant, tx, tenant="*", digest=digest)

    async def newest(self, tenant: str, *, tx: AsyncSession | None = None) -> BundleRow | None:
        """The tenant's newest bundle."""
        found = await self._some(BundleRow, tenant, tx, newest="created_at", limit=1, tenant=tenant)
        return found[0] if found else None

    async def switch(self, row: SwitchRow, *, tx: AsyncSession | None = None) -> None:
        """Set a switch."""
        await self._put(row, row.tenant, tx)

    async def switches(self, tenant: str, *, tx: AsyncSession | None = None) -> list[SwitchRow]:
        """The installation's switches first, then the tenant's own: later ones win."""
        async with self.within(tenant, tx) as session:
            return list(
                (await session.execute(select(SwitchRow).from_statement(_SWITCHES), {"tenant": tenant})).scalars().all()
            )
