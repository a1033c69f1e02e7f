"""Real tools over a folder: artifacts as files, a process pool, and an index filled by the outcomes themselves."""

import asyncio
import hashlib
import json
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from symphainy.foundations.curator import mark_of
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.document import Document, IndexEntry, SearchHit
from symphainy.foundations.language.errors import Defect, NotFound
from symphainy.foundations.language.rulings import Ruling
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import Detected
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.embed import embed_texts
from symphainy.realms.content.services.parse import read

KNOWLEDGE = Path(__file__).parents[2] / "solutions" / "first" / "knowledge"
CORPUS = Path(os.environ.get("CORPUS_DIR", Path(__file__).parents[3] / "shared" / "corpus"))


class FolderTools:
    """What a step may read, over one folder; it remembers the progress that was reported."""

    def __init__(self, folder: Path, pool: ProcessPoolExecutor) -> None:
        self.folder, self.pool = folder, pool
        self.progressed: list[float] = []
        self.entries: list[tuple[str, str, str, IndexEntry]] = []
        self.texts: dict[str, str] = {}
        self.ruled: dict[tuple[str, str, str], Ruling] = {}

    def keep(self, data: bytes, **about: Any) -> ArtifactRef:
        ref = ArtifactRef.of(data, **about)
        (self.folder / ref.sha256).write_bytes(data)
        return ref

    async def read(self, ref: ArtifactRef) -> bytes:
        return (await self.fetch(ref)).read_bytes()

    async def fetch(self, ref: ArtifactRef) -> Path:
        path = self.folder / ref.sha256
        if not path.exists():
            raise NotFound(f"no artifact {ref.key}")
        if hashlib.sha256(path.read_bytes()).hexdigest() != ref.sha256:
            raise Defect(f"artifact {ref.key} has changed")
        return path

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        hits, vectors = [], {}
        for document, sha256, title, entry in self.entries:
            if documents and document not in documents:
                continue
            if entry.embedder not in vectors:
                vectors[entry.embedder] = (await self.compute(embed_texts, [query], entry.embedder))[0]
            score = sum(a * b for a, b in zip(vectors[entry.embedder], entry.vector, strict=True))
            hits.append(
                SearchHit(
                    document=document,
                    document_sha256=sha256,
                    title=title,
                    span=entry.chunk.span,
                    text=entry.chunk.text,
                    score=max(0.0, min(1.0, score)),
                    embedder=entry.embedder,
                )
            )
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    async def rulings(self, model: str) -> tuple[Ruling, ...]:
        return tuple(one for one in self.ruled.values() if one.model == model)

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        running = asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)
        return await asyncio.wait_for(running, timeout)

    async def progress(self, done: float, note: str = "") -> None:
        assert 0 <= done <= 1
        self.progressed.append(done)


class Runner:
    """Runs one capability as the step boundary does: input checked, artifacts kept, index loaded, output checked."""

    def __init__(self, tools: FolderTools) -> None:
        self.tools = tools
        self.outcome: Outcome[Any] | None = None

    async def __call__(self, function: Callable[..., Any], given: Any) -> Any:
        mark = mark_of(function)
        data = given.model_dump(mode="json") if hasattr(given, "model_dump") else given
        context = ExecutionContext(
            tenant="acme",
            execution_id="exe_1",
            root_execution_id="exe_1",
            principal=Principal(id="usr_1", tenant="acme"),
            path="/do/0/x",
            effect_key="acme/exe_1/do/0/x",
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
        step = Step(input=mark.input.model_validate(data), context=context, tools=self.tools)
        found = mark.function(step)
        found = await found if asyncio.iscoroutine(found) else found
        self.outcome = outcome = found if isinstance(found, Outcome) else Outcome(found)
        for artifact in outcome.artifacts:
            self.tools.keep(artifact.data)
        self.tools.ruled |= {(one.model, one.source, one.target): one for one in outcome.rulings}
        for batch in outcome.index:
            folder = self.tools.folder
            entries = json.loads((folder / batch.entries_artifact.removeprefix("artifacts/")).read_bytes())
            document = Document.model_validate_json(
                (folder / batch.text_artifact.removeprefix("artifacts/")).read_bytes()
            )
            self.tools.texts[batch.document_sha256] = document.text
            for entry in map(IndexEntry.model_validate, entries):
                assert math.isclose(sum(v * v for v in entry.vector), 1, abs_tol=1e-3)
                self.tools.entries.append((batch.document, batch.document_sha256, batch.title, entry))
        return mark.output.model_validate(outcome.output.model_dump(mode="json"))


@pytest.fixture(scope="session")
def pool():
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # as the platform's pool has it; read when numpy is first imported
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


@pytest.fixture
def tools(tmp_path, pool):
    return FolderTools(tmp_path, pool)


@pytest.fixture
def run(tools):
    return Runner(tools)


@pytest.fixture(scope="session")
def runner():
    return lambda folder, pool: Runner(FolderTools(folder, pool))


@pytest.fixture(scope="session")
def knowledge():
    return KNOWLEDGE


class Samples:
    """From a path to a document, without a step around it."""

    def detected(self, path: Path) -> Detected:
        ref = ArtifactRef.of(path.read_bytes(), name=path.name)
        return Detected(file=ref, **sniff(str(path))._asdict())

    def document(self, path: Path) -> Document:
        return read(str(path), self.detected(path))

    def exact(self, document: Document) -> None:
        """Every span says what it covers, in order, and pages hold their blocks."""
        at = 0
        for block in document.blocks:
            assert document.text[block.span.start : block.span.end] == block.text
            assert block.span.start >= at
            at = block.span.end
            if block.span.page is not None:
                page = document.pages[block.span.page - 1]
                assert page.page == block.span.page
                assert page.start <= block.span.start <= block.span.end <= page.end
        for table in document.tables:
            assert table.span is not None
            assert document.text[table.span.start : table.span.end].count("\n") == len(table.rows) - 1
        for before, after in zip(document.pages, document.pages[1:], strict=False):
            assert before.end <= after.start

    def corpus(self, *patterns: str) -> list[Path]:
        """Real files of others; the test skips where their folder is absent."""
        found = sorted(path for pattern in patterns for path in CORPUS.glob(pattern))
        return found or pytest.skip("the corpus folder is absent")


@pytest.fixture
def samples():
    return Samples()
