from typing import Any

import pytest

from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import Defect, Refused
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.chain import CITY, City
from symphainy.governance.role import GovernedCall, Role

from .parts import Scene, door_call

NAMES = [
    "nurse",
    "city_manager",
    "security_guard",
    "traffic_cop",
    "conductor",
    "data_steward",
    "librarian",
    "post_office",
]


def watched(city: City) -> list[str]:
    """Note every way in and out of every role of this city."""
    seen: list[str] = []
    for role in city.roles:
        _watch(role, seen)
    return seen


def _watch(role: Role, seen: list[str]) -> None:
    step, door, name = role.step, role.door, role.name

    async def watched_step(call: GovernedCall) -> Outcome[Any]:
        seen.append(f"in {name}")
        try:
            return await step(call)
        finally:
            seen.append(f"out {name}")

    async def watched_door(call: DoorCall, record: Record) -> Admission:
        seen.append(f"in {name}")
        try:
            return await door(call, record)
        finally:
            seen.append(f"out {name}")

    role.step, role.door = watched_step, watched_door  # type: ignore[method-assign]


def test_the_order_is_the_literal_one() -> None:
    assert [c.name for c in CITY] == NAMES


async def test_a_step_passes_all_eight_in_order_and_back(scene: Scene) -> None:
    seen = watched(scene.city)
    await scene.step()
    assert seen == [f"in {n}" for n in NAMES] + [f"out {n}" for n in reversed(NAMES)]


async def test_a_door_call_passes_all_eight_in_order_and_back(scene: Scene) -> None:
    seen = watched(scene.city)
    await scene.door()
    assert seen == [f"in {n}" for n in NAMES] + [f"out {n}" for n in reversed(NAMES)]


async def test_a_refusal_goes_no_further_in_and_leaves_its_ruling(scene: Scene) -> None:
    seen, record = watched(scene.city), Record()
    with pytest.raises(Refused):
        await scene.step(record=record, kind="undo")
    assert seen == [f"in {n}" for n in NAMES[:3]] + [f"out {n}" for n in reversed(NAMES[:3])]
    assert scene.runs == 0
    assert record.verdict == "deny"
    assert [r.service for r in record.rulings if r.verdict == "deny"] == ["security_guard"]


async def test_every_service_that_judges_a_step_leaves_a_ruling(scene: Scene) -> None:
    record = await scene.step()
    assert record.verdict == "allow"
    assert {r.service for r in record.rulings} == {"city_manager", "security_guard", "conductor", "data_steward"}
    assert record.cost["seconds"] >= 0
    assert record.bundle.startswith("sha256:")


def test_a_missing_service_stops_the_start() -> None:
    whole = Scene().city
    with pytest.raises(Defect, match="in this order"):
        City(whole.roles[:-1], keys=whole.keys, passports=whole._passports, rights=whole.rights)


async def test_status_shows_the_roll_of_eight(scene: Scene) -> None:
    status = scene.city.status()
    assert [e["service"] for e in status["roll"]] == NAMES
    assert status["roll"][2] == {
        "service": "security_guard", "version": "1", "hooks": ["client", "activity"],
        "rules": ["identity", "tenancy", "passport", "authorization", "undo_grant", "failures", "api_keys"], "offers": ["identity.who"],
    }  # fmt: skip
    offered = {offer for e in status["roll"] for offer in e["offers"]}
    own = {
        "knowledge.find",
        "data.classify",
        "data.mask",
        "event.publish",
        "identity.who",
        "cost.estimate",
        "policy.check",
        "webhook.send",
    }
    assert offered == own


async def test_an_admission_carries_what_each_service_grants(scene: Scene) -> None:
    admission = await scene.city.door(door_call(), Record())
    assert admission.bundle == scene.city.manager.bundles.digest
    assert admission.fairness_key == "acme"
    assert admission.limits["fan_out"] == 10_000
    assert admission.not_after is not None
