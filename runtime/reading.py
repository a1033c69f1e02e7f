"""What a person reads of the tenant's documents: the catalogue, and a document's text piece by piece, behind the door.

Only what Librarian's catalogue admits is there: a withdrawn or expired document is not found, like another tenant's.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.document import Document, Span, Table
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.doors import Doors
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.unit import Store

__all__ = ["DocumentLine", "Passage", "Reading", "TableLine"]

MAX_PASSAGE = 200_000
"""Characters of one answer; a longer text is read in several."""


@dataclass(frozen=True)
class DocumentLine:
    """One admitted document."""

    document_id: str
    sha256: str
    title: str
    created_at: datetime
    admitted_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True)
class TableLine:
    """One table of a document: where it stands, and how large it is."""

    name: str
    rows: int
    columns: tuple[str, ...]
    span: Span | None = None


@dataclass(frozen=True)
class Passage:
    """Characters ``start`` to ``start + len(text)`` of a document, and what the document has besides."""

    line: DocumentLine
    media_type: str
    characters: int
    start: int
    text: str
    pages: tuple[Span, ...]
    tables: tuple[TableLine, ...]
    parsed: ArtifactRef
    """The whole parsed document, as capabilities take it."""


class Reading:
    """Reads through the store and the object store; every call is one of a person's session."""

    def __init__(self, store: Store, objects: Objects, doors: Doors, clock: Clock) -> None:
        self._documents, self._objects, self._doors, self._clock = Documents(store), objects, doors, clock

    async def documents(self, who: SessionContext, *, limit: int = 200) -> list[DocumentLine]:
        """The admitted documents of the caller's tenant, newest first."""
        await self._pass(who, "*")
        rows = await self._documents.citable(who.tenant, self._clock.now(), limit=limit)
        return [_line(row) for row in rows]

    async def passage(self, who: SessionContext, document_id: str, start: int = 0, length: int = 20_000) -> Passage:
        """A piece of one document; NotFound for one that is not admitted, not there, or another tenant's."""
        await self._pass(who, document_id)
        rows = await self._documents.citable(who.tenant, self._clock.now(), [document_id], limit=1)
        if not rows or not rows[0].text_artifact:
            raise NotFound(f"there is no document {document_id[:64]}", code="no_document", remedy="list the documents")
        raw = await self._objects.get(f"{who.tenant}/{rows[0].text_artifact}")
        return await asyncio.to_thread(_cut, rows[0], raw, max(0, start), max(0, min(length, MAX_PASSAGE)))

    async def _pass(self, who: SessionContext, document_id: str) -> None:
        await self._doors.passed(
            DoorCall(
                action="read", principal=who.principal, session=who, resource_type="Document", resource_id=document_id,
                resource={"tenant": who.tenant},
            )
        )  # fmt: skip


def _line(row: DocumentRow) -> DocumentLine:
    return DocumentLine(row.document_id, row.sha256, row.title, row.created_at, row.admitted_at, row.expires_at)


def _cut(row: DocumentRow, raw: bytes, start: int, length: int) -> Passage:
    found = Document.model_validate_json(raw)
    parsed = ArtifactRef(
        key=row.text_artifact, sha256=row.text_artifact.rpartition("/")[2], size=len(raw), media_type="application/json"
    )  # fmt: skip
    return Passage(
        line=_line(row), media_type=found.media_type, characters=len(found.text), start=min(start, len(found.text)),
        text=found.text[start : start + length], pages=found.pages, tables=tuple(_table(t) for t in found.tables), parsed=parsed,
    )  # fmt: skip


def _table(table: Table) -> TableLine:
    head = table.rows[0] if table.header and table.rows else ()
    return TableLine(table.name, len(table.rows) - bool(head), tuple(head)[:100], table.span)
