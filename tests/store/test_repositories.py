"""Every repository's statements, once, on the real database."""

import asyncio
from datetime import UTC, datetime, timedelta

from symphainy.foundations.language.document import Chunk, IndexBatch, IndexEntry, Span
from symphainy.foundations.language.rulings import Ruling
from symphainy.runtime.store.catalogs import CatalogRow, Catalogs, RollRow
from symphainy.runtime.store.definitions import DefinitionRow, Definitions, PlanRow
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.inbox import Inbox, InboxRow
from symphainy.runtime.store.index import DIMENSIONS, Index
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.keys import KeyRow, Keys
from symphainy.runtime.store.policies import BundleRow, Policies, SwitchRow
from symphainy.runtime.store.rulings import Rulings
from symphainy.runtime.store.sessions import SessionRow, Sessions
from symphainy.runtime.store.solutions import BindingRow, DeploymentRow, IntentRouteRow, SolutionRow, Solutions
from symphainy.runtime.store.tasks import HumanTaskRow, TaskDecisionRow, Tasks
from symphainy.runtime.store.tenants import TenantRow, Tenants
from symphainy.runtime.store.tokens import RefreshTokenRow, Tokens
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.uploads import UploadRow, Uploads
from symphainy.runtime.store.users import ApiKeyRow, CredentialRow, DirectoryRow, UserRow, Users
from symphainy.runtime.store.work import WorkItemRow, WorkQueue

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


async def test_people(store: Store, tenant: str) -> None:
    users, tokens = Users(store), Tokens(store)
    assert await Tenants(store).add(TenantRow(tenant=tenant, created_at=NOW))
    assert tenant in await Tenants(store).all()
    assert await Tenants(store).bump(tenant) == 2
    assert await users.add(UserRow(tenant=tenant, user_id="u1", handle="ann@x", roles=["author"], created_at=NOW))
    assert not await users.add(UserRow(tenant=tenant, user_id="u2", handle="ann@x", created_at=NOW))
    assert await users.change(tenant, "u1", roles=["admin"]) == 2
    assert (await users.by_handle(tenant, "ann@x")).roles == ["admin"]  # type: ignore[union-attr]
    for secret in ("one", "two"):
        await users.set_credential(
            CredentialRow(tenant=tenant, user_id="u1", kind="password", secret=secret, changed_at=NOW)
        )
    assert (await users.credential(tenant, "u1", "password")).secret == "two"  # type: ignore[union-attr]
    assert await users.list_handle(DirectoryRow(handle_digest=f"d-{tenant}", tenant=tenant))
    assert await users.tenant_of(f"d-{tenant}") == tenant
    await users.add_key(ApiKeyRow(tenant=tenant, key_id="k", principal_id="u1", digest="d", created_at=NOW))
    await users.touch_key(tenant, "k", revoked_at=NOW)
    assert [k.revoked_at for k in await users.keys(tenant)] == [NOW]
    await tokens.issue(
        RefreshTokenRow(
            tenant=tenant, token_id="t", family="f", user_id="u1", digest="d", issued_at=NOW, expires_at=LATER
        )
    )
    assert sorted(await asyncio.gather(*(tokens.use(tenant, "t", "d", NOW) for _ in range(9)))) == [False] * 8 + [True]
    await tokens.revoke(tenant, NOW, family="f")
    assert (await tokens.get(tenant, "t")).revoked_at == NOW  # type: ignore[union-attr]
    await tokens.failed("*", "address", tenant, NOW)
    assert await tokens.failures("*", "address", tenant, NOW - timedelta(minutes=5)) == (1, NOW)
    await tokens.forget("*", "address", tenant)
    assert await tokens.failures("*", "address", tenant, NOW - timedelta(minutes=5)) == (0, None)


async def test_sessions_and_keys(store: Store, tenant: str) -> None:
    sessions, keys = Sessions(store), Keys(store)
    for name in ("a", "b"):
        await sessions.add(
            SessionRow(tenant=tenant, session_id=name, principal_id="u", created_at=NOW, seen_at=NOW, expires_at=LATER)
        )
    assert await sessions.live(tenant, "u", NOW) == 2
    assert await sessions.renew(tenant, "a", NOW, idle_at=NOW + timedelta(minutes=1))
    assert not await sessions.renew(tenant, "a", NOW + timedelta(minutes=2), idle_at=None)
    assert await sessions.revoke(tenant, NOW, "logout", principal_id="u", keep="b") == ["a"]
    assert await sessions.revoke(tenant, NOW, "logout", session_id="b") == ["b"]
    assert await sessions.live(tenant, "u", NOW) == 0
    rows = [KeyRow(tenant=tenant, key_id=f"k{n}", wrapped=b"w", created_at=NOW) for n in range(5)]
    assert sum(await asyncio.gather(*(keys.add(row) for row in rows))) == 1
    active = await keys.active(tenant)
    assert active is not None
    await keys.retire(tenant, active.key_id, NOW)
    assert await keys.active(tenant) is None
    assert await keys.add(KeyRow(tenant=tenant, key_id="k9", wrapped=b"w", created_at=LATER))
    await keys.destroy(tenant, active.key_id, LATER)
    assert [k.wrapped for k in await keys.all(tenant)] == [None, b"w"]


def batch_entry(ordinal: int, text: str, axis: int) -> IndexEntry:
    chunk = Chunk(
        ordinal=ordinal, text=text, span=Span(start=ordinal, end=ordinal + len(text), page=1), sha256=f"c{ordinal}"
    )
    return IndexEntry(
        chunk=chunk, vector=tuple(1.0 if n == axis else 0.0 for n in range(DIMENSIONS)), embedder="lexical"
    )


async def test_documents_and_search(store: Store, tenant: str) -> None:
    documents, index = Documents(store), Index(store)
    for name in ("d1", "d2"):
        await documents.put(DocumentRow(tenant=tenant, document_id=name, sha256="s", created_at=NOW))
        about = IndexBatch(document_sha256="s", document=name, title=name, entries_artifact="a", embedder="lexical")
        entries = [batch_entry(0, "the invoice is due", 0), batch_entry(1, "zero \0 byte", 1)]
        assert await index.load(tenant, about, entries) == 2
        assert await index.load(tenant, about, entries) == 2
    vector = batch_entry(0, "", 0).vector
    assert await index.search(tenant, "invoice", vector, "lexical", NOW) == []
    assert await documents.admit(tenant, "d1", by="u", at=NOW)
    hits = await index.search(tenant, "invoice", vector, "lexical", NOW)
    assert [(h.document, h.text, h.span.start) for h in hits] == [
        ("d1", "the invoice is due", 0),
        ("d1", "zero \N{REPLACEMENT CHARACTER} byte", 1),
    ]
    assert 1 >= hits[0].score > 0.7 > hits[1].score
    nothing = [0.0] * DIMENSIONS
    worded = await index.search(tenant, "which invoices, or o'clock\\ ones?", nothing, "lexical", NOW)
    assert worded[0].text == "the invoice is due" and worded[0].score > worded[1].score == 0
    assert [h.span.start for h in await index.search(tenant, "byte due", nothing, "lexical", NOW, opening=0.9)] == [
        0,
        1,
    ]
    assert [h.score for h in await index.search(tenant, "?", nothing, "lexical", NOW)] == [0, 0]
    assert await index.search(tenant, "invoice", vector, "lexical", NOW, documents=["d2"]) == []
    assert await index.search("other", "invoice", vector, "lexical", NOW) == []
    assert [d.document_id for d in await documents.citable(tenant, NOW)] == ["d1"]
    assert await documents.citable(tenant, NOW, ["d2"]) == []
    assert await documents.change(tenant, "d1", {"purposes": ["claims"]})
    for purpose, seen in (("", True), ("claims", True), ("marketing", False)):
        hits = await index.search(tenant, "invoice", vector, "lexical", NOW, purpose=purpose)
        assert bool(hits) == seen == bool(await documents.citable(tenant, NOW, ["d1"], purpose=purpose)), purpose
    await index.remove(tenant, "d1")
    assert await index.search(tenant, "invoice", vector, "lexical", NOW) == []
    assert len(await documents.by_hash(tenant, "s")) == 2


async def test_definitions_and_solutions(store: Store, tenant: str) -> None:
    definitions, solutions = Definitions(store), Solutions(store)
    assert await definitions.add_plan(PlanRow(tenant=tenant, digest="p", body="{}", created_at=NOW))
    row = DefinitionRow(tenant=tenant, namespace="n", name="d", version="1", plan_digest="p", created_at=NOW)
    assert (await definitions.register(row))[1]
    standing, mine = await definitions.register(row.model_copy(update={"plan_digest": "q"}))
    assert (standing.plan_digest, mine) == ("p", False)
    assert len(await definitions.versions(tenant, "n", "d")) == len(await definitions.all(tenant)) == 1
    assert await solutions.add(
        SolutionRow(tenant=tenant, digest="s1", name="first", version="1", body="{}", created_at=NOW)
    )
    routes = [IntentRouteRow(tenant=tenant, intent="a.b", solution="first", plan_digest="p")]
    bindings = [BindingRow(tenant=tenant, solution="first", kind="rest", name="r", about={"path": "/x"}, bound_at=NOW)]
    wanted = [
        DeploymentRow(tenant=tenant, name="first", revision=0, digest=d, deployed_at=NOW) for d in ("s1", "s1", "s2")
    ]
    assert [(await solutions.deploy(each, routes, bindings)).revision for each in wanted] == [1, 1, 2]
    assert (tenant, "first", "s2") in await solutions.everywhere()
    assert [r.plan_digest for r in await solutions.routes(tenant, "a.b")] == ["p"]
    assert [b.about for b in await solutions.bindings(tenant, "first")] == [{"path": "/x"}]
    assert await solutions.withdraw(tenant, "first", LATER)
    assert await solutions.routes(tenant, "a.b") == []
    assert await solutions.deployed(tenant) == []


async def test_the_installation(store: Store, tenant: str) -> None:
    catalogs, policies = Catalogs(store), Policies(store)
    row = CatalogRow(digest=tenant, body="{}", published_at=NOW, seen_at=NOW + timedelta(days=9999))
    assert await catalogs.publish(row)
    assert not await catalogs.publish(row)
    assert (await catalogs.newest()).digest == tenant  # type: ignore[union-attr]
    old = CatalogRow(digest=tenant, body="{}", published_at=NOW, seen_at=NOW - timedelta(days=9999))
    assert not await catalogs.publish(old)  # this database is shared: nobody else is to take it for a worker's
    await catalogs.enrol(RollRow(service="nurse", process=tenant, enrolled_at=NOW))
    assert tenant in {r.process for r in await catalogs.roll()}
    for who, value in (("*", "off"), (tenant, "enforce")):
        await policies.switch(SwitchRow(tenant=who, solution="", name="sla", value=value, changed_at=NOW))
    assert [s.value for s in await policies.switches(tenant)] == ["off", "enforce"]
    assert await policies.add_bundle(BundleRow(tenant="*", digest=tenant, body="{}", created_at=NOW))
    assert (await policies.bundle(tenant, tenant)).tenant == "*"  # type: ignore[union-attr]


async def test_work_people_and_events_in(store: Store, tenant: str) -> None:
    tasks, inbox, work, uploads = Tasks(store), Inbox(store), WorkQueue(store), Uploads(store)
    assert await tasks.open(HumanTaskRow(tenant=tenant, task_id="t", opened_at=NOW))
    decided = TaskDecisionRow(tenant=tenant, task_id="t", principal="u", choice="yes", at=NOW)
    assert [await tasks.decide(decided), await tasks.decide(decided)] == [True, False]
    assert len(await tasks.decisions(tenant, "t")) == 1
    assert [await tasks.close(tenant, "t", NOW), await tasks.close(tenant, "t", NOW)] == [True, False]
    assert await tasks.pending(tenant) == []
    event = InboxRow(tenant=tenant, source="s", event_id="e", type="paid", received_at=NOW)
    assert await inbox.receive(event) == (True, [])
    assert await inbox.receive(event) == (False, [])
    item = WorkItemRow(tenant=tenant, item_id="stuck:x", kind="stuck", opened_at=NOW)
    await work.open(item)
    assert await work.close(tenant, "stuck:x", by="u", resolution="done", at=NOW)
    assert await work.items(tenant) == []
    await work.open(item)
    assert [i.state for i in await work.items(tenant, kind="stuck")] == ["open"]
    await uploads.add(UploadRow(tenant=tenant, upload_id="u", created_at=NOW))
    assert await uploads.stored(tenant, "u", sha256="s", size=5, object_key="k", at=NOW)
    for upload_id, sha256, size in (("again", "s", 5), ("other", "t", 7)):
        await uploads.add(UploadRow(tenant=tenant, upload_id=upload_id, created_at=NOW))
        await uploads.stored(tenant, upload_id, sha256=sha256, size=size, object_key="k", at=NOW)
    await uploads.add(UploadRow(tenant=tenant, upload_id="half", size=9, created_at=NOW))
    assert await uploads.used(tenant) == 12, "the same bytes count once, those under way not at all"
    intents = Intents(store)
    first = IntentRow(tenant=tenant, intent_id="i1", execution_id="e1", key="k", received_at=NOW)
    assert await intents.reserve(first) == (first, True)
    again, mine = await intents.reserve(first.model_copy(update={"intent_id": "i2", "execution_id": "e2"}))
    assert (again.intent_id, mine) == ("i1", False)
    assert await Executions(store).page(tenant) == []


async def test_rulings_are_the_tenants_own_and_the_last_word_stands(store: Store, tenant: str) -> None:
    rulings = Rulings(store)
    one, other = (Ruling(model="m", source=name, target="x", accepted=True) for name in "AB")
    await rulings.put(tenant, [one, other], execution_id="exe_1", at=NOW)
    await rulings.put(tenant, [one.model_copy(update={"accepted": False})], execution_id="exe_2", at=LATER)
    assert [(r.source, r.accepted) for r in await rulings.of(tenant, "m")] == [("B", True), ("A", False)]
    assert await rulings.of(tenant, "another") == () and await rulings.of("other", "m") == ()
    async with store.tenant("other") as tx:
        assert await rulings.of(tenant, "m", tx=tx) == (), "the database itself keeps tenants apart"
