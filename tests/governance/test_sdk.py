"""Security Guard's SDK and the repositories, on a real PostgreSQL with row-level security."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.errors import Invalid, NotFound, RateLimited, Refused, Unauthenticated
from symphainy.foundations.language.records import UndoGrant
from symphainy.foundations.public_works.adapters.key_ring import KeyRing as TokenKeys
from symphainy.foundations.public_works.adapters.local_auth import LocalAuth
from symphainy.governance.assembly import Needs, build_city, build_sdk
from symphainy.governance.chain import City
from symphainy.governance.library_desk import LibraryDesk
from symphainy.governance.repositories import StoredCatalogue, StoredControl, StoredDirectory, StoredGrants, StoredKeys
from symphainy.governance.security_guard.sdk import SecurityGuardSdk
from symphainy.governance.switches import SwitchSetting
from symphainy.runtime.ids import mint
from symphainy.runtime.sessions import Sessions
from symphainy.runtime.store.documents import DocumentRow, Documents
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.store.policies import Policies
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import Users

from ..store.database import Moving, clock, running, sql, store, tenant
from .parts import MASTER, a_passport, step_call

__all__ = ["clock", "running", "sql", "store", "tenant"]

PASSWORD = "a long enough sentence"


@dataclass
class Gatehouse:
    """City and SDK over one database."""

    city: City
    sdk: SecurityGuardSdk
    sessions: Sessions
    clock: Moving
    tenant: str


def build(store: Store, clock: Moving, tenant: str, joining: tuple[str, ...] | None = ("member",)) -> Gatehouse:
    city = build_city(
        Needs(
            MASTER, StoredKeys(Keys(store)), StoredDirectory(Users(store)), StoredGrants(Grants(store)),
            StoredCatalogue(Documents(store), clock), clock=clock,
        )
    )  # fmt: skip
    auth = LocalAuth(TokenKeys.derived(MASTER), clock=clock, memory_kib=1024)
    sessions = Sessions(store, None, city.session_terms, clock)
    return Gatehouse(city, build_sdk(city, store, auth, sessions, clock, joining=joining), sessions, clock, tenant)


@pytest.fixture
async def gatehouse(store: Store, clock: Moving, tenant: str) -> AsyncIterator[Gatehouse]:
    house = build(store, clock, tenant)
    await house.city.start()
    yield house
    await house.city.close()


async def test_the_first_founds_the_tenant_and_others_join(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    ann = await sdk.register(tenant, "Ann@Example.org", PASSWORD, name="Ann")
    ben = await sdk.register(tenant, "ben@example.org", PASSWORD)
    assert "administrator" in ann.roles
    assert ben.roles == ("member",)
    assert "example" not in f"{ann.id}{ben.id}", "ids hold no personal data"


async def test_where_nobody_may_join_nobody_does(store: Store, clock: Moving, tenant: str) -> None:
    house = build(store, clock, tenant, joining=None)
    await house.sdk.register(tenant, "ann@example.org", PASSWORD)
    with pytest.raises(Refused, match="no new users"):
        await house.sdk.register(tenant, "ben@example.org", PASSWORD)


async def test_a_taken_address_answers_as_a_new_one_and_changes_nothing(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    ann = await sdk.register(tenant, "ann@example.org", PASSWORD)
    eve = await sdk.register(tenant, "ANN@example.org", "another password")
    assert eve.id != ann.id
    assert (await sdk.login(tenant, "ann@example.org", PASSWORD)).principal.id == ann.id
    with pytest.raises(Unauthenticated):
        await sdk.login(tenant, "ann@example.org", "another password")


@pytest.mark.parametrize("name", ["*", "rehearsal:acme", "Acme", "", "a_b", "a/b"])
async def test_a_tenants_name_is_a_label(gatehouse: Gatehouse, name: str) -> None:
    with pytest.raises(Invalid):
        await gatehouse.sdk.register(name, "ann@example.org", PASSWORD)


async def test_login_authenticate_logout(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    ann = await sdk.register(tenant, "ann@example.org", PASSWORD)
    first = await sdk.login(tenant, " ANN@example.org", PASSWORD, address="10.0.0.1")
    second = await sdk.login(tenant, "ann@example.org", PASSWORD)
    assert first.session_id != second.session_id, "every login begins a session of its own"
    found = await sdk.authenticate(first.access_token)
    assert found.principal == ann
    assert found.session.session_id == first.session_id
    await sdk.logout(first.access_token)
    with pytest.raises(Unauthenticated):
        await sdk.authenticate(first.access_token)
    with pytest.raises(Unauthenticated):
        await sdk.refresh(first.refresh_token)
    await sdk.authenticate(second.access_token)


async def test_a_wrong_password_and_an_unknown_address_say_the_same(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    said = set()
    for where, who in (
        (tenant, "ann@example.org"),
        (tenant, "eve@example.org"),
        ("nowhere", "ann@example.org"),
        ("*", "x"),
    ):
        with pytest.raises(Unauthenticated) as caught:
            await sdk.login(where, who, "a wrong password")
        said.add(caught.value.problem().model_dump_json())
    assert len(said) == 1


async def test_an_unknown_address_takes_as_long(store: Store, clock: Moving, tenant: str) -> None:
    house = build(store, clock, tenant)
    await house.sdk.register(tenant, "ann@example.org", PASSWORD)
    times: dict[str, list[float]] = {"ann@example.org": [], "eve@example.org": []}
    for _ in range(8):
        for who, taken in times.items():
            started = time.perf_counter()
            with pytest.raises(Unauthenticated):
                await house.sdk.login(tenant, who, "a wrong password")
            taken.append(time.perf_counter() - started)
    known, unknown = (statistics.median(taken) for taken in times.values())
    assert unknown > 0.4 * known, "no short cut (the ten per cent are timed by the benchmark, on an idle machine)"


@pytest.mark.rule("security_guard.failures", shows="bites")
async def test_ten_wrong_passwords_and_the_account_waits_and_its_sessions_do_not(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    open_already = await sdk.login(tenant, "ann@example.org", PASSWORD)
    for n in range(10):
        with pytest.raises(Unauthenticated):
            await sdk.login(tenant, "ann@example.org", "wrong password", address=f"10.0.0.{n}")
    with pytest.raises(RateLimited) as caught:
        await sdk.login(tenant, "ann@example.org", PASSWORD, address="10.0.0.99")
    assert 0 < caught.value.extra["retry_after"] <= 300
    await sdk.authenticate(open_already.access_token)
    gatehouse.clock.at += timedelta(minutes=5)
    await sdk.login(tenant, "ann@example.org", PASSWORD)


@pytest.mark.rule("security_guard.failures", shows="bites")
async def test_spraying_many_accounts_from_one_address_waits_and_another_process_knows(
    gatehouse: Gatehouse, store: Store
) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    address = f"address of {tenant}"
    for n in range(50):
        with pytest.raises(Unauthenticated):
            await sdk.login(tenant, f"user{n}@example.org", "spring2026!", address=address)
    other = build(store, gatehouse.clock, tenant)
    with pytest.raises(RateLimited):
        await other.sdk.login(tenant, "ann@example.org", PASSWORD, address=address)
    await other.sdk.login(tenant, "ann@example.org", PASSWORD, address="elsewhere")


async def test_a_refresh_token_works_once_and_a_second_use_ends_the_session(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    first = await sdk.login(tenant, "ann@example.org", PASSWORD)
    second = await sdk.refresh(first.refresh_token)
    assert second.session_id == first.session_id
    assert second.refresh_token != first.refresh_token
    third = await sdk.refresh(second.refresh_token)
    with pytest.raises(Unauthenticated, match="used before"):
        await sdk.refresh(first.refresh_token)
    with pytest.raises(Unauthenticated):
        await sdk.refresh(third.refresh_token)
    with pytest.raises(Unauthenticated):
        await sdk.authenticate(third.access_token)


async def test_two_at_once_spend_a_refresh_token_once(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    login = await sdk.login(tenant, "ann@example.org", PASSWORD)
    ends = await asyncio.gather(*(sdk.refresh(login.refresh_token) for _ in range(5)), return_exceptions=True)
    assert sum(not isinstance(end, BaseException) for end in ends) <= 1


@pytest.mark.parametrize("token", ["", "x", "acme.x", "*.a.b", "acme.a.b", "acme." + "x" * 10_000])
async def test_no_other_text_is_a_refresh_token(gatehouse: Gatehouse, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await gatehouse.sdk.refresh(token)


async def test_a_refresh_token_is_no_access_token_and_the_other_way_round(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    await sdk.register(tenant, "ann@example.org", PASSWORD)
    login = await sdk.login(tenant, "ann@example.org", PASSWORD)
    passport = gatehouse.city.sign(a_passport()).token
    for token in (login.refresh_token, passport):
        with pytest.raises(Unauthenticated):
            await sdk.authenticate(token)
    with pytest.raises(Unauthenticated):
        gatehouse.city.verify(login.access_token)


async def test_a_disabled_user_is_nobody_at_once(gatehouse: Gatehouse) -> None:
    sdk, tenant = gatehouse.sdk, gatehouse.tenant
    ann = await sdk.register(tenant, "ann@example.org", PASSWORD)
    login = await sdk.login(tenant, "ann@example.org", PASSWORD)
    await sdk.authenticate(login.access_token)
    await sdk.people.set_state(tenant, ann.id, "disabled")
    for attempt in (
        sdk.authenticate(login.access_token),
        sdk.refresh(login.refresh_token),
        sdk.login(tenant, "ann@example.org", PASSWORD),
    ):
        with pytest.raises(Unauthenticated):
            await attempt
    await sdk.people.set_state(tenant, ann.id, "enabled")
    await sdk.login(tenant, "ann@example.org", PASSWORD)


async def test_a_role_that_is_taken_stops_the_next_step_here_at_once(gatehouse: Gatehouse) -> None:
    from symphainy.foundations.language.records import Record
    from symphainy.foundations.language.step import Outcome

    from .parts import CONTRACT, Text

    sdk, city, tenant = gatehouse.sdk, gatehouse.city, gatehouse.tenant
    ann = await sdk.register(tenant, "ann@example.org", PASSWORD)
    passport = city.sign(a_passport(tenant=tenant, principal=ann, not_after=gatehouse.clock.now() + timedelta(days=1)))
    call = step_call(tenant=tenant)

    async def run() -> Outcome[Text]:
        return Outcome(output=Text())

    await city.step(call, CONTRACT, passport, Record(), run)
    await sdk.people.set_roles(tenant, ann.id, ())
    with pytest.raises(Refused):
        await city.step(call, CONTRACT, passport, Record(), run)
    with pytest.raises(Invalid, match="no role king"):
        await sdk.people.set_roles(tenant, ann.id, ("king",))
    with pytest.raises(NotFound):
        await sdk.people.set_roles(tenant, "usr_nobody", ())


async def test_a_service_account_is_made_once(gatehouse: Gatehouse) -> None:
    people, tenant = gatehouse.sdk.people, gatehouse.tenant
    first, second = await people.service(tenant, "schedules"), await people.service(tenant, "schedules")
    assert first == second
    assert (first.type, first.roles) == ("Service", ("service",))
    directory = StoredDirectory(people._users)
    rights = await directory.rights(tenant, first)
    assert rights is not None
    assert rights.roles == ("service",)
    assert await directory.rights(tenant, Principal(id=first.id, tenant=tenant)) is None, "a service is no user"


async def test_keys_are_kept_wrapped_and_another_process_reads_them(gatehouse: Gatehouse, store: Store) -> None:
    keys, tenant = gatehouse.city.keys, gatehouse.tenant
    await gatehouse.city.prepare(tenant)
    sealed = keys.seal(tenant, b"secret")
    await keys.rotate(tenant)
    other = build(store, gatehouse.clock, tenant)
    await other.city.start()
    await other.city.prepare(tenant)
    assert other.city.keys.unseal(tenant, sealed) == b"secret"
    assert other.city.keys.current(tenant)[0] == keys.current(tenant)[0]
    assert other.city.keys.digest(tenant, b"x") == keys.digest(tenant, b"x")
    rows = await Keys(store).all(tenant, "data")
    assert len(rows) == 2
    assert all(keys.key(tenant, row.key_id) not in (row.wrapped or b"") for row in rows)


async def test_ten_processes_that_start_at_once_agree_on_one_key(store: Store, clock: Moving, tenant: str) -> None:
    houses = [build(store, clock, tenant) for _ in range(10)]
    await asyncio.gather(*(h.city.start() for h in houses))
    await asyncio.gather(*(h.city.prepare(tenant) for h in houses))
    assert len({h.city.keys.current(tenant)[0] for h in houses}) == 1
    assert len({h.city.sign(a_passport()).key_id for h in houses}) == 1


async def test_the_catalogue_and_the_grants_read_the_store(gatehouse: Gatehouse, store: Store) -> None:
    documents, tenant, now = Documents(store), gatehouse.tenant, gatehouse.clock.now()
    ids = [mint("upload") for _ in range(3)]
    for document_id, expires in zip(ids, (None, now - timedelta(days=1), None), strict=True):
        await documents.put(
            DocumentRow(tenant=tenant, document_id=document_id, sha256=f"h-{document_id}", created_at=now)
        )
        await documents.admit(tenant, document_id, by="ann", at=now, expires_at=expires, admitted=document_id != ids[2])
    catalogue = StoredCatalogue(documents, gatehouse.clock)
    await catalogue.ready(tenant)
    assert await catalogue.admitted(tenant, ids, "operate") == {(ids[0], f"h-{ids[0]}")}
    assert await catalogue.admitted("another", ids, "operate") == set()
    desk = LibraryDesk(store, gatehouse.clock)
    changed = await desk.change(tenant, ids[0], "ann", purposes=["claims"])
    assert (changed.purposes, changed.admitted, changed.admitted_by) == (["claims"], True, "ann")
    assert await catalogue.admitted(tenant, ids, "operate") == set(), "an agent of another purpose does not see it"
    assert await catalogue.admitted(tenant, ids, "claims") == {(ids[0], f"h-{ids[0]}")}
    later = gatehouse.clock.now() + timedelta(hours=1)
    await desk.change(tenant, ids[2], "ben", admitted=True, expires_at=later)
    await desk.change(tenant, ids[0], "ben", admitted=False)
    assert await catalogue.admitted(tenant, ids, "claims") == {(ids[2], f"h-{ids[2]}")}
    gatehouse.clock.at = later
    assert await catalogue.admitted(tenant, ids, "claims") == set(), "it has expired"
    assert (await desk.change(tenant, ids[2], "ben", never_expires=True)).expires_at is None
    assert await catalogue.admitted(tenant, ids, "claims") == {(ids[2], f"h-{ids[2]}")}
    for wrong, refused in (({"expires_at": later}, Invalid), ({"owner": "usr_nobody"}, NotFound)):
        with pytest.raises(refused):
            await desk.change(tenant, ids[0], "ben", **wrong)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await desk.change("another", ids[0], "ben", admitted=True)
    assert len(await desk.all(tenant)) == 3
    found: UndoGrant | None = await StoredGrants(Grants(store)).grant(tenant, "acme/exe_1/do/0")
    assert found is None


async def test_switches_are_kept_in_the_store(store: Store, clock: Moving, tenant: str) -> None:
    kept = StoredControl(Policies(store), lambda data, signature: True)
    await kept.keep(SwitchSetting(switch="sla", mode="observe", tenant=tenant, solution="first"), "ann", clock.now())
    await kept.keep(SwitchSetting(switch="rates", mode="off", tenant=tenant), "ann", clock.now())
    found = {(s.switch, s.solution): s.mode for s in await kept.switches(tenant) if s.tenant == tenant}
    assert found == {("sla", "first"): "observe", ("rates", "*"): "off"}
    with pytest.raises(Refused):
        await kept.keep(SwitchSetting(switch="codec", mode="off", tenant=tenant), "ann", clock.now())
