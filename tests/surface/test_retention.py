"""Retention on the real record: payloads past it are gone from every column and object, the run and its chains stay."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Edge
from symphainy.foundations.public_works.adapters.local_objects import LocalObjects
from symphainy.runtime.forgotten import kept
from symphainy.runtime.history import ExecutionHistory
from symphainy.runtime.history_export import HistoryArchive, export_key
from symphainy.runtime.rebuild import rebuild
from symphainy.runtime.relay import Relay, export_closed, run_relay
from symphainy.runtime.retention import Retention, Swept
from symphainy.runtime.sealing import Sealing
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.inbox import Inbox, InboxRow
from symphainy.runtime.store.intents import Intents
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.retaining import Retaining
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.uploads import UploadRow, Uploads
from symphainy.runtime.store.work import WorkItemRow, WorkQueue
from symphainy.runtime.verify import verify

from ..store.database import Moving
from .making import NOW, PAY, call, entry, new, opening, passport
from .office import CANARY, PLACES, A, B, C, D, E, Frail, Office, Rule, at, everywhere, holding


@pytest.fixture
async def office(store: Store, clock: Moving, tenant: str, tmp_path: Path) -> Office:
    return await at(store, clock, tenant, tmp_path)


@pytest.mark.rule("data_steward.retention", shows="bites")
async def test_nothing_that_is_past_its_retention_is_left_in_any_column_or_object(
    office: Office, store: Store, superuser: AsyncEngine, tmp_path: Path
) -> None:
    other = await at(store, office.clock, f"{office.tenant}b", tmp_path)
    other.rule = office.rule
    execution, theirs = await everywhere(office), await everywhere(other)
    before = await Journal(store).after(office.tenant)
    assert await holding(superuser, office.tenant) == PLACES, "a place that this test does not know of"
    office.clock.at += timedelta(days=29)
    assert (await office.sweep()).forgotten == 0, "not before its time"
    office.clock.at += timedelta(days=2)
    assert (await office.sweep()).forgotten == 1
    assert await holding(superuser, office.tenant) == set()
    assert await office.left() == set()
    assert await holding(superuser, other.tenant) == PLACES and len(await other.left()) == 4, "another tenant's stay"
    assert (await other.surface.closed(other.tenant, theirs)) is not None
    row = await Executions(store).get(office.tenant, execution)
    assert row is not None and (row.status, row.steps) == ("faulted", 4)
    after = await Journal(store).after(office.tenant)
    assert [each.hash for each in after[:-1]] == [each.hash for each in before], "what was hashed stands"
    assert (after[-1].kind, after[-1].effect_key) == ("control", f"{office.tenant}/{execution}#retention")
    said = (await Decisions(store).after(office.tenant, execution, 0))[-1]
    assert "retention: 30 days after the closing" in said.body
    for tenant in (office.tenant, other.tenant):
        report = await verify(office.surface, tenant=tenant)
        assert report.ok and report.forgotten == (tenant == office.tenant), report.findings


async def test_a_reader_is_told_that_it_is_past_its_retention(office: Office, store: Store) -> None:
    execution = await office.run()
    office.clock.at += timedelta(days=31)
    await office.sweep()
    row = await Intents(store).of_execution(office.tenant, execution)
    assert row is not None and row.start == b"S1\x04d-00", (
        "the key stays named: an erasure still finds whose run it was"
    )
    reads = (
        office.surface.closed(office.tenant, execution), office.surface.recall(office.tenant, execution, "run-1/9"),
        office.surface.open(opening(office.tenant, execution), passport(office.tenant, execution)),
    )  # fmt: skip
    for read in reads:
        with pytest.raises(Refused) as caught:
            await read
        assert caught.value.code == "past_retention"
    with pytest.raises(Refused):
        kept(row.start)
    told = await office.surface.events(office.tenant, execution)
    assert [event.type for event in told][-1] == "execution.faulted"
    assert {"erased": True, "reason": "past_retention"} in [event.data for event in told]
    assert CANARY not in repr(told)


@pytest.mark.rule("data_steward.retention", shows="off")
async def test_off_and_observed_nothing_changes_and_what_is_observed_is_counted(
    office: Office, superuser: AsyncEngine
) -> None:
    await office.run()
    office.clock.at += timedelta(days=31)
    before = await holding(superuser, office.tenant), await office.left()
    office.rule.modes = {None: "off"}
    assert await office.sweep() == Swept()
    office.rule.modes = {None: "observe"}
    assert await office.sweep() == Swept({office.tenant: 1})
    office.rule = Rule()
    assert await office.sweep() == Swept(), "without a number everything is kept for good"
    assert (await holding(superuser, office.tenant), await office.left()) == before
    assert len(await Journal(office.store).after(office.tenant)) == 6


async def test_a_tree_goes_as_one_and_not_while_anything_of_it_is_open(office: Office, store: Store) -> None:
    root = await office.run(close=False)
    child = await office.run(f"{root}/do/0/c")
    office.clock.at += timedelta(days=31)
    assert (await office.sweep()).forgotten == 0
    await office.close(root)
    late = await office.run(f"{root}/do/1/c", close=False)
    office.clock.at += timedelta(days=31)
    assert await office.sweep() == Swept(), "a run below it is open"
    await office.close(late)
    office.clock.at += timedelta(days=31)
    item = WorkItemRow(
        tenant=office.tenant, item_id="i", kind="owed_undo", execution_id=child, effect_key="k", opened_at=NOW
    )
    await WorkQueue(store).open(item)
    assert (await office.sweep()).forgotten == 0, "somebody has still to see to it, and needs its arguments"
    await WorkQueue(store).close(office.tenant, "i", by="usr_ann", resolution="undone", at=NOW)
    assert (await office.sweep()).forgotten == 1
    assert all([await office.row_of(each) for each in (root, child, late)]) and await office.left() == set()
    report = await verify(office.surface, tenant=office.tenant)
    assert report.ok and report.forgotten == 3, report.findings


async def test_what_broke_off_is_finished_by_the_next_round_and_once(office: Office, superuser: AsyncEngine) -> None:
    edges = (Edge(source="x", target=f"artifact:{A}"),)
    root = await office.run(close=False, edges=edges)
    await office.run(f"{root}/do/0/c")
    await office.close(root)
    await office.objects.put(f"{office.tenant}/artifacts/{A}", b"x")
    office.clock.at += timedelta(days=31)
    rounds = 0
    while True:
        office.objects.left = rounds  # it dies a little later each time
        rounds += 1
        if (swept := await office.sweep()).forgotten:
            break
        assert swept.failed == 1 and rounds < 12
    assert rounds > 3, "it was cut off in between"
    assert await holding(superuser, office.tenant) == set() and await office.left() == set()
    assert [r.kind for r in await Journal(office.store).after(office.tenant)].count("control") == 2, "one a run"
    assert await office.sweep() == Swept()
    assert (await verify(office.surface, tenant=office.tenant)).ok


async def test_what_another_run_or_a_document_names_stays(office: Office, store: Store) -> None:
    hers = [Edge(source=f"artifact:{A}", target=f"artifact:{letter}") for letter in (B, C, D, E)]
    await office.run(edges=tuple(hers))
    document = DocumentRow(
        tenant=office.tenant, document_id="doc", sha256=C, text_artifact=f"artifacts/{D}", created_at=NOW
    )
    await Documents(store).put(document)
    for letter in (A, B, C, D, E):
        await office.objects.put(f"{office.tenant}/artifacts/{letter}", b"x")
    office.clock.at += timedelta(days=31)
    young = await office.run(edges=(Edge(source=f"artifact:{B}", target="x"),))
    upload = UploadRow(tenant=office.tenant, upload_id=new(), created_at=office.clock.now())
    await Uploads(store).add(upload)
    await Uploads(store).stored(
        office.tenant, upload.upload_id, sha256=A, size=1, object_key="k", at=office.clock.now()
    )
    await office.sweep()
    assert {key for key in await office.left() if "artifacts" in key} == {f"artifacts/{x}" for x in (A, B, C, D)}
    assert await Documents(store).get(office.tenant, "doc") is not None, "it has an expiry of its own"
    office.clock.at += timedelta(days=31)
    await office.sweep()
    assert await office.row_of(young)
    assert await office.left() == {f"artifacts/{x}" for x in (A, C, D)}, "another one may have come to need it"


WHOLE = "output = emptied(output), arguments = emptied(arguments), forgotten = payload_digests(output, arguments)"
REFUSED = (
    "UPDATE journal SET output = 'x'",
    "UPDATE journal SET output = ''",
    "UPDATE journal SET output = NULL",
    "UPDATE journal SET output = '', arguments = '', forgotten = 'x'",
    f"UPDATE journal SET {WHOLE}, status = 'x'",
    "UPDATE journal SET forgotten = NULL",
    "UPDATE events SET data = 'x'",
    "UPDATE events SET data = NULL",
    "UPDATE events SET data = '', type = 'x'",
    "UPDATE task_decisions SET value = 'x'",
    "UPDATE task_decisions SET value = '', choice = 'reject'",
)
FILLED = {"journal": "output", "events": "data", "task_decisions": "value"}


async def test_every_other_change_of_a_row_is_refused(office: Office, store: Store, superuser: AsyncEngine) -> None:
    done = await office.run()
    office.clock.at += timedelta(days=31)
    await office.sweep()
    closed, open_ = await office.run(), await office.run(close=False)

    async def tried(engine: AsyncEngine, statement: str, execution: str) -> None:
        table = statement.split()[1]
        mine = "task_id = 't-' || :e" if table == "task_decisions" else "execution_id = :e"
        async with engine.begin() as connection:
            await connection.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": office.tenant})
            about = {"e": execution}
            await connection.execute(text(f"{statement} WHERE {mine} AND {FILLED[table]} IS NOT NULL"), about)

    for statement in REFUSED:
        for execution, engine in ((done, superuser), (closed, superuser), (closed, store.sql.engine("app"))):
            with pytest.raises(DBAPIError, match="append-only|permission denied"):
                await tried(engine, statement, execution)
    for statement in (f"UPDATE journal SET {WHOLE}", "UPDATE events SET data = ''"):
        with pytest.raises(DBAPIError, match="append-only"):  # of a run that goes on
            await tried(superuser, statement, open_)
        await tried(store.sql.engine("app"), statement, closed)


async def test_verify_finds_values_that_went_under_no_rule(office: Office, superuser: AsyncEngine) -> None:
    execution = await office.run()
    async with office.store.tenant(office.tenant) as tx:
        await tx.execute(
            text(f"UPDATE journal SET {WHOLE} WHERE execution_id = :e AND kind = 'closed'"), {"e": execution}
        )
    (found,) = (await verify(office.surface, tenant=office.tenant)).findings
    assert "no rule of retention" in found.problem
    office.clock.at += timedelta(days=31)
    await office.sweep()
    assert (await verify(office.surface, tenant=office.tenant)).ok
    async with superuser.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(
            text("UPDATE journal SET output = 'made up' WHERE execution_id = :e AND kind = 'closed'"), {"e": execution}
        )
    (found,) = (await verify(office.surface, tenant=office.tenant)).findings
    assert "holds some" in found.problem


async def test_rebuild_brings_nothing_back_and_what_comes_late_goes_too(office: Office, superuser: AsyncEngine) -> None:
    class Asked:
        """Histories that must not be asked for."""

        async def history(self, tenant: str, execution_id: str) -> ExecutionHistory | None:
            raise AssertionError("a history of what is past its retention was read")

    root = await office.run(close=False)
    execution = await office.run(f"{root}/do/5/c")
    await office.close(root)
    office.clock.at += timedelta(days=31)
    await office.sweep()
    assert (await rebuild(office.surface, Asked(), office.tenant, [execution])).executions == 0
    late = call(office.tenant, execution, "/do/9/late", contract=PAY)
    await office.surface.commit([entry(late, {"said": CANARY}, contract=PAY)])
    assert await office.row_of(execution) is None and await holding(superuser, office.tenant) == {"journal.output"}
    await WorkQueue(office.store).close(
        office.tenant, f"late_effect:{late.effect_key}", by="usr_ann", resolution="kept", at=NOW
    )
    assert (await office.sweep()).forgotten == 1
    assert await holding(superuser, office.tenant) == set()
    assert (await verify(office.surface, tenant=office.tenant)).ok


async def test_an_event_goes_with_the_last_that_has_use_for_it(office: Office, store: Store) -> None:
    old, inbox = await office.run(), Inbox(store)
    about = {"t": office.tenant, "k": "schedule:told:s1", "old": old, "at": NOW}

    async def put(statement: str) -> None:
        async with store.tenant(office.tenant) as tx:
            await tx.execute(text(statement), about)

    async def left() -> list[str]:
        rows = [await inbox.get(office.tenant, "/crm", name) for name in ("mine", "both", "waits", "started")]
        return [row.event_id for row in rows if row is not None and row.data is not None]

    office.clock.at += timedelta(days=20)
    about["young"] = await office.run()
    for name in ("mine", "both", "waits", "started"):
        event = InboxRow(tenant=office.tenant, source="/crm", event_id=name, type="x", data=b"sealed", received_at=NOW)
        await inbox.receive(event)
    await put("UPDATE intents SET key = :k WHERE execution_id = :old")
    await put("""INSERT INTO deliveries (tenant, execution_id, source, event_id, matched_at, start_key, consumed_at) VALUES
        (:t, :old, '/crm', 'mine', :at, '', NULL), (:t, :old, '/crm', 'both', :at, '', NULL), (:t, :young, '/crm', 'both', :at, '', NULL),
        (:t, :old, '/crm', 'waits', :at, '', NULL), (:t, 'on:other', '/crm', 'waits', :at, '', NULL),
        (:t, 'on:told', '/crm', 'started', :at, 's1', :at)""")
    office.clock.at += timedelta(days=11)
    await office.sweep()
    assert await left() == ["both", "waits"]
    office.clock.at += timedelta(days=20)
    await office.sweep()
    assert await left() == ["waits"], "a trigger has still to start a run with it"


async def test_the_relay_sweeps_and_ends_between_two_trees(office: Office, store: Store) -> None:
    runs, stop = [await office.run() for _ in range(3)], asyncio.Event()

    class Noted(Frail):
        """Says stop when the first tree goes."""

        async def delete(self, key: str) -> None:
            await super().delete(key)
            stop.set()

    office.clock.at += timedelta(days=31)
    office.objects = Noted(office.folder)
    sealing = Sealing(store, office.objects, lambda data: "signature", office.clock)
    retention = Retention(store, office.objects, office.rule, office.clock)
    await run_relay(Relay(store.sql, store, office.clock, None, sealing, None, None, retention=retention), stop)
    assert [bool(await office.row_of(run)) for run in runs] == [True, False, False]


async def test_exports_of_a_tree_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    objects, runs = LocalObjects(tmp_path), ("exe_1/do/0/c/do/0/d", "exe_1/do/0/c", "exe_1")
    for order in (runs, runs[::-1]):
        for run in order:
            await objects.put(export_key("acme", run), run.encode(), create_only=True)
        for run in order:
            assert await objects.get(export_key("acme", run)) == run.encode()
            await objects.delete(export_key("acme", run))


@pytest.mark.parametrize("place", ["before the mark", "behind it"])
async def test_an_export_that_was_on_its_way_does_not_stay(office: Office, store: Store, place: str) -> None:
    run = await office.run()
    async with store.tenant(office.tenant) as tx:  # so long ago that it is the first to be exported
        await tx.execute(text("UPDATE executions SET closed_at = '1970-01-01' WHERE execution_id = :e"), {"e": run})

    class Archive(HistoryArchive):
        """Exports while the sweep is at work."""

        def __init__(self) -> None:
            self._objects = office.objects

        async def export(self, tenant: str, execution_id: str) -> bool:
            if (tenant, execution_id) != (office.tenant, run):
                return False
            if place == "behind it":
                await office.sweep()
            await self._objects.put(export_key(tenant, execution_id), b"late")
            return True

    class Between(Frail):
        """The export comes between the last deletion and the mark."""

        async def delete(self, key: str) -> None:
            await super().delete(key)
            if "payloads" in key:
                await office.objects.put(export_key(office.tenant, run), b"late")

    sealing = Sealing(store, office.objects, lambda data: "signature", office.clock)
    if place == "before the mark":
        office.objects = Between(office.folder)
        await office.sweep()
    else:
        await export_closed(Relay(store.sql, store, office.clock, None, sealing, None, None), Archive())
    assert await office.row_of(run) and await office.left() == set()


async def test_a_solution_may_be_observed_alone(office: Office) -> None:
    execution = await office.run()
    async with office.store.tenant(office.tenant) as tx:
        await tx.execute(text("UPDATE executions SET solution = 'claims' WHERE execution_id = :e"), {"e": execution})
    await office.run()
    office.rule.modes = {"claims": "observe"}
    office.clock.at += timedelta(days=31)
    assert await office.sweep() == Swept({office.tenant: 1}, 1)
    assert await Retaining(office.store).counts(office.tenant, office.clock.at) == {"claims": 1}
