"""The watch over runs nobody is calling for: what is due, and what the switches make of it, off, observed, enforced, at run time."""

from datetime import timedelta
from typing import Any

import pytest

from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.governance.oversight import CityOversight
from symphainy.governance.switches import SwitchSetting
from symphainy.runtime.oversight import Act

from .parts import CONTRACT, Scene

SECOND = timedelta(seconds=1)


def turn(scene: Scene, switch: str, mode: Any, solution: str = "*") -> None:
    scene.city.manager.switches.set(SwitchSetting(switch=switch, mode=mode, tenant="acme", solution=solution))


async def asked(scene: Scene, what: str, solution: str | None = "first") -> Act:
    watch = CityOversight(scene.city)
    if what == "late":
        return await watch.late("acme", solution, 6 * SECOND, 5 * SECOND)
    if what == "very late":
        return await watch.late("acme", solution, 10 * SECOND, 5 * SECOND)
    if what == "faulted":
        return await watch.faulted("acme", solution, "compensated", 0, 60 * SECOND)
    return await watch.ill("acme", solution, "stuck", 0)


CASES = [
    ("sla", "late", "escalate"),
    ("sla", "very late", "cancel"),
    ("auto_replay", "faulted", "replay"),
    ("auto_heal", "ill", "heal"),
]


@pytest.mark.rule("conductor.sla", shows="bites")
@pytest.mark.rule("conductor.sla", shows="off")
@pytest.mark.rule("conductor.auto_replay", shows="bites")
@pytest.mark.rule("conductor.auto_replay", shows="off")
@pytest.mark.rule("nurse.auto_heal", shows="bites")
@pytest.mark.rule("nurse.auto_heal", shows="off")
@pytest.mark.parametrize(("switch", "what", "verb"), CASES)
async def test_each_of_the_four_switches_acts_off_observed_and_enforced(
    scene: Scene, switch: str, what: str, verb: str
) -> None:
    assert await asked(scene, what) == Act(), "off at first"
    turn(scene, switch, "observe")
    observed = await asked(scene, what)
    assert (observed.do, observed.would) == ("note", verb) and observed.reason
    turn(scene, switch, "enforce", "first")
    assert (await asked(scene, what)).do == verb
    assert (await asked(scene, what, "second")).do == "note", "another solution of the tenant is only observed"
    turn(scene, switch, "off", "first")
    assert await asked(scene, what) == Act()


@pytest.mark.parametrize(("switch", "what", "verb"), CASES)
async def test_under_maintenance_nothing_is_done(scene: Scene, switch: str, what: str, verb: str) -> None:
    turn(scene, switch, "enforce")
    scene.city.manager.close("acme")
    assert await asked(scene, what) == Act()
    scene.city.manager.open("acme")
    assert (await asked(scene, what)).do == verb


async def test_what_is_in_time_partial_or_tried_often_is_left_alone(scene: Scene) -> None:
    for switch in ("sla", "auto_replay", "auto_heal"):
        turn(scene, switch, "enforce")
    watch = CityOversight(scene.city)
    assert (await watch.late("acme", None, 4 * SECOND, 5 * SECOND)).do == "nothing"
    assert (await watch.faulted("acme", None, "partial", 0, 60 * SECOND)).do == "nothing"
    assert (await watch.faulted("acme", None, "none", 1, 39 * SECOND)).do == "nothing", "later each time"
    assert (await watch.faulted("acme", None, "none", 1, 40 * SECOND)).do == "replay"
    assert (await watch.faulted("acme", None, "none", 2, 999 * SECOND)).do == "nothing"
    assert (await watch.ill("acme", None, "unknown", 3)).do == "nothing"


@pytest.mark.rule("conductor.hard_idempotency", shows="bites")
@pytest.mark.rule("conductor.hard_idempotency", shows="off")
async def test_an_effect_that_cannot_be_told_from_its_double_runs_only_where_idempotency_is_not_hard(
    scene: Scene,
) -> None:
    blind = CONTRACT.model_copy(
        update={"determinism": "effectful", "effects": Effects(dedupe="none", irreversible=True)}
    )
    sure = blind.model_copy(update={"effects": Effects(dedupe="key", irreversible=True)})
    await scene.step(blind)
    turn(scene, "hard_idempotency", "observe")
    record = await scene.step(blind)
    assert ("hard_idempotency", "would_deny") in [(r.rule, r.verdict) for r in record.rulings]
    turn(scene, "hard_idempotency", "enforce")
    await scene.step(sure)
    runs, record = scene.runs, Record()
    with pytest.raises(Refused, match="second delivery"):
        await scene.step(blind, record=record)
    assert scene.runs == runs and record.verdict == "deny"
