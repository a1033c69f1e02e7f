"""What an administrator tells the city at run time, on a real PostgreSQL: two processes over one database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Refused, Unavailable
from symphainy.foundations.language.records import Record
from symphainy.governance.assembly import Needs, build_city
from symphainy.governance.chain import City
from symphainy.governance.city_desk import CityDesk
from symphainy.governance.overlay import Overlay
from symphainy.governance.repositories import StoredControl, StoredDirectory, StoredGrants, StoredKeys
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.runtime.doors import Doors
from symphainy.runtime.store.grants import Grants
from symphainy.runtime.store.keys import Keys
from symphainy.runtime.store.policies import Policies
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.users import UserRow, Users
from symphainy.runtime.surface import StateSurface

from ..store.database import MemorySealer, Moving, clock, running, sql, store, superuser, tenant
from ..surface.making import closing, new, opening, passport
from .parts import MASTER, Catalogue

__all__ = ["clock", "running", "sql", "store", "superuser", "tenant"]

FORBIDS = {"own.cedar": '@id("own.no-uploads") forbid (principal, action == Action::"upload", resource);'}


@dataclass
class House:
    """One process's city and desk, and a user of the tenant."""

    city: City
    desk: CityDesk
    doors: Doors
    tenant: str
    clock: Moving

    async def ask(self, action: Any = "upload", who: str = "usr_ann", **resource: Any) -> Record:
        """Pass the door as the user; its decision is written down."""
        principal = Principal(id=who, tenant=self.tenant)
        call = DoorCall(
            action=action, principal=principal, resource_type="Document", resource_id="d", resource=resource
        )
        record = Record()
        await self.doors.passed(call)
        await self.city.door(call, record)
        return record


def house(store: Store, clock: Moving, tenant: str, seed: bytes = bytes(32)) -> House:
    ours = Signatures(seed)
    control = StoredControl(Policies(store), ours.verify)
    needs = Needs(
        MASTER, StoredKeys(Keys(store)), StoredDirectory(Users(store)), StoredGrants(Grants(store)), Catalogue(), clock=clock,
        control=control,
    )  # fmt: skip
    city = build_city(needs)
    surface = StateSurface(store, MemorySealer(), clock)
    return House(
        city, CityDesk(city, store, ours.sign, ours.verify, clock), Doors(city, surface, clock, "api-1"), tenant, clock
    )


@pytest.fixture
async def one(store: Store, clock: Moving, tenant: str) -> AsyncIterator[House]:
    made = house(store, clock, tenant)
    await made.city.start()
    await Users(store).add(
        UserRow(tenant=tenant, user_id="usr_ann", handle="ann", roles=["member"], created_at=clock.now())
    )
    yield made
    await made.city.close()


@pytest.fixture
async def two(store: Store, clock: Moving, tenant: str, one: House) -> House:
    made = house(store, clock, tenant)
    await made.city.start()
    return made


@pytest.mark.rule("city_manager.bundle", shows="bites")
async def test_a_bundle_applied_in_one_process_is_in_force_in_all_within_five_seconds(one: House, two: House) -> None:
    shipped = (await two.ask()).bundle
    digest = await one.desk.apply(one.tenant, Overlay(policies=FORBIDS), "usr_ann")
    with pytest.raises(Refused, match="own.no-uploads"):
        await one.ask()
    two.clock.at += timedelta(seconds=3)
    with pytest.raises(Refused, match="own.no-uploads"):
        await two.ask()
    assert [(line.digest, line.kind) for line in await two.desk.history(one.tenant)] == [(digest, "apply")]
    assert (await one.desk.overlay(one.tenant)).policies == FORBIDS
    assert await two.desk.roll_back(one.tenant, "usr_ann") == ""
    one.clock.at += timedelta(seconds=3)
    assert (await one.ask()).bundle == shipped == (await two.ask()).bundle


async def test_a_bundle_is_its_tenants_alone(one: House, store: Store) -> None:
    other = house(store, one.clock, f"{one.tenant}b")
    await Users(store).add(
        UserRow(tenant=other.tenant, user_id="usr_ann", handle="ann", roles=["member"], created_at=one.clock.now())
    )
    await one.desk.apply(one.tenant, Overlay(policies=FORBIDS), "usr_ann")
    await other.ask()
    assert await other.desk.history(other.tenant) == []
    told = str(await other.desk.document(other.tenant))
    assert one.tenant + "'" not in told and "own.cedar" not in told


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ({"policies": {"a.cedar": "permit ("}}, "a.cedar does not parse"),
        ({"policies": {"a.cedar": "permit (principal, action, resource);"}}, "without @id"),
        ({"policies": {"a.cedar": '@id("a") permit (principal, action == Action::"fly", resource);'}}, "does not fit"),
        ({"rates": {"*": {"tenant": "99999999/minute"}}}, "above the installation's"),
        ({"rates": {"*": {"principal": "200/second"}}}, "above the installation's"),
        ({"orchestration": {"first": {"limits": {"steps": 10_000_000}}}}, "above the installation's"),
        ({"orchestration": {"*": {"limits": {"duration": "P900D"}}}}, "above the installation's"),
        ({"sessions": {"*": {"absolute": "P30D"}}}, "above the installation's"),
        ({"rates": {"*": {"tenants": "1/minute"}}}, "limits of"),
    ],
)
async def test_a_bad_bundle_changes_nothing(one: House, overlay: dict[str, Any], says: str) -> None:
    before = (await one.ask()).bundle
    with pytest.raises(Invalid, match=says):
        await one.desk.apply(one.tenant, one.desk.read(overlay), "usr_ann")
    one.clock.at += timedelta(seconds=3)
    assert (await one.ask()).bundle == before
    assert await one.desk.history(one.tenant) == []


async def test_no_permit_of_a_tenants_opens_the_wall(one: House) -> None:
    opens = {"all.cedar": '@id("all") permit (principal, action, resource);'}
    await one.desk.apply(one.tenant, Overlay(policies=opens), "usr_ann")
    await one.ask("erase")
    with pytest.raises(NotFound):
        await one.ask("erase", tenant="somebody-else")


async def test_a_tenants_numbers_are_stricter_and_a_lower_installation_wins(one: House, two: House) -> None:
    await one.desk.apply(one.tenant, Overlay(rates={"*": {"principal": "100/minute"}}), "usr_ann")
    await one.ask()
    assert one.city.manager.bundles.of(one.tenant).bundle.rates_of(one.tenant).principal == "100/minute"
    one.city.manager.bundles.lay("*", Overlay(rates={"*": {"principal": "50/minute"}}))
    assert one.city.manager.bundles.of(one.tenant).bundle.rates_of(one.tenant).principal == "50/minute"


async def test_the_document_says_how_long_payloads_are_kept_and_how_many_are_past_it(one: House, store: Store) -> None:
    assert (await one.desk.document(one.tenant))["retention"] == {"mode": "off", "days": None, "past": 0}
    await one.desk.apply(one.tenant, Overlay(retention={"*": {"days": 30}}), "usr_ann")
    await one.desk.switch("retention", "enforce", one.tenant, by="usr_ann")
    surface, runs = StateSurface(store, MemorySealer(), one.clock), (new(), new())
    for run in runs:
        await surface.open(opening(one.tenant, run), passport(one.tenant, run))
    await surface.close(closing(one.tenant, runs[0]))
    one.clock.at += timedelta(days=31)
    assert (await one.desk.document(one.tenant))["retention"] == {"mode": "enforce", "days": 30, "past": 1}


async def test_two_at_once_and_a_stale_expectation_are_refused(one: House) -> None:
    first = await one.desk.apply(one.tenant, Overlay(policies=FORBIDS), "usr_ann", expects="")
    with pytest.raises(Conflict):
        await one.desk.apply(one.tenant, Overlay(version="2"), "usr_ann", expects="")
    await one.desk.apply(one.tenant, Overlay(version="2"), "usr_ann", expects=first)
    assert await one.desk.roll_back(one.tenant, "usr_ann") == first
    with pytest.raises(NotFound):
        await one.desk.roll_back(one.tenant, "usr_ann", to="sha256:never")


@pytest.mark.parametrize("fault", ["body", "signature", "moved"])
async def test_a_bundle_that_somebody_wrote_into_the_database_opens_nothing(
    one: House, two: House, superuser: AsyncEngine, fault: str
) -> None:
    await one.desk.apply(one.tenant, Overlay(policies=FORBIDS), "usr_ann")
    with pytest.raises(Refused, match="own.no-uploads"):
        await one.ask()
    opens = Overlay(policies={"all.cedar": '@id("all") permit (principal, action, resource);'})
    statements = {
        "body": "UPDATE policy_bundles SET body = :body WHERE tenant = :tenant",
        "signature": "UPDATE bundle_changes SET signature = 'AAAA' WHERE tenant = :tenant",
        "moved": "UPDATE bundle_changes SET seq = 7 WHERE tenant = :tenant",
    }
    async with superuser.begin() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        await connection.execute(
            text(statements[fault]).bindparams(
                **{"tenant": one.tenant, **({"body": opens.body} if fault == "body" else {})}
            )
        )
    one.clock.at += timedelta(seconds=3)
    with pytest.raises(Unavailable, match="cannot be trusted"):
        await two.ask("erase")
    with pytest.raises(Refused, match="own.no-uploads"):
        await one.ask()


async def test_switches_and_maintenance_are_kept_and_in_force_in_the_other_process(one: House, two: House) -> None:
    await two.ask()
    await one.desk.switch("hard_idempotency", "enforce", one.tenant, by="usr_ann")
    with pytest.raises(Refused):
        await one.desk.switch("passport", "off", one.tenant, by="usr_ann")
    with pytest.raises(Invalid):
        await one.desk.switch("hard_idempotency", "loud", one.tenant, by="usr_ann")
    with pytest.raises(Invalid, match="why"):
        await one.desk.maintain(one.tenant, True, "usr_ann")
    await one.desk.maintain(one.tenant, True, "usr_ann", "moving house")
    two.clock.at += timedelta(seconds=3)
    with pytest.raises(Unavailable, match="maintenance"):
        await two.ask()
    assert two.city.manager.switches.mode("hard_idempotency", one.tenant) == "enforce"
    assert (await two.desk.document(one.tenant))["maintenance"] == [one.tenant]
    await two.desk.maintain(one.tenant, False, "usr_ann")
    await two.ask()


async def test_a_simulation_says_what_a_bundle_would_change_before_it_is_applied(one: House) -> None:
    await one.ask()
    with pytest.raises(Refused):
        await one.ask("erase")
    wider = {
        "own.cedar": FORBIDS["own.cedar"]
        + '\n@id("own.erase") permit (principal, action == Action::"erase", resource);'
    }
    found = await one.desk.simulate(one.tenant, Overlay(policies=wider))
    assert (found.replayed, found.newly_denied, found.newly_allowed) == (2, 1, 1)
    by = {change.action: change for change in found.changes}
    assert (by["upload"].was, by["upload"].would, by["upload"].policies) == ("allow", "deny", ("own.no-uploads",))
    assert (by["erase"].was, by["erase"].would) == ("deny", "allow")
    assert found.runs == {by["upload"].stream: {"newly_denied": 1, "newly_allowed": 1}}
    same = await one.desk.simulate(one.tenant, Overlay())
    assert (same.replayed, same.newly_denied, same.newly_allowed) == (2, 0, 0)
    await one.ask()
    with pytest.raises(Invalid):
        await one.desk.simulate(one.tenant, Overlay(policies={"a.cedar": "permit ("}))
