"""The overseer: late runs are measured, escalated, cancelled, and faulted ones replayed, as far as the city says so, once each."""

import asyncio
from datetime import timedelta

from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.ids import workflow_id
from symphainy.runtime.oversight import Act
from symphainy.runtime.solutions import SolutionDraft
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.work import WorkQueue

from .fakes import Watch
from .test_reconciler import events, running, settled
from .world import World

SOON = timedelta(minutes=2)


async def promised(world: World, within: str) -> None:
    """A deployed solution that answers ``text.shout`` and has an SLO on it."""
    client = world.client()
    route = await client.router.route(world.tenant, Intent(type="text.shout"))
    definition = {"slos": [{"intent": "text.shout", "within": within, "target": 0.99}]}
    draft = SolutionDraft(
        name="first", version="1.0.0", title="First", digest="", files={}, routes={"text.shout": route.plan}, bindings=(),
        definition=definition,
    )  # fmt: skip
    await client.solutions.create(world.tenant, draft, "usr_ada")
    await client.solutions.deploy(world.tenant, "first", "usr_ada")


async def submitted(world: World, mode: str) -> str:
    intent = Intent(type="text.shout", payload={"mode": mode}, solution="first")
    return (await world.client().submit(intent, principal=world.someone())).execution_id


async def test_a_late_run_is_measured_always_and_cancelled_only_when_the_city_says_so(world: World) -> None:
    await promised(world, "PT60S")
    async with world.working():
        late = await submitted(world, "hang")
        await running(world, late)
        assert (await world.overseer(Watch()).once()).late == 0, "in time"
        for watch in (Watch(), Watch(), Watch(late=Act(do="note", would="cancel", reason="2 of 1"))):
            await world.overseer(watch, SOON).once()
            assert [each for each in watch.asked if each[0] == "late"] == [("late", "first", 2)]
        told = await events(world, late)
        assert told == ["intent.received", "execution.started", "execution.late", "execution.observed"]
        await world.overseer(Watch(late=Act(do="escalate", reason="late")), SOON).once()
        (item,) = await WorkQueue(world.store).items(world.tenant, kind="late")
        assert item.execution_id == late
        for _ in range(2):
            await world.overseer(Watch(late=Act(do="cancel", reason="too late")), SOON).once()
        assert await settled(world, late) == "cancelled, none"
    told = await events(world, late)
    assert told[4:] == ["execution.escalated", "execution.cancel_requested", "execution.cancelled"]


async def test_a_faulted_run_is_submitted_again_for_the_same_principal_once_per_try(world: World) -> None:
    await promised(world, "PT60S")
    async with world.working():
        first = await faulted(world, await submitted(world, "hang"))
        await world.overseer(Watch()).once()
        assert len(await runs(world)) == 1, "off"
        await world.overseer(Watch(faulted=Act(do="note", would="replay", reason="1 of 2"))).once()
        assert (await events(world, first))[-1] == "execution.observed" and len(await runs(world)) == 1
        replay = Act(do="replay", reason="1 of 2")
        for _ in range(2):  # two processes, or one after a restart
            await world.overseer(Watch(faulted=replay)).once()
        found = await runs(world)
        assert len(found) == 2 and (await events(world, first))[-1] == "execution.replayed"
        again = next(each for each in found if each != first)
        row = await Executions(world.store).get(world.tenant, again)
        assert row is not None and (row.principal, row.solution, row.intent) == ("usr_ada", "first", "text.shout")
        await faulted(world, again)
        watch = Watch(faulted=replay)
        await world.overseer(watch).once()
        assert ("faulted", "none", 1) in watch.asked, "the second replay knows that it is the second"
        assert len(await runs(world)) == 3


async def test_whoever_has_lost_the_right_is_not_replayed(world: World) -> None:
    await promised(world, "PT60S")
    async with world.working():
        first = await faulted(world, await submitted(world, "hang"))
        world.gate.banned.add("usr_ada")
        await world.overseer(Watch(faulted=Act(do="replay", reason="1 of 2"))).once()
    assert (await events(world, first))[-1] == "execution.replay_refused"
    assert await runs(world) == [first]


async def faulted(world: World, execution_id: str) -> str:
    """Somebody ends it at Temporal, and the record knows."""
    await (await running(world, execution_id)).terminate(reason="lost patience")
    assert await settled(world, execution_id) == "faulted, none"
    return execution_id


async def runs(world: World) -> list[str]:
    """All executions of the tenant that were started."""
    found = [row.execution_id for row in await Executions(world.store).page(world.tenant, solution="first")]
    await asyncio.gather(*(_there(world, each) for each in found))
    return found


async def _there(world: World, execution_id: str) -> None:
    await world.temporal.get_workflow_handle(workflow_id(world.tenant, execution_id)).describe()
