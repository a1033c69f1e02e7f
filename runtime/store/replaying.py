"""Decisions as a policy simulation reads them: the newest of a tenant, page by page, nothing but what was decided."""

from datetime import datetime

from sqlalchemy import select

from symphainy.runtime.store.decisions import DecisionRow
from symphainy.runtime.store.unit import Repository

__all__ = ["RecentDecisions"]


class RecentDecisions(Repository):
    """Reading only."""

    async def newest(self, tenant: str, since: datetime, *, limit: int = 10_000) -> list[DecisionRow]:
        """The newest ``limit`` decisions since an instant, newest first."""
        statement = (
            select(DecisionRow)
            .where(DecisionRow.__table__.c.tenant == tenant, DecisionRow.__table__.c.at >= since)  # type: ignore[attr-defined]
            .order_by(DecisionRow.__table__.c.at.desc(), DecisionRow.__table__.c.seq.desc())  # type: ignore[attr-defined]
            .limit(limit)
        )
        async with self.within(tenant, None) as session:
            return list((await session.execute(statement)).scalars().all())
