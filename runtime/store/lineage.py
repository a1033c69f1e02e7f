"""Lineage edges: what came from what. Append-only; edges of void steps are left out when read."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.language.records import Edge
from symphainy.runtime.store.columns import SQLModel, big, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["EdgeRow", "Lineage"]


class EdgeRow(SQLModel, table=True):
    """One edge: ``target`` came from ``source``, found out by the journal row ``seq`` of the execution."""

    __tablename__ = "lineage"
    __table_args__ = (Index("lineage_source", "tenant", "source"), Index("lineage_target", "tenant", "target"))
    tenant: str = key()
    execution_id: str = key()
    seq: int = big(primary_key=True)
    ordinal: int = big(primary_key=True)
    source: str = text()
    target: str = text()
    relation: str = text("derived-from")
    at: datetime = instant()


_LIVE = """NOT EXISTS (
    SELECT FROM journal j JOIN journal x ON x.tenant = j.tenant AND x.effect_key = j.effect_key AND x.generation = j.generation
    WHERE j.tenant = l.tenant AND j.execution_id = l.execution_id AND j.seq = l.seq AND x.kind IN ('superseded', 'void'))"""


def _walk(known: str, new: str) -> str:
    return f"""
    WITH RECURSIVE walk (node, depth) AS (
        SELECT CAST(:node AS text), 0
        UNION SELECT l.{new}, w.depth + 1 FROM walk w JOIN lineage l ON l.tenant = :tenant AND l.{known} = w.node
        WHERE w.depth < :depth AND {_LIVE})
    SELECT DISTINCT l.source, l.target, l.relation FROM lineage l
    WHERE l.tenant = :tenant AND l.{known} IN (SELECT node FROM walk WHERE depth < :depth) AND {_LIVE} LIMIT :limit"""


_UP, _DOWN = sql(_walk("target", "source")), sql(_walk("source", "target"))


class Lineage(Repository):
    """Walking the graph by recursive SQL."""

    async def walk(
        self,
        tenant: str,
        node: str,
        *,
        up: bool = True,
        depth: int = 20,
        limit: int = 2000,
        tx: AsyncSession | None = None,
    ) -> list[Edge]:
        """The edges that lead to ``node`` (``up``: where it came from) or away from it; cycles end the walk."""
        about = {"tenant": tenant, "node": node, "depth": depth, "limit": limit}
        async with self.within(tenant, tx) as session:
            return [Edge(**row._mapping) for row in await session.execute(_UP if up else _DOWN, about)]
