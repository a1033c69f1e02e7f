"""A tenant's library on a real PostgreSQL: documents by Content's own steps into the index, searched as a step searches."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from corpus.parsing import parsed
from symphainy.bindings import cluster
from symphainy.foundations.language.clock import SystemClock
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.document import Document, IndexBatch, IndexEntry, SearchHit
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.foundations.public_works.adapters.postgres import Postgres
from symphainy.realms.content.models import document_id
from symphainy.realms.content.services.chunk import chunks_of
from symphainy.realms.content.services.embed import default_embedder, embed_texts
from symphainy.realms.content.services.normalise import normal_document
from symphainy.runtime.library import Library
from symphainy.runtime.store.migrate import upgrade
from symphainy.runtime.store.unit import Store

TENANT = "corpus"
_SLICE = 8
"""Chunks that a process embeds at a time: about a second of MiniLM."""
_MASTER = b"m" * 32
_ENTRIES = TypeAdapter(list[IndexEntry])
_CONTRACT = Contract(name="content.search", version="1", owner="content", input={}, output={})


class Shelf:
    """The documents, what is found in them, and whether every passage found is the exact text at its place."""

    def __init__(self, store: Store, objects: LocalObjects, pool: ProcessPoolExecutor | None = None) -> None:
        self.store, self.objects, self.pool = store, objects, pool
        self.library = Library(store, objects, _embed, SystemClock())
        self.documents: dict[str, Document] = {}
        self.found = self.exact = 0

    async def add(self, path: Path, title: str = "") -> str:
        """Parse, normalise, chunk, embed, index; the document's id."""
        document = normal_document(parsed(path))
        name, embedder, chunks = document_id(document.sha256), default_embedder(), chunks_of(document)
        vectors = await self._vectors([chunk.text for chunk in chunks], embedder)
        entries = [
            IndexEntry(chunk=chunk, vector=tuple(vector), embedder=embedder)
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]
        await self.objects.put(f"{TENANT}/{name}", _ENTRIES.dump_json(entries))
        batch = IndexBatch(
            document=name, document_sha256=document.sha256, title=title, entries_artifact=name, embedder=embedder
        )
        async with self.store.tenant(TENANT) as tx:
            await self.library.load(tx, TENANT, batch)
        self.documents[name] = document
        return name

    async def _vectors(self, texts: list[str], embedder: str) -> list[list[float]]:
        """In slices, by as many processes as there are cores, as the platform's pool does; or right here."""
        if self.pool is None:
            return embed_texts(texts, embedder)
        loop = asyncio.get_running_loop()
        slices = [texts[at : at + _SLICE] for at in range(0, len(texts), _SLICE)]
        parts = await asyncio.gather(*(loop.run_in_executor(self.pool, embed_texts, part, embedder) for part in slices))
        return [vector for part in parts for vector in part]

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        """Passages, best first."""
        hits = await self.library.search(_call(), _CONTRACT, query, limit, documents)
        self.found += len(hits)
        self.exact += sum(map(self._is_exact, hits))
        return hits

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        """In this very process: one kind is measured in one."""
        return function(*arguments)

    async def read(self, ref: Any) -> bytes:
        """Nothing asks for it."""
        raise NotImplementedError(ref)

    def _is_exact(self, hit: SearchHit) -> bool:
        document = self.documents[hit.document]
        return hit.document_sha256 == document.sha256 and document.text[hit.span.start : hit.span.end] == hit.text != ""


@asynccontextmanager
async def shelf(*, large: bool = False) -> AsyncIterator[Shelf]:
    """An empty one, on a server of its own; a large one is worth the start of a process per core."""
    with tempfile.TemporaryDirectory(prefix="sym-") as folder, ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(mp_context=get_context("spawn"))) if large else None
        server = await cluster.started(Path(folder), _MASTER)
        sql = Postgres(server.url, _MASTER)
        try:
            await upgrade(sql)
            yield Shelf(Store(sql), LocalObjects(Path(folder) / "objects"), pool)
        finally:
            await sql.close()
            await server.stop()  # type: ignore[misc]


def on_a_shelf(work: Callable[[Shelf], Any], *, large: bool = False) -> Any:
    """What ``work`` gives, with the share of passages that were exact."""

    async def run() -> Any:
        async with shelf(large=large) as one:
            return await work(one), one.exact / one.found if one.found else 1.0

    return asyncio.run(run())


async def _embed(query: str) -> tuple[list[float], str]:
    name = default_embedder()
    return embed_texts([query], name)[0], name


def _call() -> StepCall:
    return StepCall(
        tenant=TENANT, execution_id="exe_1", capability="content.search@1", path="/do/0/search", effect_key="e",
        now=SystemClock().now(), plan_digest="d",
    )  # fmt: skip
