"""Subscriptions by type and subject, and the feed that they read: the tenant's events in the order of their transactions."""

from datetime import datetime

from sqlalchemy import text as sql

from symphainy.runtime.store.columns import SQLModel, instant, key, text, texts, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["FeedRow", "SubscriptionRow", "Subscriptions"]


class SubscriptionRow(SQLModel, table=True):
    """Who listens to what. ``mine``: to events of the principal's own executions only."""

    __tablename__ = "subscriptions"
    tenant: str = key()
    subscription_id: str = key()
    principal: str = text()
    types: list[str] = texts()
    subject: str = text()
    mine: bool = yes_no(True)
    created_at: datetime = instant()


class FeedRow(SQLModel):
    """One event of the feed; ``data`` is ciphertext. (tx, position) is its place."""

    tx: int
    position: int
    id: str
    execution_id: str
    type: str
    subject: str
    at: datetime
    data: bytes | None


_FEED = sql("""
    SELECT v.tx, v.position, v.id, v.execution_id, v.type, v.subject, v.at, v.data FROM events v
    WHERE v.tenant = :tenant AND (v.tx, v.position) > (:tx, :position)
    AND v.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    AND type_fits(v.type, CAST(:types AS text[])) AND (:subject = '' OR v.subject = :subject)
    AND (:principal = '' OR EXISTS (SELECT FROM executions e WHERE e.tenant = v.tenant AND e.execution_id = v.execution_id
                                    AND e.principal = :principal))
    ORDER BY v.tx, v.position LIMIT :limit""")
_END = sql(
    "SELECT coalesce(max(tx), 0) FROM events WHERE tenant = :tenant AND tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
)


class Subscriptions(Repository):
    """Statements on subscriptions."""

    async def add(self, row: SubscriptionRow) -> None:
        """Keep one."""
        await self._add(row, row.tenant, None)

    async def get(self, tenant: str, subscription_id: str) -> SubscriptionRow | None:
        """One."""
        return await self._one(SubscriptionRow, tenant, None, tenant=tenant, subscription_id=subscription_id)

    async def of(self, tenant: str, principal: str) -> list[SubscriptionRow]:
        """A principal's own, oldest first."""
        return await self._some(
            SubscriptionRow, tenant, None, oldest="created_at", tenant=tenant, principal=principal, limit=200
        )

    async def drop(self, tenant: str, subscription_id: str) -> bool:
        """Forget one."""
        return bool(await self._drop(SubscriptionRow, tenant, None, tenant=tenant, subscription_id=subscription_id))

    async def feed(self, row: SubscriptionRow, after: tuple[int, int], limit: int) -> list[FeedRow]:
        """What a subscription has behind a place, in order."""
        about = {
            "tenant": row.tenant, "tx": after[0], "position": after[1], "types": row.types, "subject": row.subject,
            "principal": row.principal if row.mine else "", "limit": limit,
        }  # fmt: skip
        async with self.within(row.tenant, None) as session:
            return [FeedRow(**found._mapping) for found in await session.execute(_FEED, about)]

    async def end(self, tenant: str) -> int:
        """The transaction behind which only what is new comes."""
        async with self.within(tenant, None) as session:
            return int((await session.execute(_END, {"tenant": tenant})).scalar_one())
