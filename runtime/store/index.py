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
_SEARCH = sql("""
    WITH asked AS (SELECT CAST(CAST(:vector AS text) AS vector) AS vector, websearch_to_tsquery('english', :query) AS words),
    allowed AS (
        SELECT document_id FROM documents WHERE tenant = :tenant AND admitted AND (expires_at IS NULL OR expires_at > :now)
        AND (cardinality(CAST(:documents AS text[])) = 0 OR document_id = ANY(CAST(:documents AS text[])))
        AND (:purpose = '' OR cardinality(purposes) = 0 OR :purpose = ANY(purposes))),
    rated AS (
        SELECT c.*, 1 - (c.vector <=> a.vector) AS likeness, ts_rank_cd(c.words, a.words, 32) AS wording
        FROM chunks c JOIN allowed d ON d.document_id = c.document CROSS JOIN asked a
        WHERE c.tenant = :tenant AND c.embedder = :embedder)
    SELECT document, document_sha256, title, span_start, span_end, page, body, embedder,
           greatest(0, least(1, :weight * likeness + (1 - :weight) * wording)) AS score
    FROM rated ORDER BY score DESC, document, ordinal LIMIT :limit""")


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
        documents: Sequence[str] = (), purpose: str = "", weight: float = 0.7, tx: AsyncSession | None = None,
    ) -> list[SearchHit]:  # fmt: skip
        """Admitted, unexpired documents only, for this purpose where one is named, best first.

        ``weight`` of the vector's likeness, the rest of the words'.
        """
        about = {
            "tenant": tenant, "query": query, "vector": _literal(vector), "embedder": embedder, "now": now, "limit": limit,
            "documents": list(documents), "purpose": purpose, "weight": weight,
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
