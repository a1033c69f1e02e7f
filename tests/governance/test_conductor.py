from datetime import timedelta

import pytest

from symphainy.foundations.definitions.plan import Limits
from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Refused
from symphainy.foundations.language.records import Record
from symphainy.governance.bundle import Bundle, load_bundle
from symphainy.governance.conductor.ceilings import narrower
from symphainy.governance.security_guard.rights import Rights
from symphainy.governance.switches import SwitchSetting

from .parts import ANN, START, Scene


def orchestrated(**tables: object) -> Bundle:
    return load_bundle().model_copy(update={"orchestration": tables})


@pytest.mark.rule("conductor.ceilings", shows="bites")
async def test_a_path_beyond_the_loop_ceiling_is_refused() -> None:
    scene = await Scene(bundle=orchestrated(acme={"limits": {"loop": 100, "attempts": 3}})).start()
    await scene.step(path="/do/2/pay[99]")
    await scene.step(path="/do/2/pay~100")
    for path in ("/do/2/pay[100]", "/do/2/each[5]/do/0/pay[100]", "/do/2/pay~101"):
        with pytest.raises(Refused, match="are allowed"):
            await scene.step(path=path)
    assert scene.runs == 2


async def test_an_escaped_slash_in_a_name_is_no_visit(scene: Scene) -> None:
    await scene.step(path="/do/2/pay~12000000bill")  # the escaped name "pay/2000000bill"
    assert scene.runs == 1


@pytest.mark.rule("conductor.deadline", shows="bites")
async def test_after_the_deadline_no_new_step_runs(scene: Scene) -> None:
    scene.clock.move(hours=24)
    await scene.step()
    scene.clock.move(seconds=1)
    record = Record()
    with pytest.raises(Refused, match="deadline"):
        await scene.step(record=record)
    assert record.rulings[-1].service == "conductor"


@pytest.mark.rule("conductor.allowed_capabilities", shows="bites")
async def test_only_listed_capabilities_run_for_a_tenant_and_its_solution() -> None:
    tables = {"acme": {"capabilities": ["content.*"]}, "acme/closed": {"capabilities": ["insights.*"]}}
    scene = await Scene(bundle=orchestrated(**tables)).start()
    await scene.step()
    await scene.step(solution="open")
    with pytest.raises(Refused, match="content.parse is not on the list"):
        await scene.step(solution="closed")


@pytest.mark.rule("conductor.four_eyes", shows="bites")
async def test_whoever_asked_does_not_approve(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = Rights(roles=("operator",))
    task = {"action": "decide", "resource_type": "HumanTask", "resource_id": "tsk_1"}
    await scene.door(**task, resource={"requester": "ben"})
    for resource in ({"requester": "ann"}, {"owner": "ann"}):
        record = Record()
        with pytest.raises(Refused, match="cannot approve"):
            await scene.door(record, **task, resource=resource)
        assert record.rulings[-1].rule == "four_eyes"


async def test_only_approvers_approve_where_some_are_named() -> None:
    scene = await Scene(bundle=orchestrated(acme={"approvers": ["administrator"]})).start()
    task = {"action": "decide", "resource_type": "HumanTask", "resource_id": "tsk_1", "resource": {"requester": "ben"}}
    scene.directory.people["acme", "ann"] = Rights(roles=("operator",))
    with pytest.raises(Refused, match="Only administrator"):
        await scene.door(**task, principal=ANN.model_copy(update={"roles": ("operator",)}))
    await scene.door(**task, principal=ANN.model_copy(update={"roles": ("operator", "administrator")}))


async def test_an_agent_decides_nothing(scene: Scene) -> None:
    scene.directory.people["acme", "bot"] = Rights(roles=("administrator",))
    agent = ANN.model_copy(update={"id": "bot", "type": "Agent"})
    with pytest.raises(Refused, match=r"city.agents-only-reason"):
        await scene.door(action="decide", principal=agent, resource_type="HumanTask", resource_id="t", resource={})


async def test_a_submit_is_granted_limits_and_a_last_moment() -> None:
    scene = await Scene(
        bundle=orchestrated(
            **{"*": {"limits": {"steps": 50, "duration": "P2D"}}, "acme/first": {"limits": {"steps": 10}}}
        )
    ).start()
    admission = await scene.door(intent=Intent(type="a.b"))
    assert Limits.model_validate(admission.limits) == Limits(steps=50, duration=timedelta(days=2))
    assert admission.not_after == START + timedelta(days=3)
    assert (await scene.door(intent=Intent(type="a.b", solution="first"))).limits["steps"] == 10


def test_a_definition_may_ask_for_less_and_never_for_more() -> None:
    limits = Limits(steps=100, fan_out=10)
    assert narrower(limits, {"steps": 5, "fan_out": 1_000}) == Limits(steps=5, fan_out=10)
    assert narrower(limits, None) == limits


@pytest.mark.rule("conductor.hard_idempotency", shows="bites")
@pytest.mark.rule("conductor.hard_idempotency", shows="off")
async def test_hard_idempotency_is_off_at_first(scene: Scene) -> None:
    await scene.door(resource={"key": ""})
    scene.city.manager.switches.set(SwitchSetting(switch="hard_idempotency", mode="enforce", tenant="acme"))
    await scene.door(resource={"key": "k"})
    with pytest.raises(Refused, match="without a key"):
        await scene.door(resource={"key": ""})


def test_the_limits_of_a_plan_come_from_here(scene: Scene) -> None:
    conductor = scene.city.roles[4]
    assert conductor.limits("acme", None, {"steps": 7}).steps == 7  # type: ignore[attr-defined]


@pytest.mark.rule("conductor.allowed_capabilities", shows="off")
async def test_a_list_that_names_everything_stops_nothing(scene: Scene) -> None:
    assert load_bundle().orchestration_of("acme").capabilities == ("*",)
    await scene.step()
    assert scene.runs == 1


@pytest.mark.rule("conductor.four_eyes", shows="off")
async def test_a_solution_may_let_the_requester_decide(scene: Scene) -> None:
    waived = await Scene(bundle=orchestrated(acme={"requester_decides": True})).start()
    task = {"action": "decide", "resource_type": "HumanTask", "resource_id": "t", "resource": {"requester": "ann"}}
    for each in (scene, waived):
        each.directory.people["acme", "ann"] = Rights(roles=("operator",))
    await waived.door(**task)
    with pytest.raises(Refused, match="cannot approve"):
        await scene.door(**task)
