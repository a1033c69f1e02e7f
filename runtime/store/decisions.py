"""Decisions, their chains, and the anchors over them: primary, append-only (DECISIONS.md 16)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, TextClause, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, text, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["AnchorRow", "ChainHeadRow", "DecisionRow", "Decisions"]


class DecisionRow(SQLModel, table=True):
    """One decision. ``body`` is the canonical JSON of ``language.records.Decision``, exactly as hashed.

    ``evidence`` is the hash of the journal row it governs, so that the chain covers the journal as well;
    ``hash`` = SHA-256 over the previous hash, ``seq``, ``body`` and ``evidence``.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        Index("decisions_id", "tenant", "decision_id", unique=True),
        Index("decisions_effect", "tenant", "effect_key"),
        Index("decisions_at", "tenant", "at"),
    )
    tenant: str = key()
    stream: str = key()
    seq: int = big(primary_key=True)
    decision_id: str = text()
    effect_key: str = text()
    verdict: str = text()
    action: str = text()
    resource: str = text()
    body: str = text()
    evidence: str = text()
    hash: str = text()
    at: datetime = instant()


class ChainHeadRow(SQLModel, table=True):
    """The head of one stream. ``anchored``: the length up to which an anchor has sealed it; ``counted``: it has seen the end."""

    __tablename__ = "chain_heads"
    __table_args__ = (Index("chain_heads_unsealed", "tenant", postgresql_where=sql("length > anchored")),)
    tenant: str = key()
    stream: str = key()
    length: int = big()
    head: str = text()
    closed: bool = yes_no()
    opened_at: datetime = instant()
    anchored: int = big()
    counted: bool = yes_no()


class AnchorRow(SQLModel, table=True):
    """One seal over all streams of a tenant that changed since the one before. ``body`` is canonical JSON, as hashed."""

    __tablename__ = "anchors"
    __table_args__ = (Index("anchors_unstored", "at", postgresql_where=sql("stored_at IS NULL")),)
    tenant: str = key()
    seq: int = big(primary_key=True)
    body: str = text()
    hash: str = text()
    signature: str = text()
    at: datetime = instant()
    stored_at: datetime | None = instant(optional=True)


_OF_STREAM = sql(
    "SELECT * FROM decisions WHERE tenant = :tenant AND (stream, seq) > (:stream, :seq) ORDER BY stream, seq LIMIT :limit"
)
_EFFECT = sql("SELECT * FROM decisions WHERE tenant = :tenant AND effect_key = :effect_key ORDER BY at, seq")
_PAGE = sql("""
    SELECT * FROM decisions WHERE tenant = :tenant AND at < :before AND (:verdict = '' OR verdict = :verdict)
    AND (:action = '' OR action = :action) ORDER BY at DESC, stream, seq DESC LIMIT :limit""")


class Decisions(Repository):
    """Reading decisions, heads and anchors; writing is the surface's and the relay's."""

    async def explain(self, tenant: str, effect_key: str, *, tx: AsyncSession | None = None) -> list[DecisionRow]:
        """Every decision taken about one effect."""
        return await self._read(_EFFECT, tenant, tx, effect_key=effect_key)

    async def page(
        self,
        tenant: str,
        before: datetime,
        *,
        verdict: str = "",
        action: str = "",
        limit: int = 100,
        tx: AsyncSession | None = None,
    ) -> list[DecisionRow]:
        """Newest first, of all streams; empty filters do not filter."""
        return await self._read(_PAGE, tenant, tx, before=before, verdict=verdict, action=action, limit=limit)

    async def after(self, tenant: str, stream: str = "", seq: int = 0, limit: int = 2000) -> list[DecisionRow]:
        """All decisions of a tenant in order of (stream, seq), after the one named: how verify walks them."""
        return await self._read(_OF_STREAM, tenant, None, stream=stream, seq=seq, limit=limit)

    async def heads(self, tenant: str, *, tx: AsyncSession | None = None) -> list[ChainHeadRow]:
        """The heads of all streams."""
        return await self._some(ChainHeadRow, tenant, tx, oldest="stream", tenant=tenant)

    async def anchors(self, tenant: str, *, tx: AsyncSession | None = None) -> list[AnchorRow]:
        """All anchors, first first."""
        return await self._some(AnchorRow, tenant, tx, oldest="seq", tenant=tenant)

    async def _read(
        self, statement: TextClause, tenant: str, tx: AsyncSession | None, **about: Any
    ) -> list[DecisionRow]:
        async with self.within(tenant, tx) as session:
            found = await session.execute(select(DecisionRow).from_statement(statement), {"tenant": tenant, **about})
            return list(found.scalars().all())
