"""Definitions and plans: immutable. A version, once there, means one digest for ever (ARCHITECTURE 6)."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["DefinitionRow", "Definitions", "PlanRow"]


class PlanRow(SQLModel, table=True):
    """One linked plan. ``body`` is JSON as text: the order of its tasks is meaning."""

    __tablename__ = "plans"
    tenant: str = key()
    digest: str = key()
    definition: str = text()
    body: str = text()
    created_at: datetime = instant()


class DefinitionRow(SQLModel, table=True):
    """One registered version of a definition: its source and the digest of its plan."""

    __tablename__ = "definitions"
    __table_args__ = (Index("definitions_digest", "tenant", "plan_digest"),)
    tenant: str = key()
    namespace: str = key()
    name: str = key()
    version: str = key()
    plan_digest: str = text()
    source: str = text()
    media_type: str = text("application/yaml")
    created_by: str = text()
    created_at: datetime = instant()


class Definitions(Repository):
    """Statements on definitions and plans."""

    async def add_plan(self, row: PlanRow, *, tx: AsyncSession | None = None) -> bool:
        """Keep a plan; False when it is kept already."""
        return await self._add(row, row.tenant, tx)

    async def plan(self, tenant: str, digest: str, *, tx: AsyncSession | None = None) -> PlanRow | None:
        """By digest."""
        return await self._one(PlanRow, tenant, tx, tenant=tenant, digest=digest)

    async def register(self, row: DefinitionRow, *, tx: AsyncSession | None = None) -> tuple[DefinitionRow, bool]:
        """Register a version: the row that stands, and whether it is this one. Another ``plan_digest`` there is a conflict."""
        async with self.within(row.tenant, tx) as session:
            if await self._add(row, row.tenant, session):
                return row, True
            standing = await self.get(row.tenant, row.namespace, row.name, row.version, tx=session)
            return standing or row, False

    async def get(
        self, tenant: str, namespace: str, name: str, version: str, *, tx: AsyncSession | None = None
    ) -> DefinitionRow | None:
        """One version."""
        found = await self._fetch(DefinitionRow, "surface_definition", tenant, namespace, name, version, tx=tx)
        return found[0] if found else None

    async def all(self, tenant: str, *, limit: int = 500, tx: AsyncSession | None = None) -> list[DefinitionRow]:
        """All versions, newest first."""
        return await self._some(DefinitionRow, tenant, tx, newest="created_at", limit=limit, tenant=tenant)

    async def versions(
        self, tenant: str, namespace: str, name: str, *, tx: AsyncSession | None = None
    ) -> list[DefinitionRow]:
        """All versions of one definition, newest first."""
        return await self._some(
            DefinitionRow, tenant, tx, newest="created_at", tenant=tenant, namespace=namespace, name=name
        )
