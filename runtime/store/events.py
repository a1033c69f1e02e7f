"""The outbox: every event a client may see, numbered per execution at the moment it is published."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from symphainy.runtime.store.columns import SQLModel, big, cipher, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["EventRow", "Events", "Outgoing"]


class EventRow(SQLModel, table=True):
    """One event. ``data`` is ciphertext; ``position`` only orders the relay's reading, it may have gaps."""

    __tablename__ = "events"
    __table_args__ = (
        Index("events_id", "tenant", "id", unique=True),
        Index("events_unpublished", "position", postgresql_where=sql("published_at IS NULL")),
    )
    tenant: str = key()
    execution_id: str = key()
    epoch: int = big(primary_key=True)
    seq: int = big(primary_key=True)
    id: str = text()
    type: str = text()
    subject: str = text()
    data: bytes | None = cipher()
    at: datetime = instant()
    journal_seq: int = big()
    position: int | None = Field(
        default=None, sa_type=BigInteger, nullable=False, sa_column_args=(Identity(always=True),)
    )
    published_at: datetime | None = instant(optional=True)


@dataclass(frozen=True)
class Outgoing:
    """The envelope that the relay sees: who reads the stream fetches the data from ``StateSurface.events``."""

    tenant: str
    execution_id: str
    epoch: int
    seq: int
    id: str
    type: str
    subject: str
    at: datetime


_WAITING = sql("SELECT * FROM outbox_waiting(:limit)")
_PUBLISHED = sql("""
    UPDATE events e SET published_at = :at FROM unnest(CAST(:tenants AS text[]), CAST(:ids AS text[])) AS done (tenant, id)
    WHERE e.tenant = done.tenant AND e.id = done.id AND e.published_at IS NULL""")
_BACKLOG = sql("SELECT count(*), min(at) FROM events WHERE published_at IS NULL")


class Events(Repository):
    """What the relay does with the outbox. Within one execution the order is that of ``seq``.

    One relay at a time. Reading goes by ``published_at IS NULL``, never by "id > last"
    (commit order is not id order, DECISIONS.md 28). ``LISTEN symphainy_outbox`` wakes it up.
    """

    async def waiting(self, tx: AsyncSession, limit: int = 500) -> list[Outgoing] | None:
        """The oldest envelopes that have not gone out, of all tenants; ``tx`` is ``store.relay()``, which then is the one that
        publishes. None: another relay is at it.
        """
        rows = (await tx.execute(_WAITING, {"limit": limit})).all()
        return [Outgoing(*row) for row in rows if row.id is not None] if rows else None

    async def published(self, tx: AsyncSession, gone: list[Outgoing], at: datetime) -> None:
        """These went out."""
        if gone:
            about = {"tenants": [e.tenant for e in gone], "ids": [e.id for e in gone], "at": at}
            await tx.execute(_PUBLISHED, about)

    async def one(self, tenant: str, event_id: str) -> EventRow | None:
        """One event of a tenant, with its ciphertext."""
        return await self._one(EventRow, tenant, None, tenant=tenant, id=event_id)

    async def backlog(self) -> tuple[int, datetime | None]:
        """How many events wait, and since when the oldest does."""
        async with self.store.relay() as session:
            count, oldest = (await session.execute(_BACKLOG)).one()
            return int(count), oldest
