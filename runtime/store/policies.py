"""Policy bundles, switches and maintenance; City Manager owns the rules. Rows of tenant ``*`` are the installation's: all may read them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, text, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["BundleChangeRow", "BundleRow", "MaintenanceRow", "Policies", "SwitchRow"]


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


class BundleChangeRow(SQLModel, table=True):
    """Which bundle came into force when: append-only, the row with the greatest ``seq`` is in force.

    ``kind`` is ``apply`` or ``roll_back``; an empty digest means the shipped policy alone. ``signature`` is over tenant, seq and digest.
    """

    __tablename__ = "bundle_changes"
    tenant: str = key()
    seq: int = big(primary_key=True)
    digest: str = text()
    kind: str = text("apply")
    signature: str = text()
    changed_by: str = text()
    changed_at: datetime = instant()


class MaintenanceRow(SQLModel, table=True):
    """Whether a tenant (``*``: everybody) is under maintenance, why, and who said so."""

    __tablename__ = "maintenance"
    tenant: str = key()
    closed: bool = yes_no()
    reason: str = text()
    changed_by: str = text()
    changed_at: datetime = instant()


_CLOSED = sql("SELECT * FROM maintenance WHERE tenant IN ('*', :tenant) AND closed")
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

    async def change_bundle(self, row: BundleChangeRow, *, tx: AsyncSession | None = None) -> bool:
        """Bring a bundle into force; False when somebody else has taken this ``seq``."""
        return await self._add(row, row.tenant, tx)

    async def bundle_changes(
        self, tenant: str, *, limit: int = 50, tx: AsyncSession | None = None
    ) -> list[BundleChangeRow]:
        """What was in force, newest first; the first one is. Also readable for ``*``, by everyone."""
        return await self._some(BundleChangeRow, tenant, tx, newest="seq", limit=limit, tenant=tenant)

    async def maintain(self, row: MaintenanceRow, *, tx: AsyncSession | None = None) -> None:
        """Begin or end maintenance."""
        await self._put(row, row.tenant, tx)

    async def closed(self, tenant: str, *, tx: AsyncSession | None = None) -> list[MaintenanceRow]:
        """Maintenance that concerns a tenant: its own, and everybody's."""
        async with self.within(tenant, tx) as session:
            found = await session.execute(select(MaintenanceRow).from_statement(_CLOSED), {"tenant": tenant})
            return list(found.scalars().all())
