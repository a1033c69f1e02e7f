"""A person reads what is admitted, through the door, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.document import Document, Span, Table
from symphainy.foundations.language.errors import NotFound, Refused
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.runtime.doors import Doors
from symphainy.runtime.reading import Reading
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.unit import Store

from .fakes import FakeClock, FakeGate

TEXT = "First page.\fSecond page."


class Sink:
    def __init__(self) -> None:
        self.decisions: list[object] = []

    async def door(self, decision: object) -> object:
        self.decisions.append(decision)
        return decision


def session(tenant: str) -> SessionContext:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    who = Principal(id="usr_a", tenant=tenant, roles=("member",))
    return SessionContext(
        session_id="ses_a", tenant=tenant, principal=who, created_at=now, expires_at=now + timedelta(hours=1)
    )


@pytest.fixture
async def reading(store: Store, objects: LocalObjects, tenant: str, gate: FakeGate, clock: FakeClock) -> Reading:
    parsed = Document(
        sha256="5" * 64, media_type="text/plain", text=TEXT, tables=(Table(name="t", rows=(("a", "b"), ("1", "2"))),),
        pages=(Span(start=0, end=12, page=1), Span(start=12, end=len(TEXT), page=2)),
    )  # fmt: skip
    data = parsed.model_dump_json().encode()
    ref = ArtifactRef.of(data)
    await objects.put(f"{tenant}/{ref.key}", data)
    for name, more in (
        ("doc_a", {}), ("doc_withdrawn", {"admitted": False}), ("doc_expired", {"expires_at": clock.now() - timedelta(seconds=1)}),
    ):  # fmt: skip
        about = {"admitted": True, "admitted_at": clock.now(), **more}
        row = DocumentRow(
            tenant=tenant, document_id=name, sha256="5" * 64, title=name, text_artifact=ref.key, created_at=clock.now(),
            **about,
        )  # fmt: skip
        await Documents(store).put(row)
    return Reading(store, objects, Doors(gate, Sink(), clock, "p"), clock)


async def test_only_admitted_documents_are_there(reading: Reading, tenant: str) -> None:
    who = session(tenant)
    assert [line.document_id for line in await reading.documents(who)] == ["doc_a"]
    for name in ("doc_withdrawn", "doc_expired", "doc_none"):
        with pytest.raises(NotFound):
            await reading.passage(who, name)
    assert await reading.documents(session(f"{tenant}x")) == []
    with pytest.raises(NotFound):
        await reading.passage(session(f"{tenant}x"), "doc_a")


async def test_a_passage_is_exact_and_says_what_else_there_is(reading: Reading, tenant: str) -> None:
    found = await reading.passage(session(tenant), "doc_a", 6, 4)
    assert (found.text, found.start, found.characters) == ("page", 6, len(TEXT))
    assert [page.page for page in found.pages] == [1, 2]
    assert [(t.name, t.rows, t.columns) for t in found.tables] == [("t", 1, ("a", "b"))]
    assert found.parsed.size > 0 and found.parsed.key == f"artifacts/{found.parsed.sha256}"
    beyond = await reading.passage(session(tenant), "doc_a", 10_000)
    assert (beyond.text, beyond.start) == ("", len(TEXT))


async def test_the_door_is_asked(
    reading: Reading, tenant: str, gate: FakeGate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def shut(call: object, record: object) -> None:
        raise Refused("no")

    monkeypatch.setattr(gate, "door", shut)
    with pytest.raises(Refused):
        await reading.documents(session(tenant))
    with pytest.raises(Refused):
        await reading.passage(session(tenant), "doc_a")
