"""An indexed document enters the catalogue; one that comes again keeps what people have decided of it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from symphainy.foundations.language.document import IndexBatch
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.runtime.library import Library
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.unit import Store

from .database import Moving

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_indexing_again_keeps_owner_admission_and_expiry(
    store: Store, tenant: str, clock: Moving, tmp_path: Path
) -> None:
    async def embed(text: str) -> Any:
        raise AssertionError(text)

    objects, documents = LocalObjects(tmp_path), Documents(store)
    library = Library(store, objects, embed, clock)
    await objects.put(f"{tenant}/entries", b"[]")
    batch = IndexBatch(
        document="d1", document_sha256="a" * 64, title="one", text_artifact="t", entries_artifact="entries", embedder="lexical"
    )  # fmt: skip

    async def load(about: IndexBatch) -> DocumentRow:
        async with store.tenant(tenant) as tx:
            await library.load(tx, tenant, about)
        found = await documents.get(tenant, "d1")
        assert found is not None
        return found

    assert (await load(batch)).admitted_by == "platform"
    expiry = NOW + timedelta(days=1)
    await documents.admit(tenant, "d1", by="usr_ann", at=NOW, admitted=False, expires_at=expiry)
    again = await load(batch.model_copy(update={"title": "two"}))
    assert (again.title, again.admitted, again.admitted_by, again.expires_at) == ("two", False, "usr_ann", expiry)
