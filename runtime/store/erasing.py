"""Erasure of a data subject: which runs are about whom, what of it does not lie under the subject's key, and the certificates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, instant, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["ErasureRow", "Erasing", "Removed", "RunOf"]


class ErasureRow(SQLModel, table=True):
    """One certificate: what was erased, when and by whom; whose it was is a keyed digest."""

    __tablename__ = "erasures"
    __table_args__ = (Index("erasures_subject", "tenant", "subject"),)
    tenant: str = key()
    erasure_id: str = key()
    subject: str = text()
    body: str = text()
    signature: str = text()
    erased_by: str = text()
    erased_at: datetime = instant()


@dataclass(frozen=True)
class RunOf:
    """A run that is about a subject, or one below it."""

    execution_id: str
    closed: bool


@dataclass(frozen=True)
class Removed:
    """What was taken out of the tables, and the objects that nobody names any more."""

    documents: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    """SHA-256 of each."""
    tasks: int = 0
    events: int = 0


_RUNS = sql("""
    SELECT e.execution_id, e.closed_at IS NOT NULL AS closed FROM executions e WHERE e.tenant = :tenant AND e.root IN (
        SELECT i.execution_id FROM intents i WHERE i.tenant = :tenant AND substring(i.start FROM 4 FOR 2) = '\\x702d'\\:\\:bytea
        AND substring(i.start FROM 4 FOR 18) = ANY (:keys))
    ORDER BY e.execution_id""")
_DOCUMENTS = sql("""
    DELETE FROM documents WHERE tenant = :tenant AND document_id IN (
        SELECT substr(target, 10) FROM lineage WHERE tenant = :tenant AND execution_id = ANY (:runs) AND target LIKE 'document:%')
    RETURNING document_id, sha256, text_artifact""")
_CHUNKS = sql("DELETE FROM chunks WHERE tenant = :tenant AND document = ANY (:documents)")
_MADE = sql("""
    SELECT DISTINCT substr(l.target, 10) FROM lineage l
    WHERE l.tenant = :tenant AND l.execution_id = ANY (:runs) AND l.target LIKE 'artifact:%' AND NOT EXISTS (
        SELECT FROM lineage o WHERE o.tenant = :tenant AND o.target = l.target AND NOT o.execution_id = ANY (:runs))""")
_STILL_NAMED = sql("""
    SELECT a FROM unnest(CAST(:artifacts AS text[])) a WHERE EXISTS (
        SELECT FROM documents d WHERE d.tenant = :tenant AND (d.sha256 = a OR d.text_artifact = 'artifacts/' || a))""")
_TASKS = sql("UPDATE human_tasks SET title = '' WHERE tenant = :tenant AND execution_id = ANY (:runs) AND title <> ''")
_EVENTS = sql("""
    UPDATE inbox b SET data = NULL, subject = '' WHERE b.tenant = :tenant AND b.data IS NOT NULL AND EXISTS (
        SELECT FROM deliveries d WHERE d.tenant = b.tenant AND d.source = b.source AND d.event_id = b.event_id
        AND (d.execution_id = ANY (:runs) OR d.start_key <> '' AND EXISTS (
            SELECT FROM intents i WHERE i.tenant = d.tenant AND i.execution_id = ANY (:runs)
            AND i.key = 'schedule:' || substr(d.execution_id, 4) || ':' || d.start_key)))""")
"""What came for these runs, and what started them: the key of a run that events started names the trigger and the start."""
_DIGESTS = sql("UPDATE intents SET body_digest = '' WHERE tenant = :tenant AND execution_id = ANY (:runs)")


class Erasing(Repository):
    """Statements of an erasure."""

    async def runs(self, tenant: str, keys: list[str], *, tx: AsyncSession | None = None) -> list[RunOf]:
        """Every run whose start is sealed with one of these keys, and every run below it."""
        about = {"tenant": tenant, "keys": [each.encode() for each in keys]}
        async with self.within(tenant, tx) as session:
            return [RunOf(row.execution_id, row.closed) for row in await session.execute(_RUNS, about)]

    async def remove(self, tenant: str, runs: list[str], *, tx: AsyncSession) -> Removed:
        """Take out what these runs left elsewhere: documents with their chunks, titles of tasks, events that came in for them.

        Artifacts that no other run has made and no other document names are to be removed from the object store.
        """
        about = {"tenant": tenant, "runs": runs}
        documents = (await tx.execute(_DOCUMENTS, about)).all()
        ids = [row.document_id for row in documents]
        await tx.execute(_CHUNKS, {"tenant": tenant, "documents": ids})
        made = set((await tx.scalars(_MADE, about)).all())
        made |= {row.sha256 for row in documents} | {row.text_artifact.rpartition("/")[2] for row in documents}
        named = set((await tx.scalars(_STILL_NAMED, {"tenant": tenant, "artifacts": sorted(made)})).all())
        tasks = (await tx.execute(_TASKS, about)).rowcount  # type: ignore[attr-defined]
        events = (await tx.execute(_EVENTS, about)).rowcount  # type: ignore[attr-defined]
        await tx.execute(_DIGESTS, about)
        return Removed(tuple(sorted(ids)), tuple(sorted(made - named - {""})), tasks, events)

    async def certify(self, row: ErasureRow, *, tx: AsyncSession) -> None:
        """Keep a certificate."""
        await self._add(row, row.tenant, tx)

    async def certificates(self, tenant: str, subject: str = "", *, limit: int = 200) -> list[ErasureRow]:
        """All, or a subject's; newest first."""
        about: dict[str, Any] = {"subject": subject} if subject else {}
        return await self._some(ErasureRow, tenant, None, newest="erased_at", limit=limit, tenant=tenant, **about)
