"""A conversation is read back from closed executions: one person's, in order, and nobody else's."""

from pathlib import Path
from typing import Any

import pytest

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.runtime.ids import mint
from symphainy.runtime.shelves import Shelves
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from ..store.database import MemorySealer
from .making import NOW, closing, opening, passport


@pytest.fixture
def memory(store: Store, sealer: MemorySealer, clock: Clock, tmp_path: Path) -> Any:
    return Shelves.of(store, sealer, LocalObjects(tmp_path), clock).memory


async def ran(surface: StateSurface, tenant: str, who: str, output: Any, intent: str = "agent.message") -> str:
    execution = mint("execution")
    of = passport(tenant, execution).model_copy(update={"principal": Principal(id=who, tenant=tenant)})
    await surface.open(opening(tenant, execution).model_copy(update={"intent": intent}), of)
    if output is not None:
        await surface.close(closing(tenant, execution, output=output))
    return execution


def turn(text: str, conversation: str = "one", **more: Any) -> dict[str, Any]:
    return {"conversation": conversation, "text": text, "answer": f"about {text}", "to": "insights", **more}


async def test_turns_are_ones_own_of_one_conversation_oldest_first(
    surface: StateSurface, memory: Any, tenant: str
) -> None:
    proposal = {"intent": "content.search", "payload": {"query": "x"}}
    first = await ran(surface, tenant, "ann", turn("a"))
    await ran(surface, tenant, "bob", turn("of bob"))
    await ran(surface, tenant, "ann", turn("elsewhere", "two"))
    await ran(surface, tenant, "ann", {"answer": "another solution's own"})
    await ran(surface, tenant, "ann", None)
    await ran(surface, tenant, "ann", {"rows": 1}, intent="insights.profile")
    second = await ran(surface, tenant, "ann", turn("b", proposal=proposal))
    odd = await ran(surface, tenant, "ann", turn("c", proposal={"do": "this"}))

    async def said(before: str = "exe_z", limit: int = 10) -> list[Any]:
        return await memory.turns(tenant, "ann", "one", before=before, limit=limit)

    assert [(s.execution, s.text) for s in await said()] == [(first, "a"), (second, "b"), (odd, "c")]
    assert (await said())[1].proposal.payload == {"query": "x"} and (await said())[2].proposal is None
    assert [s.text for s in await said(limit=1)] == ["c"]
    assert [s.text for s in await said(before=second)] == ["a"], "a turn knows what came before it, at every re-run"
    assert await memory.turns("t-other", "ann", "one", before="exe_z", limit=10) == []
    (run,) = await memory.runs(tenant, "ann", before="exe_z", limit=5)
    assert (run.intent, run.status) == ("insights.profile", "completed")
    assert await memory.runs(tenant, "bob", before="exe_z", limit=5) == []


async def test_sources_are_what_may_be_cited(memory: Any, store: Store, tenant: str, tmp_path: Path) -> None:
    ref = "artifacts/" + "c" * 64
    await LocalObjects(tmp_path).put(f"{tenant}/{ref}", b"{}")
    for name, admitted in (("doc_a", True), ("doc_b", False)):
        row = DocumentRow(
            tenant=tenant, document_id=name, sha256="d" * 64, title=name, text_artifact=ref, admitted=admitted, created_at=NOW,
        )  # fmt: skip
        await Documents(store).put(row)
    (found,) = await memory.sources(tenant, limit=5)
    assert (found.document, found.text.key, found.text.size) == ("doc_a", ref, 2)
    assert await memory.sources("t-other", limit=5) == []
