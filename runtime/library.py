"""What steps read of the tenant's documents, and how an indexing step's batch gets into the index."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.document import Document, IndexBatch, IndexEntry, SearchHit
from symphainy.foundations.language.errors import NotFound
from symphainy.foundations.language.rulings import Ruling
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.asking import opening
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.index import Index
from symphainy.runtime.store.rulings import Rulings
from symphainy.runtime.store.unit import Store

Embed = Callable[[str], Awaitable[tuple[Sequence[float], str]]]
"""A query → its vector and the name of its embedder."""
_ENTRIES = TypeAdapter(list[IndexEntry])


class Library:
    """Reads and loads through the store; holds no rows."""

    def __init__(self, store: Store, objects: Objects, embed: Embed, clock: Clock) -> None:
        self._index, self._documents, self._rulings = Index(store), Documents(store), Rulings(store)
        self._objects, self._embed, self._clock = objects, embed, clock

    async def load(self, tx: AsyncSession, tenant: str, batch: IndexBatch) -> None:
        """Index a document in the step's own transaction, and admit it to the tenant's catalogue."""
        entries = _ENTRIES.validate_json(await self._objects.get(f"{tenant}/{batch.entries_artifact}"))
        now = self._clock.now()
        known = await self._documents.get(tenant, batch.document, tx=tx)
        said = {"sha256": batch.document_sha256, "title": batch.title, "text_artifact": batch.text_artifact}
        new = DocumentRow(
            tenant=tenant,
            document_id=batch.document,
            admitted=True,
            admitted_by="platform",
            admitted_at=now,
            created_at=now,
        )
        # A document that comes again keeps its owner, its admission and its expiry: indexing decides nothing.
        await self._documents.put(DocumentRow(**{**(known or new).model_dump(), **said}), tx=tx)
        await self._index.load(tenant, batch, entries, tx=tx)

    async def search(
        self, call: StepCall, contract: Contract, query: str, limit: int, documents: Sequence[str]
    ) -> list[SearchHit]:
        """Hybrid search over the documents that are admitted, for the step's purpose, in the step's tenant."""
        vector, embedder = await self._embed(query)
        tenant = call.tenant.removeprefix("rehearsal:")
        return await self._index.search(
            tenant, query, vector, embedder, self._clock.now(), limit=limit, documents=documents, purpose=call.purpose,
            opening=opening(query),
        )  # fmt: skip

    async def rulings(self, call: StepCall, model: str) -> tuple[Ruling, ...]:
        """What people of the step's tenant have decided about a target model's fields."""
        return await self._rulings.of(call.tenant.removeprefix("rehearsal:"), model)

    async def cited(self, call: StepCall, document: str, sha256: str) -> Document:
        """The text of a cited document, read from the object store; NotFound unless id and hash are the tenant's."""
        row = await self._documents.get(call.tenant.removeprefix("rehearsal:"), document)
        if row is None or row.sha256 != sha256 or not row.text_artifact:
            raise NotFound(f"there is no document {document} with that hash", remedy="upload it again")
        return Document.model_validate_json(await self._objects.get(f"{row.tenant}/{row.text_artifact}"))
