"""The journal: what each execution did, append-only; and the provisional rows that history has not witnessed yet.

Only the surface's database functions write here. What becomes of a row is told by later rows: ``superseded`` and ``void``
name the effect key and generation that they end, so that a row that is written is never touched again.
"""

from datetime import datetime

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, cipher, ciphers, instant, key, maybe, text, texts, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["Journal", "JournalRow", "ProvisionalRow"]

_OUTCOME, _END = "kind IN ('step', 'undo')", "kind IN ('superseded', 'void')"


class JournalRow(SQLModel, table=True):
    """One row. ``kind``: opened, step, undo, claimed, released, superseded, void, closed, control.

    ``status`` of an outcome: succeeded, failed, refused or unknown. ``output`` and ``arguments`` are ciphertext bound to the
    effect key; ``meta`` is canonical JSON without payload; ``hash`` chains the execution's rows. ``forgotten``: both are past their
    retention and empty; the digests that the hash was made of, in their place.
    """

    __tablename__ = "journal"
    __table_args__ = (
        Index("journal_outcome", "tenant", "effect_key", "generation", unique=True, postgresql_where=sql(_OUTCOME)),
        Index("journal_end", "tenant", "effect_key", "generation", unique=True, postgresql_where=sql(_END)),
        Index(
            "journal_claim", "tenant", "effect_key", "generation", unique=True, postgresql_where=sql("kind = 'claimed'")
        ),
        Index(
            "journal_release",
            "tenant",
            "effect_key",
            "generation",
            unique=True,
            postgresql_where=sql("kind = 'released'"),
        ),
        Index(
            "journal_opened", "tenant", "effect_key", unique=True, postgresql_where=sql("kind IN ('opened', 'control')")
        ),
        Index("journal_closed", "tenant", "execution_id", unique=True, postgresql_where=sql("kind = 'closed'")),
    )
    tenant: str = key()
    execution_id: str = key()
    seq: int = big(primary_key=True)
    kind: str = text()
    effect_key: str = text()
    generation: int = big(1)
    capability: str = text()
    name: str = text()
    task: str = text()
    input_digest: str = text()
    output_digest: str = text()
    status: str = text()
    output: bytes | None = cipher()
    arguments: bytes | None = cipher()
    meta: str = text("{}")
    at: datetime = instant()
    recovered: bool = yes_no()
    hash: str = text()
    forgotten: str | None = maybe()


class ProvisionalRow(SQLModel, table=True):
    """A local row that history has not witnessed, with the events that wait for it. Gone once published or void."""

    __tablename__ = "provisional"
    tenant: str = key()
    execution_id: str = key()
    seq: int = big(primary_key=True)
    task: str = text()
    effect_key: str = text()
    generation: int = big(1)
    at: datetime = instant()
    event_ids: list[str] = texts()
    event_types: list[str] = texts()
    event_subjects: list[str] = texts()
    event_data: list[bytes] = ciphers()


_LIVE = f"""
    j.kind IN ('step', 'undo') AND NOT EXISTS (
        SELECT FROM journal e WHERE e.tenant = j.tenant AND e.effect_key = j.effect_key
        AND e.generation = j.generation AND e.{_END})"""
_STEPS = sql(
    f"SELECT j.* FROM journal j WHERE j.tenant = :tenant AND j.execution_id = :execution_id AND {_LIVE} ORDER BY j.seq"
)
_ROWS = sql("""
    SELECT * FROM journal WHERE tenant = :tenant AND (execution_id, seq) > (:execution_id, :seq)
    ORDER BY execution_id, seq LIMIT :limit""")
_CLOSINGS = sql("""
    SELECT * FROM journal WHERE tenant = :tenant AND execution_id = ANY(CAST(:executions AS text[])) AND kind = 'closed'""")


class Journal(Repository):
    """Reading the journal; writing is the surface's."""

    async def steps(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> list[JournalRow]:
        """The live outcomes of an execution, in order; provisional ones too."""
        about = {"tenant": tenant, "execution_id": execution_id}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(JournalRow).from_statement(_STEPS), about)).scalars().all())

    async def closed(self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None) -> JournalRow | None:
        """The closing row, if there is one; ``StateSurface.closed`` opens its seal."""
        found = await self._fetch(JournalRow, "surface_closed", tenant, execution_id, tx=tx)
        return found[0] if found else None

    async def closings(self, tenant: str, executions: list[str], *, tx: AsyncSession | None = None) -> list[JournalRow]:
        """The closing rows of those of these executions that have closed."""
        about = {"tenant": tenant, "executions": executions}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(JournalRow).from_statement(_CLOSINGS), about)).scalars().all())

    async def after(self, tenant: str, execution_id: str = "", seq: int = 0, limit: int = 2000) -> list[JournalRow]:
        """All rows of a tenant in order of (execution, seq), after the one named: how verify walks them."""
        about = {"tenant": tenant, "execution_id": execution_id, "seq": seq, "limit": limit}
        async with self.store.tenant(tenant) as session:
            return list((await session.execute(select(JournalRow).from_statement(_ROWS), about)).scalars().all())

    async def provisional(
        self, tenant: str, execution_id: str, *, tx: AsyncSession | None = None
    ) -> list[ProvisionalRow]:
        """Rows that history has not witnessed yet."""
        return await self._some(ProvisionalRow, tenant, tx, oldest="seq", tenant=tenant, execution_id=execution_id)
