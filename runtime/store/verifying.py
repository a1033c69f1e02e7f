"""Reading everything in order, page by page: for verify, which keeps little in memory."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import TextClause, select
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from symphainy.runtime.store.decisions import DecisionRow
from symphainy.runtime.store.executions import ExecutionRow
from symphainy.runtime.store.journal import JournalRow
from symphainy.runtime.store.unit import Repository

__all__ = ["Verifying"]

M = TypeVar("M", bound=SQLModel)

_PAGE = 2000
_JOURNAL = sql("""
    SELECT * FROM journal WHERE tenant = :tenant AND (execution_id, seq) > (:execution_id, :seq)
    ORDER BY execution_id, seq LIMIT :limit""")
_DECISIONS = sql("""
    SELECT * FROM decisions WHERE tenant = :tenant AND (stream, seq) > (:stream, :seq) ORDER BY stream, seq LIMIT :limit""")
_EXECUTIONS = sql("""
    SELECT * FROM executions WHERE tenant = :tenant AND execution_id > :execution_id ORDER BY execution_id LIMIT :limit""")
_EVENTS = sql(
    "SELECT execution_id, epoch, count(*), max(seq) FROM events WHERE tenant = :tenant GROUP BY execution_id, epoch"
)
_STRAY = sql("""
    SELECT v.execution_id || '/' || v.seq AS name, 'it tells of a step that is void' AS problem FROM events v
    JOIN journal j ON j.tenant = v.tenant AND j.execution_id = v.execution_id AND j.seq = v.journal_seq
    JOIN journal x ON x.tenant = j.tenant AND x.effect_key = j.effect_key AND x.generation = j.generation AND x.kind = 'void'
    WHERE v.tenant = :tenant AND j.kind IN ('step', 'undo') ORDER BY 1 LIMIT 100""")
_TENANTS = sql("SELECT DISTINCT tenant FROM executions UNION SELECT DISTINCT tenant FROM chain_heads ORDER BY 1")


class Verifying(Repository):
    """Walks of whole tables, in the order of their keys."""

    async def journal(self, tenant: str) -> AsyncIterator[JournalRow]:
        """By execution and seq."""
        at: dict[str, str | int] = {"execution_id": "", "seq": 0}
        while rows := await self._page(JournalRow, _JOURNAL, tenant, **at):
            for row in rows:
                yield row
            at = {"execution_id": rows[-1].execution_id, "seq": rows[-1].seq}

    async def decisions(self, tenant: str) -> AsyncIterator[DecisionRow]:
        """By stream and seq."""
        at: dict[str, str | int] = {"stream": "", "seq": 0}
        while rows := await self._plain(_DECISIONS, tenant, **at):
            for row in rows:
                yield cast(DecisionRow, row)
            at = {"stream": rows[-1].stream, "seq": rows[-1].seq}

    async def executions(self, tenant: str) -> AsyncIterator[ExecutionRow]:
        """By id."""
        at: dict[str, str | int] = {"execution_id": ""}
        while rows := await self._page(ExecutionRow, _EXECUTIONS, tenant, **at):
            for row in rows:
                yield row
            at = {"execution_id": rows[-1].execution_id}

    async def event_counts(self, tenant: str) -> dict[tuple[str, int], tuple[int, int]]:
        """(execution, epoch) → how many events, and the last number."""
        async with self.store.tenant(tenant) as session:
            found = await session.execute(_EVENTS, {"tenant": tenant})
            return {(execution, epoch): (count, last) for execution, epoch, count, last in found}

    async def stray_events(self, tenant: str) -> list[tuple[str, str]]:
        """Events that tell of a step which is void: what must never happen."""
        async with self.store.tenant(tenant) as session:
            return [(row.name, row.problem) for row in await session.execute(_STRAY, {"tenant": tenant})]

    async def tenants(self) -> list[str]:
        """Every tenant that has an execution or a decision."""
        async with self.store.relay() as session:
            return list((await session.execute(_TENANTS)).scalars().all())

    async def _plain(self, statement: TextClause, tenant: str, **at: str | int) -> Sequence[Any]:
        """Rows as they come, with the names of the columns: making a model of each takes four times as long."""
        async with self.store.tenant(tenant) as session:
            return (await session.execute(statement, {"tenant": tenant, "limit": _PAGE, **at})).all()

    async def _page(self, model: type[M], statement: TextClause, tenant: str, **at: str | int) -> Sequence[M]:
        async with self.store.tenant(tenant) as session:
            found = await session.execute(
                select(model).from_statement(statement), {"tenant": tenant, "limit": _PAGE, **at}
            )
            return found.scalars().all()
