"""Lineage edges: what came from what. Append-only; edges of void steps are left out when read."""

from datetime import datetime

from sqlalchemy import Index, TextClause
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


_STORED = f"""
    SELECT l.{{new}} AS next, l.source, l.target, l.relation FROM lineage l
    WHERE l.tenant = :tenant AND l.{{known}} = w.node AND {_LIVE}"""
_STEP = f"""
    SELECT {{next}}, {{source}}, {{target}}, '{{relation}}' FROM journal l
    WHERE l.tenant = :tenant AND l.kind IN ('step', 'undo') AND {{found}} AND {_LIVE}"""
_RUN = """
    SELECT {next}, {source}, 'run:' || e.execution_id, '{relation}' FROM executions e
    WHERE e.tenant = :tenant AND {source} NOT IN ('intent:', 'definition:') AND {found}"""
_GOVERNED = """
    SELECT {next}, 'bundle:' || (d.body::jsonb ->> 'bundle'), 'step:' || d.effect_key, 'governed' FROM decisions d
    WHERE d.tenant = :tenant AND d.effect_key <> '' AND d.body::jsonb ->> 'bundle' <> '' AND {found}"""
_STEP_NODE, _VALUE_NODE = "'step:' || l.effect_key", "'value:' || l.output_digest"
_RUN_NODE, _CAPABILITY_NODE = "'run:' || l.execution_id", "'capability:' || l.capability"
_INTENT_NODE, _DEFINITION_NODE = "'intent:' || e.intent_id", "'definition:' || e.definition"


def _is(kind: str, column: str) -> str:
    """The walk stands at a node of this kind, and this column has what its name says: told so that an index serves."""
    return f"w.node LIKE '{kind}:%' AND {column} = substr(w.node, {len(kind) + 2})"


def _recorded(*, up: bool) -> str:
    return _STORED.format(new="source" if up else "target", known="target" if up else "source")


def _implied(*, up: bool) -> list[str]:
    """What leads on from a node by what journal, decisions and executions say of it."""
    steps = (
        (_RUN_NODE, _STEP_NODE, "ran", "run", "l.execution_id"), (_CAPABILITY_NODE, _STEP_NODE, "performed", "capability", "l.capability"),
        (_STEP_NODE, _VALUE_NODE, "returned", "step", "l.effect_key"),
    )  # fmt: skip
    parts = []
    for source, target, relation, kind, column in steps:
        back = _is("value", "l.output_digest") if relation == "returned" else _is("step", "l.effect_key")
        found = back if up else _is(kind, column)
        about = {"next": source if up else target, "source": source, "target": target}
        parts.append(_STEP.format(**about, relation=relation, found=found))
    for source, relation, kind, column in (
        (_INTENT_NODE, "started", "intent", "e.intent_id"), (_DEFINITION_NODE, "defined", "definition", "e.definition"),
    ):  # fmt: skip
        found = _is("run", "e.execution_id") if up else _is(kind, column)
        parts.append(
            _RUN.format(
                next=source if up else "'run:' || e.execution_id", source=source, relation=relation, found=found
            )
        )
    found = _is("step", "d.effect_key") if up else _is("bundle", "d.body::jsonb ->> 'bundle'")
    nodes = ("'bundle:' || (d.body::jsonb ->> 'bundle')", "'step:' || d.effect_key")
    return [*parts, _GOVERNED.format(next=nodes[0 if up else 1], found=found)]


def _walk(parts: list[str]) -> str:
    return f"""
    WITH RECURSIVE walk (node, depth, source, target, relation) AS (
        SELECT CAST(:node AS text), 0, '', '', ''
        UNION SELECT e.next, w.depth + 1, e.source, e.target, e.relation FROM walk w
        CROSS JOIN LATERAL ({" UNION ALL ".join(parts)}) e (next, source, target, relation) WHERE w.depth < :depth)
    SELECT source, target, relation FROM walk WHERE depth > 0 GROUP BY source, target, relation
    ORDER BY min(depth), source, target, relation LIMIT :limit"""


def _statement(*, up: bool, implied: bool) -> TextClause:
    parts = [_recorded(up=up), *(_implied(up=up) if implied else ())]
    return sql(_walk(parts).replace("::jsonb", "\\:\\:jsonb"))


_WALKS = {(up, implied): _statement(up=up, implied=implied) for up in (True, False) for implied in (True, False)}


class Lineage(Repository):
    """Walking the graph by recursive SQL."""

    async def walk(
        self,
        tenant: str,
        node: str,
        *,
        up: bool = True,
        implied: bool = False,
        depth: int = 20,
        limit: int = 2000,
        tx: AsyncSession | None = None,
    ) -> list[Edge]:
        """The edges that lead to ``node`` (``up``: where it came from) or away from it, nearest first; cycles end the walk.

        ``implied``: also by what journal, decisions and executions say, which no edge repeats. Nodes are ``artifact:<sha256>``,
        ``document:<id>``, ``span:<document>#<start>-<end>``, ``step:<effect key>``, ``value:<digest>``, ``run:<execution>``,
        ``intent:<id>``, ``definition:<name>``, ``capability:<name@version>``, ``model:<name>`` and ``bundle:<digest>``.
        """
        about = {"tenant": tenant, "node": node, "depth": depth, "limit": limit}
        async with self.within(tenant, tx) as session:
            return [Edge(**row._mapping) for row in await session.execute(_WALKS[up, implied], about)]
