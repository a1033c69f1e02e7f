"""Retention: which closed runs are past it, and the statements that take their payloads out. What may change, triggers say (0010).

A tree of runs goes as one: its root is due when all of it closed before the limit and nobody has work to do on it. Everything here
finds the same again after it broke off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store import calls
from symphainy.runtime.store.unit import Repository

__all__ = ["Due", "Retaining"]


@dataclass(frozen=True)
class Due:
    """A root whose tree is past its retention."""

    execution_id: str
    closed_at: datetime


_PAST = """
    r.tenant = :tenant AND r.closed_at < :before AND r.closed_at IS NOT NULL AND r.forgotten_at IS NULL
    AND r.root IN ('', r.execution_id) AND NOT EXISTS (
        SELECT FROM executions c WHERE c.tenant = :tenant AND c.root = r.execution_id
        AND (c.closed_at IS NULL OR c.closed_at >= :before))
    AND NOT EXISTS (
        SELECT FROM work_items w WHERE w.tenant = :tenant AND w.state = 'open'
        AND split_part(w.execution_id, '/', 1) = r.execution_id)"""
_COUNTS = sql(f"SELECT r.solution, count(*) AS runs FROM executions r WHERE {_PAST} GROUP BY r.solution")
_ROOTS = sql(f"""
    SELECT r.execution_id, r.closed_at FROM executions r WHERE {_PAST} AND r.solution IS NOT DISTINCT FROM CAST(:solution AS text)
    AND (CAST(:since AS timestamptz) IS NULL OR (r.closed_at, r.execution_id) > (CAST(:since AS timestamptz), :last))
    ORDER BY r.closed_at, r.execution_id LIMIT :limit""")
_TREE = sql("""
    SELECT execution_id FROM executions WHERE tenant = :tenant AND (root = :root OR execution_id = :root)
    ORDER BY execution_id = :root, execution_id""")

_HERE = "tenant = :tenant AND execution_id = :run"
_FORGET = tuple(
    sql(statement)
    for statement in (
        f"""UPDATE journal SET forgotten = payload_digests(output, arguments), output = emptied(output), arguments = emptied(arguments)
            WHERE {_HERE} AND forgotten IS NULL AND (octet_length(output) > 0 OR octet_length(arguments) > 0)""",
        f"UPDATE events SET data = emptied(data) WHERE {_HERE} AND octet_length(data) > 0",
        f"DELETE FROM provisional WHERE {_HERE}",
        f"UPDATE intents SET start = start_head(start) WHERE {_HERE} AND start IS NOT NULL",
        f"UPDATE human_tasks SET shown = emptied(shown), title = '' WHERE {_HERE} AND (octet_length(shown) > 0 OR title <> '')",
        f"""UPDATE task_decisions SET value = emptied(value) WHERE tenant = :tenant AND octet_length(value) > 0
            AND task_id IN (SELECT t.task_id FROM human_tasks t WHERE t.{_HERE})""",
    )
)
_EVENTS = sql("""
    WITH ours AS (
        SELECT d.source, d.event_id FROM deliveries d WHERE d.tenant = :tenant AND d.execution_id = ANY (:runs)
        UNION
        SELECT d.source, d.event_id FROM intents i
        JOIN deliveries d ON d.tenant = :tenant AND d.execution_id = 'on:' || split_part(i.key, ':', 2)
            AND i.key = 'schedule:' || substr(d.execution_id, 4) || ':' || d.start_key
        WHERE i.tenant = :tenant AND i.execution_id = ANY (:runs) AND i.key LIKE 'schedule:%')
    UPDATE inbox b SET data = NULL, subject = '' FROM ours u
    WHERE b.tenant = :tenant AND b.source = u.source AND b.event_id = u.event_id AND NOT EXISTS (
        SELECT FROM deliveries o LEFT JOIN executions e ON e.tenant = o.tenant AND e.execution_id = o.execution_id
        WHERE o.tenant = :tenant AND o.source = b.source AND o.event_id = b.event_id AND NOT o.execution_id = ANY (:runs)
        AND (e.execution_id IS NOT NULL AND e.forgotten_at IS NULL OR starts_with(o.execution_id, 'on:') AND o.consumed_at IS NULL))""")
"""What came in for these runs, or started them: unless a run that is kept was to get it too, or a trigger still waits with it."""
_ARTIFACTS = sql("""
    SELECT DISTINCT substr(v.name, 10) FROM lineage l, LATERAL (VALUES (l.source), (l.target)) AS v (name)
    WHERE l.tenant = :tenant AND l.execution_id = ANY (:runs) AND v.name ~ '^artifact:[0-9a-f]{64}$'
    AND NOT EXISTS (
        SELECT FROM lineage o JOIN executions e ON e.tenant = o.tenant AND e.execution_id = o.execution_id
        WHERE o.tenant = :tenant AND (o.source = v.name OR o.target = v.name) AND NOT o.execution_id = ANY (:runs)
        AND e.forgotten_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM documents d WHERE d.tenant = :tenant
        AND (d.sha256 = substr(v.name, 10) OR d.text_artifact = 'artifacts/' || substr(v.name, 10)))
    AND NOT EXISTS (
        SELECT FROM uploads u WHERE u.tenant = :tenant AND u.sha256 = substr(v.name, 10) AND u.state IN ('receiving', 'stored')
        AND coalesce(u.stored_at, u.created_at) >= :before)
    ORDER BY 1""")
"""Made or read by these runs; neither another run that is kept, nor a document, nor a young upload has the same."""
_UPLOADS = sql("""
    UPDATE uploads SET state = 'forgotten', name = '' WHERE tenant = :tenant AND sha256 = ANY (:artifacts) AND state = 'stored'""")
_FORGOTTEN = sql("""
    WITH was AS (SELECT exported_at FROM executions WHERE tenant = :tenant AND execution_id = :run)
    UPDATE executions e SET forgotten_at = :at, exported_at = coalesce(e.exported_at, :at) FROM was
    WHERE e.tenant = :tenant AND e.execution_id = :run AND e.closed_at IS NOT NULL AND e.forgotten_at IS NULL
    RETURNING was.exported_at IS NULL""")


class Retaining(Repository):
    """Statements of retention."""

    async def counts(self, tenant: str, before: datetime) -> dict[str | None, int]:
        """Solution → how many of its trees closed before, and are still whole."""
        async with self.store.tenant(tenant) as session:
            rows = await session.execute(_COUNTS, {"tenant": tenant, "before": before})
            return {row.solution: int(row.runs) for row in rows}

    async def roots(
        self, tenant: str, solution: str | None, before: datetime, *, last: Due | None = None, limit: int = 50
    ) -> list[Due]:
        """Those of a solution (None: of none), the longest closed first, behind ``last``."""
        about = {
            "tenant": tenant, "solution": solution, "before": before, "limit": limit, "since": last.closed_at if last else None,
            "last": last.execution_id if last else "",
        }  # fmt: skip
        async with self.store.tenant(tenant) as session:
            return [Due(row.execution_id, row.closed_at) for row in await session.execute(_ROOTS, about)]

    async def tree(self, tenant: str, root: str) -> list[str]:
        """A root and every run below it, the root last."""
        async with self.store.tenant(tenant) as session:
            return list((await session.execute(_TREE, {"tenant": tenant, "root": root})).scalars().all())

    async def forget(self, tenant: str, run: str, mark: dict[str, Any], *, tx: AsyncSession) -> None:
        """Note under which rule (``mark``: the control row, once), and empty what the tables hold of one closed run."""
        about = {"tenant": tenant, "run": run}
        await self.store.call(
            calls.CONTROL,
            {"tenant": tenant, "execution": run, "mark": mark, "status": "", "work": "", "events": [], "data": []},
            tx=tx,
        )
        for statement in _FORGET:
            await tx.execute(statement, about)

    async def leave(self, tenant: str, runs: Sequence[str], before: datetime, *, tx: AsyncSession) -> list[str]:
        """Events that came in for a tree are emptied; the artifacts (SHA-256) that nobody else names."""
        about = {"tenant": tenant, "runs": list(runs)}
        await tx.execute(_EVENTS, about)
        gone = list((await tx.scalars(_ARTIFACTS, {**about, "before": before})).all())
        await tx.execute(_UPLOADS, {"tenant": tenant, "artifacts": gone})
        return gone

    async def forgotten(self, tenant: str, run: str, at: datetime) -> bool:
        """Nothing of it is left, here or in the objects: not looked at again, and never exported. Whether it was not exported yet."""
        async with self.store.tenant(tenant) as session:
            return bool(await session.scalar(_FORGOTTEN, {"tenant": tenant, "run": run, "at": at}))
