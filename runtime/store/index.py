"""The search index: chunks with vectors (pgvector) and words (tsvector), one row per chunk and embedder.

Distances are exact: a tenant's chunks are few enough that an approximate index would save little and lose hits behind the
tenant filter.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pgvector.sqlalchemy import Vector
from sqlalchemy import Column, Computed
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from symphainy.foundations.language.document import IndexBatch, IndexEntry, SearchHit, Span
from symphainy.runtime.store.columns import SQLModel, big, key, text
from symphainy.runtime.store.unit import Repository

__all__ = ["DIMENSIONS", "ChunkRow", "Index"]

DIMENSIONS = 384
"""Of MiniLM-L6-v2; the lexical embedder hashes into as many."""


class ChunkRow(SQLModel, table=True):
    """One chunk of one document, with the vector that one embedder made."""

    __tablename__ = "chunks"
    tenant: str = key()
    document: str = key()
    embedder: str = key()
    ordinal: int = big(primary_key=True)
    document_sha256: str = text()
    title: str = text()
    span_start: int = big()
    span_end: int = big()
    page: int | None = None
    body: str = text()
    sha256: str = text()
    vector: Any = Field(sa_column=Column(Vector(DIMENSIONS), nullable=False))
    words: Any = Field(
        default=None, sa_column=Column(TSVECTOR, Computed("to_tsvector('english', body)", persisted=True))
    )


_DROP = sql(
    "DELETE FROM chunks WHERE tenant = :tenant AND document = :document AND (:embedder = '' OR embedder = :embedder)"
)
_LOAD = sql("""
    INSERT INTO chunks (tenant, document, embedder, ordinal, document_sha256, title, span_start, span_end, page, body, sha256, vector)
    SELECT :tenant, :document, :embedder, c.ordinal, :document_sha256, :title, c.span_start, c.span_end, c.page, c.body, c.sha256,
           CAST(c.vector AS vector)
    FROM unnest(CAST(:ordinals AS bigint[]), CAST(:starts AS bigint[]), CAST(:ends AS bigint[]), CAST(:pages AS integer[]),
                CAST(:bodies AS text[]), CAST(:hashes AS text[]), CAST(:vectors AS text[]))
         AS c (ordinal, span_start, span_end, page, body, sha256, vector)""")
# What is asked for is materialized: a plan for all values would else read the vector's text anew for every chunk.
# Nothing is like a text without a word, whose vector is zero.
_SEARCH = sql("""
    WITH given AS MATERIALIZED (SELECT CAST(CAST(:vector AS text) AS vector) AS vector),
    allowed AS (
        SELECT document_id FROM documents WHERE tenant = :tenant AND admitted AND (expires_at IS NULL OR expires_at > :now)
        AND (cardinality(CAST(:documents AS text[])) = 0 OR document_id = ANY(CAST(:documents AS text[])))
        AND (:purpose = '' OR cardinality(purposes) = 0 OR :purpose = ANY(purposes))),
    pool AS MATERIALIZED (
        SELECT c.document, c.ordinal, c.span_start, c.words, coalesce(nullif(1 - (c.vector <=> g.vector), 'NaN'), 0) AS likeness
        FROM chunks c JOIN allowed d ON d.document_id = c.document CROSS JOIN given g
        WHERE c.tenant = :tenant AND c.embedder = :embedder),
    asked AS (
        SELECT lexeme, CAST('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''' AS tsquery) AS term
        FROM unnest(to_tsvector('english', :query)) ORDER BY positions[1] LIMIT :terms),
    held AS (
        SELECT p.document, p.ordinal, a.lexeme, ts_rank(p.words, a.term) / 0.1 AS often
        FROM asked a JOIN pool p ON p.words @@ a.term),
    rare AS (
        SELECT lexeme, ln(1 + (n - held + 0.5) / (held + 0.5)) AS weight
        FROM (SELECT a.lexeme, count(h.lexeme) AS held FROM asked a LEFT JOIN held h USING (lexeme) GROUP BY a.lexeme) AS each,
             (SELECT count(*) AS n FROM pool) AS every),
    parts AS (
        SELECT document, ordinal, CAST(:weight AS float) * likeness
            + CAST(:opening AS float) * greatest(0, 1 - span_start / CAST(:early AS float)) AS part FROM pool
        UNION ALL
        SELECT document, ordinal, (1 - CAST(:weight AS float)) * r.weight * often / (SELECT sum(weight) FROM rare)
        FROM held JOIN rare r USING (lexeme)),
    best AS (
        SELECT document, ordinal, greatest(0, least(1, sum(part))) AS score FROM parts GROUP BY document, ordinal
        ORDER BY score DESC, document, ordinal LIMIT :limit)
    SELECT c.document, c.document_sha256, c.title, c.span_start, c.span_end, c.page, c.body, c.embedder, b.score
    FROM best b JOIN chunks c ON c.tenant = :tenant AND c.embedder = :embedder AND c.document = b.document AND c.ordinal = b.ordinal
    ORDER BY b.score DESC, c.document, c.ordinal""")
_TERMS = 32
"""Words of a query that are looked for, at most: a question has ten."""
_EARLY = 800
"""Characters at the beginning of a document that may count for more: as long as one chunk."""


class Index(Repository):
    """Statements on chunks."""

    async def load(
        self, tenant: str, batch: IndexBatch, entries: Iterable[IndexEntry], *, tx: AsyncSession | None = None
    ) -> int:
        """Put a document's entries in place of what the same embedder had made of it; how many."""
        rows = list(entries)
        about: dict[str, Any] = {
            "tenant": tenant, "document": batch.document, "embedder": batch.embedder, "document_sha256": batch.document_sha256,
            "title": batch.title, "ordinals": [e.chunk.ordinal for e in rows], "starts": [e.chunk.span.start for e in rows],
            "ends": [e.chunk.span.end for e in rows], "pages": [e.chunk.span.page for e in rows],
            "bodies": [e.chunk.text.replace("\0", "\N{REPLACEMENT CHARACTER}") for e in rows],  # PostgreSQL's text holds no NUL
            "hashes": [e.chunk.sha256 for e in rows], "vectors": [_literal(e.vector) for e in rows],
        }  # fmt: skip
        async with self.within(tenant, tx) as session:
            await session.execute(_DROP, {"tenant": tenant, "document": batch.document, "embedder": batch.embedder})
            await session.execute(_LOAD, about)
        return len(rows)

    async def search(
        self, tenant: str, query: str, vector: Sequence[float], embedder: str, now: datetime, *, limit: int = 8,
        documents: Sequence[str] = (), purpose: str = "", weight: float = 0.5, opening: float = 0.0, tx: AsyncSession | None = None,
    ) -> list[SearchHit]:  # fmt: skip
        """Admitted, unexpired documents only, for this purpose where one is named, best first.

        ``weight`` of the vector's likeness, the rest of the words': each word of the query that a chunk has counts by how few of
        the chunks have it, and a little more where it stands there often. ``opening`` is added at the beginning of a document.
        """
        about = {
            "tenant": tenant, "query": query, "vector": _literal(vector), "embedder": embedder, "now": now, "limit": limit,
            "documents": list(documents), "purpose": purpose, "weight": weight, "opening": opening, "terms": _TERMS, "early": _EARLY,
        }  # fmt: skip
        async with self.within(tenant, tx) as session:
            return [
                SearchHit(
                    document=row.document,
                    document_sha256=row.document_sha256,
                    title=row.title,
                    text=row.body,
                    embedder=row.embedder,
                    span=Span(start=row.span_start, end=row.span_end, page=row.page),
                    score=float(row.score),
                )  # fmt: skip
                for row in await session.execute(_SEARCH, about)
            ]

    async def remove(self, tenant: str, document: str, *, tx: AsyncSession | None = None) -> None:
        """Forget a document, whatever embedder read it."""
        async with self.within(tenant, tx) as session:
            await session.execute(_DROP, {"tenant": tenant, "document": document, "embedder": ""})


def _literal(vector: Sequence[float]) -> str:
    return "[" + ",".join(repr(float(x)) for x in vector) + "]"
