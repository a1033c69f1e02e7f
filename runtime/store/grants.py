"""Undo grants: what a permitted effectful step owes, honoured without its rights (DECISIONS.md 9)."""

from datetime import datetime

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, text, texts
from symphainy.runtime.store.unit import Repository

__all__ = ["GrantRow", "Grants"]


class GrantRow(SQLModel, table=True):
    """One grant, under the effect key of the step that owes the undo; the key stays through all generations of the step."""

    __tablename__ = "grants"
    tenant: str = key()
    effect_key: str = key()
    generation: int = big(primary_key=True)
    execution_id: str = text()
    seq: int = big()
    capability: str = text()
    arguments_digest: str = text()
    policies: list[str] = texts()
    at: datetime = instant()


_OWED = sql("""
    SELECT g.effect_key, g.capability FROM grants g WHERE g.tenant = :tenant AND g.execution_id = :execution_id AND NOT EXISTS (
        SELECT FROM journal j WHERE j.tenant = g.tenant AND j.effect_key = g.effect_key || '/undo'
        AND j.kind = 'undo' AND j.status = 'succeeded') ORDER BY g.seq DESC""")


class Grants(Repository):
    """Reading grants; ``StateSurface.commit`` writes them."""

    async def get(self, tenant: str, effect_key: str, *, tx: AsyncSession | None = None) -> GrantRow | None:
        """The newest grant under a step's effect key."""
        found = await self._some(
            GrantRow, tenant, tx, newest="generation", limit=1, tenant=tenant, effect_key=effect_key
        )
        return found[0] if found else None

    async def owed(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> list[tuple[str, str]]:
        """(effect key, undo capability) of what has not been undone, newest first."""
        async with self.within(tenant, tx) as session:
            found = await session.execute(_OWED, {"tenant": tenant, "execution_id": execution_id})
            return [(row.effect_key, row.capability) for row in found]
