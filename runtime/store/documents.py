"""The catalogue of documents: what exists, whose it is, and whether agents may cite it. Librarian owns the rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, key, maybe, text, texts, yes_no
from symphainy.runtime.store.unit import Repository

__all__ = ["DocumentRow", "Documents"]


class DocumentRow(SQLModel, table=True):
    """One document of one tenant. Two uploads of the same bytes are two documents with one ``sha256``."""

    __tablename__ = "documents"
    __table_args__ = (Index("documents_sha256", "tenant", "sha256"),)
    tenant: str = key()
    document_id: str = key()
    sha256: str = text()
    title: str = text()
    owner: str = text()
    media_type: str = text()
    size: int = big()
    classes: list[str] = texts()
    admitted: bool = yes_no()
    admitted_by: str | None = maybe()
    admitted_at: datetime | None = instant(optional=True)
    expires_at: datetime | None = instant(optional=True)
    execution_id: str | None = maybe()
    text_artifact: str = text()
    """Object key of its parsed text, which every citation is re-read from."""
    created_at: datetime = instant()
    purposes: list[str] = texts()
    """What it may be cited for; empty: for everything."""


_CITABLE = sql("""
    SELECT * FROM documents WHERE tenant = :tenant AND admitted AND (expires_at IS NULL OR expires_at > :now)
    AND (cardinality(CAST(:documents AS text[])) = 0 OR document_id = ANY(CAST(:documents AS text[])))
    AND (:purpose = '' OR cardinality(purposes) = 0 OR :purpose = ANY(purposes))
    ORDER BY created_at DESC LIMIT :limit""")


class Documents(Repository):
    """Statements on the catalogue."""

    async def put(self, row: DocumentRow, *, tx: AsyncSession | None = None) -> None:
        """Create or replace."""
        await self._put(row, row.tenant, tx)

    async def get(self, tenant: str, document_id: str, *, tx: AsyncSession | None = None) -> DocumentRow | None:
        """By id."""
        return await self._one(DocumentRow, tenant, tx, tenant=tenant, document_id=document_id)

    async def by_hash(self, tenant: str, sha256: str, *, tx: AsyncSession | None = None) -> list[DocumentRow]:
        """All documents of these bytes."""
        return await self._some(DocumentRow, tenant, tx, oldest="created_at", tenant=tenant, sha256=sha256)

    async def all(self, tenant: str, *, limit: int = 200, tx: AsyncSession | None = None) -> list[DocumentRow]:
        """Newest first."""
        return await self._some(DocumentRow, tenant, tx, newest="created_at", limit=limit, tenant=tenant)

    async def citable(
        self,
        tenant: str,
        now: datetime,
        documents: list[str] | None = None,
        *,
        purpose: str = "",
        limit: int = 1000,
        tx: AsyncSession | None = None,
    ) -> list[DocumentRow]:
        """Those admitted and not expired, for this purpose where one is named: of all, or of these ids."""
        about = {"tenant": tenant, "now": now, "documents": documents or [], "purpose": purpose, "limit": limit}
        async with self.within(tenant, tx) as session:
            return list((await session.execute(select(DocumentRow).from_statement(_CITABLE), about)).scalars().all())

    async def admit(
        self, tenant: str, document_id: str, *, by: str, at: datetime, admitted: bool = True, expires_at: datetime | None = None,
        tx: AsyncSession | None = None,
    ) -> bool:  # fmt: skip
        """Admit as a source, or withdraw; False when there is no such document."""
        values = {"admitted": admitted, "admitted_by": by, "admitted_at": at, "expires_at": expires_at}
        return bool(await self._change(DocumentRow, tenant, tx, values, tenant=tenant, document_id=document_id))

    async def change(
        self, tenant: str, document_id: str, values: dict[str, Any], *, tx: AsyncSession | None = None
    ) -> bool:
        """Change admission, expiry, owner or purposes; False when there is no such document."""
        return bool(await self._change(DocumentRow, tenant, tx, values, tenant=tenant, document_id=document_id))

    async def remove(self, tenant: str, document_id: str, *, tx: AsyncSession | None = None) -> bool:
        """Take it out of the catalogue; its chunks go by ``Index.remove``."""
        return bool(await self._drop(DocumentRow, tenant, tx, tenant=tenant, document_id=document_id))
