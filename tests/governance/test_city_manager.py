import pytest

from symphainy.foundations.language.errors import Invalid, Refused, Unavailable
from symphainy.foundations.language.records import Record, UndoGrant
from symphainy.foundations.language.step import Outcome
from symphainy.governance.bundle import Bundle, load_bundle
from symphainy.governance.cedar import compile_bundle
from symphainy.governance.overlay import Overlay
from symphainy.governance.switches import DEFAULTS, FLOOR, Switches, SwitchSetting

from .parts import CONTRACT, Scene, Text, a_passport, step_call


@pytest.mark.rule("city_manager.registration", shows="bites")
async def test_what_is_not_registered_is_not_run(scene: Scene) -> None:
    record = Record()
    for ref in ("content.parse@2", "content.unknown@1"):
        with pytest.raises(Refused, match="not registered"):
            await scene.step(CONTRACT, record=record, capability=ref)

    async def never() -> Outcome[Text]:
        raise AssertionError

    passport = scene.city.sign(a_passport())
    with pytest.raises(Refused, match="not registered"):
        await scene.city.step(step_call(), None, passport, record, never)
    assert scene.runs == 0
    await scene.step(CONTRACT)
    assert scene.runs == 1


@pytest.mark.rule("city_manager.maintenance", shows="bites")
async def test_under_maintenance_steps_and_submits_wait_and_reads_go_on(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = scene.directory.people["acme", "ann"].model_copy(
        update={"roles": ("administrator",)}
    )
    scene.city.manager.close("acme")
    with pytest.raises(Unavailable) as caught:
        await scene.step()
    assert caught.value.retry
    with pytest.raises(Unavailable):
        await scene.door()
    await scene.door(action="read")
    scene.city.manager.open("acme")
    await scene.step()
    assert scene.runs == 1


@pytest.mark.rule("city_manager.maintenance", shows="off")
async def test_maintenance_of_one_tenant_leaves_the_others_alone(scene: Scene) -> None:
    scene.city.manager.close("bolt")
    await scene.step()
    scene.city.manager.close()
    with pytest.raises(Unavailable):
        await scene.step()


async def test_maintenance_stops_an_undo_as_well(scene: Scene) -> None:
    scene.grants.owed["acme", "k"] = UndoGrant(capability=CONTRACT.name, arguments_digest="x")
    scene.city.manager.close()
    with pytest.raises(Unavailable):
        await scene.step(kind="undo", grant_key="k")


@pytest.mark.rule("city_manager.bundle", shows="bites")
async def test_the_bundles_digest_is_in_every_record(scene: Scene) -> None:
    record = await scene.step()
    before = scene.city.manager.bundles.digest
    assert record.bundle == before
    scene.city.manager.bundles.apply(load_bundle(version="next"))
    assert (await scene.step()).bundle == scene.city.manager.bundles.digest != before


def bad(**changes: object) -> Bundle:
    return Bundle.model_validate({**load_bundle().model_dump(), **changes})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"policies": {"x.cedar": "permit (principal, action, resource"}}, "x.cedar does not parse"),
        ({"policies": {"x.cedar": "permit (principal, action, resource);"}}, "without @id"),
        (
            {"policies": {"x.cedar": '@id("x") permit (principal, action, resource) when { principal.rank > 3 };'}},
            "does not fit",
        ),
        ({"policies": {"x.cedar": '@id("x") permit (principal, action == Action::"fly", resource);'}}, "does not fit"),
        ({"vocabulary": "entity User in"}, "vocabulary"),
        ({"orchestration": {"acme": {"limits": {"steps": "many"}}}}, "acme"),
        ({"rates": {"acme": {"tenants": "1/minute"}}}, "acme"),
        ({"rates": {"acme": {"tenant": "often"}}}, "acme"),
        ({"sessions": {"acme": {"idle": "soon"}}}, "acme"),
        ({"extra_policies": {"acme": {"own.cedar": "permit (principal, action, resource);"}}}, "acme/own.cedar"),
    ],
)
@pytest.mark.rule("city_manager.bundle", shows="off")
async def test_a_bad_bundle_never_opens_anything(scene: Scene, changes: dict[str, object], says: str) -> None:
    bundles = scene.city.manager.bundles
    before = bundles.digest
    with pytest.raises(Invalid, match=says):
        bundles.apply(bad(**changes))
    assert bundles.digest == before
    assert says in str(scene.city.status()["bundle"]["failure"])
    assert (await scene.step()).verdict == "allow"


async def test_a_bundle_can_be_rolled_back(scene: Scene) -> None:
    bundles = scene.city.manager.bundles
    before = bundles.digest
    bundles.apply(bad(policies={"none.cedar": '@id("none") forbid (principal, action, resource);'}))
    with pytest.raises(Refused):
        await scene.step()
    assert bundles.roll_back() == before
    await scene.step()


def test_the_digest_is_of_the_content() -> None:
    assert load_bundle().digest == load_bundle().digest
    assert load_bundle(version="other").digest != load_bundle().digest


def test_every_shipped_policy_has_a_name() -> None:
    compiled = compile_bundle(load_bundle())
    assert compiled.bundle.policies.keys() == {"roles.cedar", "tenancy.cedar"}


def test_out_of_the_box() -> None:
    """ARCHITECTURE 7: what is enforced, observed and off at first."""
    modes = {switch: Switches().mode(switch, "acme") for switch in DEFAULTS}
    assert {s for s, m in modes.items() if m == "off"} == {"auto_replay", "auto_heal", "hard_idempotency", "sla"}
    assert {s for s, m in modes.items() if m == "observe"} == {"pii_masking", "budgets", "retention", "draft_policies"}
    assert {s for s, m in modes.items() if m == "enforce"} == FLOOR | {"authorization", "rates"}


@pytest.mark.parametrize("switch", sorted(FLOOR))
@pytest.mark.parametrize("mode", ["off", "observe"])
@pytest.mark.rule("city_manager.registration", shows="off")
@pytest.mark.rule("security_guard.identity", shows="off")
@pytest.mark.rule("security_guard.tenancy", shows="off")
@pytest.mark.rule("security_guard.passport", shows="off")
@pytest.mark.rule("conductor.ceilings", shows="off")
@pytest.mark.rule("data_steward.codec", shows="off")
@pytest.mark.rule("librarian.citations", shows="off")
def test_what_protects_cannot_be_lowered(switch: str, mode: str) -> None:
    own = SwitchSetting(switch="sla", mode="enforce", tenant="acme", solution="first")
    switches = Switches((SwitchSetting(switch="sla", mode="observe"), own))
    assert switches.mode("sla", "bolt") == "observe"
    assert switches.mode("sla", "acme") == "observe"
    assert switches.mode("sla", "acme", "first") == "enforce"
    with pytest.raises(Invalid):
        switches.set(SwitchSetting(switch="turbo", mode="off"))


class Rows:
    """What the city is told, with memory."""

    def __init__(self) -> None:
        self.kept: tuple[SwitchSetting, ...] = ()
        self.shut: frozenset[str] = frozenset()
        self.overlays: dict[str, Overlay] = {}
        self.away = False

    async def closed(self, tenant: str) -> frozenset[str]:
        return self.shut & {"*", tenant}

    async def overlay(self, tenant: str) -> Overlay | None:
        if self.away:
            raise ConnectionError("no database")
        return self.overlays.get(tenant)

    async def switches(self, tenant: str) -> tuple[SwitchSetting, ...]:
        if self.away:
            raise ConnectionError("no database")
        return self.kept


async def test_switches_that_are_kept_are_in_force_within_five_seconds_and_stay_when_unreadable() -> None:
    rows = Rows()
    scene = await Scene(control=rows).start()
    switches = scene.city.manager.switches
    await scene.step()
    rows.kept = (SwitchSetting(switch="sla", mode="enforce", tenant="acme"),)
    await scene.step()
    assert switches.mode("sla", "acme") == "off"
    scene.clock.move(seconds=4)
    await scene.step()
    assert switches.mode("sla", "acme") == "enforce"
    rows.away = True
    scene.clock.move(seconds=4)
    await scene.step()
    assert switches.mode("sla", "acme") == "enforce"
    rows.away, rows.kept = False, (SwitchSetting(switch="passport", mode="off", tenant="acme"),)
    scene.clock.move(seconds=4)
    await scene.step()
    assert switches.mode("passport", "acme") == switches.mode("sla", "acme") == "enforce", (
        "one that is not allowed changes none"
    )


@pytest.mark.rule("conductor.deadline", shows="off")
@pytest.mark.rule("security_guard.undo_grant", shows="off")
@pytest.mark.rule("security_guard.failures", shows="off")
@pytest.mark.rule("data_steward.size", shows="off")
@pytest.mark.rule("data_steward.classes", shows="off")
@pytest.mark.rule("post_office.drafts", shows="off")
@pytest.mark.parametrize("rule", ["deadline", "undo_grant", "failures", "size", "classes", "drafts"])
def test_what_has_no_switch_cannot_be_switched_off(rule: str) -> None:
    with pytest.raises(Invalid, match="no switch"):
        Switches().set(SwitchSetting(switch=rule, mode="off"))
