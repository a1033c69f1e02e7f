"""The read-only world of a step: artifacts, search, the process pool, progress. Always of the step's own tenant."""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from temporalio import activity

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.document import Document, SearchHit
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.rulings import Ruling
from symphainy.foundations.language.wire import StepCall
from symphainy.foundations.public_works.abstractions.objects import Objects

Search = Callable[[StepCall, Contract, str, int, Sequence[str]], Awaitable[list[SearchHit]]]


class Pool(Protocol):
    """The process pool for heavy pure functions."""

    async def run(self, function: Callable[..., Any], *arguments: Any, timeout: float) -> Any:
        """The function's value; a crash or excess of the child is a DomainError."""
        ...


@dataclass(frozen=True)
class Toolbox:
    """Makes the tools of each step."""

    objects: Objects
    search: Search
    pool: Pool
    progress: Callable[[StepCall, float, str], Awaitable[None]]
    cited: Callable[[StepCall, str, str], Awaitable[Document]]
    """A cited document by id and hash of its bytes, read anew."""
    rulings: Callable[[StepCall, str], Awaitable[tuple[Ruling, ...]]]
    """What people have decided about a target model's fields."""

    @asynccontextmanager
    async def open(self, call: StepCall, contract: Contract) -> AsyncIterator["StepTools"]:
        """The tools of one step; files fetched for it are gone afterwards."""
        tools = StepTools(self, call, contract)
        try:
            yield tools
        finally:
            await tools.close()


@dataclass
class StepTools:
    """Implements ``language.step.Tools``."""

    box: Toolbox
    call: StepCall
    contract: Contract
    _folder: Path | None = field(default=None, init=False)

    async def read(self, ref: ArtifactRef) -> bytes:
        """The artifact's bytes, verified against its hash."""
        data = await self.box.objects.get(f"{self.call.tenant}/{ref.key}")
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise Defect(
                f"artifact {ref.sha256} does not have the content its name says: the object store has changed it"
            )
        return data

    async def fetch(self, ref: ArtifactRef) -> Path:
        """The artifact in a local file, streamed and verified."""
        if self._folder is None:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="symphainy-"))
        path, digest = self._folder / ref.sha256, hashlib.sha256()
        with path.open("wb") as file:
            async for piece in self.box.objects.open(f"{self.call.tenant}/{ref.key}"):
                digest.update(piece)
                await asyncio.to_thread(file.write, piece)
        if digest.hexdigest() != ref.sha256:
            raise Defect(
                f"artifact {ref.sha256} does not have the content its name says: the object store has changed it"
            )
        return path

    async def search(self, query: str, *, limit: int = 8, documents: Sequence[str] = ()) -> list[SearchHit]:
        """Hybrid search over the tenant's admitted documents."""
        return await self.box.search(self.call, self.contract, query, limit, documents)

    async def rulings(self, model: str) -> tuple[Ruling, ...]:
        """What people of the tenant have decided about the fields of a target model."""
        return await self.box.rulings(self.call, model)

    async def cited(self, document: str, sha256: str) -> Document:
        """The document that a citation names, with its whole text."""
        return await self.box.cited(self.call, document, sha256)

    async def compute(self, function: Callable[..., Any], *arguments: Any, timeout: float = 120.0) -> Any:
        """Run a pure function in the process pool."""
        return await self.box.pool.run(function, *arguments, timeout=timeout)

    async def progress(self, done: float, note: str = "") -> None:
        """A heartbeat and a transient event."""
        if activity.in_activity() and not activity.info().is_local:
            activity.heartbeat(done)
        await self.box.progress(self.call, done, note)

    async def close(self) -> None:
        """Remove the fetched files."""
        if self._folder is not None:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
