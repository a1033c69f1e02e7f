"""Erasing a person on the real record: what was sealed for them opens no more, runs stay, and the chains hold."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.errors import Conflict, NotFound, Refused
from symphainy.foundations.language.people import Shown, TaskOpened
from symphainy.foundations.language.records import Edge, EventDraft, Record
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.erasure_desk import ErasureDesk
from symphainy.governance.repositories import StoredKeys
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.governance.vault import Vault
from symphainy.runtime.definitions import Definitions
from symphainy.runtime.history import ExecutionHistory
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.inbox import Inbox, InboxRow
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.store.tasks import Tasks
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import verify

from ..store.database import Moving
from .making import NOW, PAY, call, closing, entry, opening, passport
from .test_receive import intent

WORD = "canary-of-ann"
SIGNED = Signatures(b"s" * 32)


@dataclass
class Desk:
    """One process over the store, with the city's own keys."""

    tenant: str
    keys: KeyRing
    surface: StateSurface
    erasure: ErasureDesk
    objects: LocalObjects
    cancelled: list[str]

    @property
    def who(self) -> SessionContext:
        person = Principal(id="usr_dpo", tenant=self.tenant)
        return SessionContext(session_id="ses_1", tenant=self.tenant, principal=person, created_at=NOW, expires_at=NOW)

    async def run(self, subject: str, *, close: bool = True, **more: Any) -> str:
        """A run with an effect, an event and an output, about somebody."""
        row = intent(self.tenant, key=f"k-{subject}-{len(self.cancelled)}-{more}", state="started")
        execution = row.execution_id
        await self.keys.about(self.tenant, execution, subject)
        sealer = await self.keys.of(self.tenant, execution)
        row.start = sealer.seal(self.tenant, WORD.encode(), context=b"start")
        await self.surface.receive(row)
        await self.surface.open(opening(self.tenant, execution), passport(self.tenant, execution))
        record = Record(events=[EventDraft(type="claim.read", data={"who": WORD})], **more)
        asked = call(self.tenant, execution, "/do/0/pay", contract=PAY)
        asked = asked.model_copy(update={"arguments": {"to": WORD}})
        digest = sealer.digest(self.tenant, WORD.encode())
        await self.surface.commit([entry(asked, {"said": WORD}, digest=digest, contract=PAY, record=record)])
        if close:
            await self.surface.close(closing(self.tenant, execution, output={"said": WORD}))
        return execution


@pytest.fixture
def desk(store: Store, clock: Moving, tenant: str, tmp_path: Path) -> Desk:
    return at(store, clock, tenant, tmp_path)


def at(store: Store, clock: Moving, tenant: str, folder: Path) -> Desk:
    keys, objects, cancelled = (
        KeyRing(StoredKeys(Keys(store)), Vault(b"m" * 32), clock),
        LocalObjects(folder),
        list[str](),
    )
    surface = StateSurface(store, keys, clock)

    async def cancel(who: SessionContext, execution: str) -> bool:
        cancelled.append(execution)
        if execution not in stubborn:
            await surface.close(closing(who.tenant, execution, status="cancelled"))
        return True

    stubborn: list[str] = []
    erasure = ErasureDesk(keys, surface, objects, cancel, SIGNED.sign, clock, "api-1")
    made = Desk(tenant, keys, surface, erasure, objects, cancelled)
    made.stubborn = stubborn  # type: ignore[attr-defined]
    return made


async def test_runs_of_an_erased_person_list_and_open_without_their_values(
    desk: Desk, store: Store, clock: Moving, tmp_path: Path
) -> None:
    hers, his, nobodys = await desk.run("ann"), await desk.run("ben"), await desk.run("")
    made = await desk.erasure.erase(desk.who, " ann ")
    assert made.told["runs"] == [hers]
    for process in (desk, at(store, clock, desk.tenant, tmp_path)):
        surface = process.surface
        row = await Executions(store).get(desk.tenant, hers)
        assert row is not None and (row.status, row.steps) == ("completed", 1)
        assert [step.status for step in await Journal(store).steps(desk.tenant, hers)] == ["succeeded"]
        told = await surface.events(desk.tenant, hers)
        assert [event.type for event in told][-1] == "execution.completed"
        assert all(event.data in ({}, {"erased": True}) for event in told) and WORD not in repr(told)
        for read in (surface.closed(desk.tenant, hers), surface.recall(desk.tenant, hers, "run-1/9")):
            with pytest.raises(Refused) as caught:
                await read
            assert caught.value.code == "key_destroyed"
        for other in (his, nobodys):
            closing_ = await surface.closed(desk.tenant, other)
            assert closing_ is not None and closing_.output == {"said": WORD}
    report = await verify(desk.surface, tenant=desk.tenant)
    assert report.ok, report.findings


class Erased:
    """Histories of which none can be read any more."""

    async def history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
        raise Refused("the key is destroyed", code="key_destroyed")


async def test_an_erased_run_is_held_against_its_plan(desk: Desk, store: Store, superuser: AsyncEngine) -> None:
    document = {"do": [{"pay": {"call": "pay"}}]}
    plan = Plan(namespace="n", name="p", version="1.0.0", document=document, calls={"pay": PAY.ref}).sealed()
    await Definitions(store, desk.surface.clock).keep(desk.tenant, plan)
    hers = await desk.run("ann")
    async with store.tenant(desk.tenant) as tx:
        about = {"d": plan.digest, "e": hers}
        await tx.execute(text("UPDATE executions SET plan_digest = :d WHERE execution_id = :e"), about)
    report = await verify(desk.surface, Erased(), desk.tenant)
    assert report.ok and report.erased == 1, report.findings
    other = plan.model_copy(update={"calls": {"pay": "bank.refund@1"}}).sealed()
    await Definitions(store, desk.surface.clock).keep(desk.tenant, other)
    async with store.tenant(desk.tenant) as tx:
        about = {"d": other.digest, "e": hers}
        await tx.execute(text("UPDATE executions SET plan_digest = :d WHERE execution_id = :e"), about)
    (found,) = (await verify(desk.surface, Erased(), desk.tenant)).findings
    assert (found.table, found.row) == ("plan", hers) and "where the plan calls" in found.problem


async def test_no_row_and_no_object_holds_what_was_erased(desk: Desk, store: Store, superuser: AsyncEngine) -> None:
    edges = [
        Edge(source="artifact:" + "c" * 64, target="document:doc_ann"),
        Edge(source="x", target="artifact:" + "a" * 64),
    ]
    shared = Edge(source="x", target="artifact:" + "b" * 64)
    hers = await desk.run("ann", lineage=[*edges, shared])
    await desk.run("ben", lineage=[shared])
    for name, texts in (("doc_ann", "d" * 64), ("doc_ben", "e" * 64)):
        row = DocumentRow(
            tenant=desk.tenant, document_id=name, sha256="f" * 64, title=WORD, text_artifact=f"artifacts/{texts}", created_at=NOW
        )  # fmt: skip
        await Documents(store).put(row)
    for letter in "abdef":
        await desk.objects.put(f"{desk.tenant}/artifacts/{letter * 64}", b"x")
    opened = TaskOpened(task_id="tsk_1", shown=Shown(title=WORD, show={"who": WORD}), shown_digest="d")
    ask = entry(call(desk.tenant, hers, "/do/1/ask"), people=(opened,))
    await desk.surface.commit([ask])
    sealer = await desk.keys.of(desk.tenant, "")
    row = InboxRow(
        tenant=desk.tenant, source="/crm", event_id="e1", type="crm.told", subject=WORD, data=sealer.seal(desk.tenant, WORD.encode()),
        received_at=NOW,
    )  # fmt: skip
    async with store.tenant(desk.tenant) as tx:
        await tx.execute(
            text("INSERT INTO listeners VALUES (:t, :e, 'crm.told', now())"), {"t": desk.tenant, "e": hers}
        )
    await Inbox(store).receive(row)
    made = (await desk.erasure.erase(desk.who, "ann")).told
    assert (made["documents"], made["tasks"], made["events"]) == (["doc_ann"], 1, 1)
    assert made["artifacts"] == ["a" * 64, "d" * 64], "what another run has made, or another document names, stays"
    left = [stat.key.rpartition("/")[2][0] async for stat in desk.objects.list(f"{desk.tenant}/artifacts")]
    assert sorted(left) == ["b", "e", "f"]
    assert await Documents(store).get(desk.tenant, "doc_ben") is not None
    task = await Tasks(store).get(desk.tenant, "tsk_1")
    assert task is not None and task.title == ""
    received = await Inbox(store).get(desk.tenant, "/crm", "e1")
    assert received is not None and (received.data, received.subject) == (None, "")


async def test_the_certificate_is_signed_and_its_digest_stands_in_the_chain(
    desk: Desk, store: Store, superuser: AsyncEngine
) -> None:
    await desk.run("ann")
    made = await desk.erasure.erase(desk.who, "ann")
    assert SIGNED.verify(made.body.encode(), made.signature) and not SIGNED.verify(b"another", made.signature)
    decisions = [json.loads(row.body) for row in await Decisions(store).after(desk.tenant, "", 0)]
    (said,) = [each for each in decisions if each["action"] == "erase"]
    assert (said["resource"], said["input_digest"], said["actor"]) == (
        f"Erasure:{made.erasure_id}",
        made.digest,
        "usr_dpo",
    )
    assert '"ann"' not in made.body and WORD not in made.body
    assert await desk.erasure.erase(desk.who, "ann") == made, "again gives the same certificate"
    assert await desk.erasure.certificates(desk.tenant) == [made]
    with pytest.raises(NotFound):
        await desk.erasure.erase(desk.who, "nobody")
    async with superuser.begin() as connection:
        kept = await connection.execute(
            text("SELECT wrapped FROM keys WHERE tenant = :t AND purpose = 'subject'"), {"t": desk.tenant}
        )  # fmt: skip
        assert [row.wrapped for row in kept] == [None]


async def test_open_runs_are_stopped_first_and_one_that_does_not_stop_keeps_the_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symphainy.governance.erasure_desk.PATIENCE", NOW - NOW)
    stays = await desk.run("ann", close=False)
    desk.stubborn.append(stays)  # type: ignore[attr-defined]
    with pytest.raises(Conflict) as caught:
        await desk.erasure.erase(desk.who, "ann")
    assert caught.value.code == "runs_open" and desk.cancelled == [stays]
    assert len(await desk.surface.events(desk.tenant, stays)) == 4
    assert {"who": WORD} in [event.data for event in await desk.surface.events(desk.tenant, stays)]
    later = await desk.run(
        "ann", close=False
    )  # behind the first try a new key is used, which the second try ends as well
    desk.stubborn.clear()  # type: ignore[attr-defined]
    made = await desk.erasure.erase(desk.who, "ann")
    assert made.told["runs"] == sorted([stays, later]) and len(made.told["keys"]) == 2  # type: ignore[arg-type]
    again = await desk.run("ann")
    closing_ = await desk.surface.closed(desk.tenant, again)
    assert closing_ is not None and closing_.output == {"said": WORD}
