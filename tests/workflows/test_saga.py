"""The saga workflow on a real server: its commands, its history, its replay."""

import asyncio
from datetime import timedelta

import pytest
from support.machine_driver import Fault, plan
from support.saga_worker import World, connect
from temporalio.client import WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.worker import Replayer

from symphainy.foundations.language.wire import Closing
from symphainy.workflows.runner import sandbox
from symphainy.workflows.saga import Saga

INC = {"inc": lambda a: {"n": a["n"] + 1}}


@pytest.fixture(autouse=True, params=[False, True], ids=["apart", "together"])
def together(request, monkeypatch):
    """Runs of earlier versions open and close in markers of their own."""
    monkeypatch.setattr(World, "together", request.param)


def steps(n, name="inc"):
    return [{f"s{i}": {"call": name, "with": {"n": "${ .n }"}}} for i in range(n)]


def as_local(made):
    caps = {
        ref: c.model_copy(update={"mode": "local"}) if not c.effectful else c for ref, c in made.capabilities.items()
    }
    return made.model_copy(update={"capabilities": caps}).sealed()


async def replays(handle):
    replayer = Replayer(
        workflows=[Saga], data_converter=pydantic_data_converter, workflow_runner=sandbox(), build_id="test"
    )
    history = await handle.fetch_history()
    await replayer.replay_workflow(history)
    return history


async def test_five_remote_steps(temporal_address):
    world = World(await connect(temporal_address), INC)
    async with world.worker():
        handle = await world.start(plan(steps(5), INC), {"n": 0})
        assert await handle.result() == {"n": 5}
        await replays(handle)
    assert world.log == [f"/do/{i}/s{i}" for i in range(5)]
    assert world.closings[0].status == "completed"


async def test_local_steps_ride_in_one_segment_with_one_marker(temporal_address):
    world = World(await connect(temporal_address), INC)
    async with world.worker():
        handle = await world.start(as_local(plan(steps(5), INC)), {"n": 0})
        assert await handle.result() == {"n": 5}
        history = await replays(handle)
    assert world.segments == [5]
    markers = [e for e in history.events if e.HasField("marker_recorded_event_attributes")]
    assert len(markers) == (1 if World.together else 3)  # opening, segment, closing


async def test_a_long_run_of_local_steps_is_split_by_the_budget(temporal_address):
    world = World(await connect(temporal_address), INC)
    async with world.worker():
        handle = await world.start(as_local(plan(steps(70), INC)), {"n": 0})
        assert await handle.result() == {"n": 70}
        await replays(handle)
    assert world.segments == [32, 32, 6]


async def test_a_segment_that_answers_nothing_is_followed_by_another(temporal_address):
    world = World(await connect(temporal_address), INC)
    world.spent = 2
    async with world.worker():
        handle = await world.start(as_local(plan(steps(3), INC)), {"n": 0})
        assert await asyncio.wait_for(handle.result(), 20) == {"n": 3}
        await replays(handle)
    assert world.segments == [0, 0, 3]


async def test_fault_compensates_and_fails_the_workflow(temporal_address):
    def boom(arguments):
        raise Fault(503, "communication")

    functions = {"pay": lambda a: {"id": a["n"]}, "back": lambda a: {}, "boom": boom}
    do = [*steps(2, "pay")]
    do[1]["s1"]["with"] = {"n": 7}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(plan([*do, {"x": {"call": "boom"}}], functions, undo={"pay": "back"}), {"n": 1})
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        cause = failed.value.cause
        assert isinstance(cause, ApplicationError) and cause.details[0]["status"] == 503
        await replays(handle)
    assert world.log == ["/do/0/s0", "/do/1/s1", "/do/2/x", "/do/1/s1/undo", "/do/0/s0/undo"]
    assert (world.closings[0].status, world.closings[0].compensation) == ("faulted", "compensated")


async def test_cancel_unwinds_and_ends_cancelled(temporal_address):
    functions = {"pay": lambda a: {}, "back": lambda a: {}}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(
            plan([{"a": {"call": "pay"}}, {"w": {"wait": {"days": 30}}}], functions, undo={"pay": "back"})
        )
        while not any(w["kind"] == "timer" for w in await handle.query(Saga.waiting_for)):
            await asyncio.sleep(0.02)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        assert isinstance(failed.value.cause, CancelledError)
        await replays(handle)
    assert world.log == ["/do/0/a", "/do/0/a/undo"]
    assert world.closings[0].status == "cancelled"


async def test_a_cancellation_awaits_an_effect_whose_answer_was_lost_and_takes_it_back(temporal_address):
    """Temporal ends an activity that waits for its next attempt as soon as it is cancelled: the effect of the first one would stay."""
    lost, told = asyncio.Event(), []

    def pay(arguments):
        told.append("paid")
        if not lost.is_set():
            lost.set()
            raise ApplicationError("no answer", next_retry_delay=timedelta(seconds=1))
        return {}

    functions = {"pay": pay, "back": lambda a: {}}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(plan([{"a": {"call": "pay"}}], functions, undo={"pay": "back"}))
        await asyncio.wait_for(lost.wait(), 10)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
        assert isinstance(failed.value.cause, CancelledError)
        await replays(handle)
    assert world.log == ["/do/0/a", "/do/0/a", "/do/0/a/undo"]
    assert (world.closings[0].status, world.closings[0].compensation) == ("cancelled", "compensated")


async def test_a_closing_whose_answer_was_lost_is_not_undone_by_a_cancellation_that_came_meanwhile(temporal_address):
    """The machine hears of the cancellation first and takes back; the surface refuses that, and the run ends as it was decided."""

    def back(arguments):
        world.stands = Closing(tenant="acme", execution_id="exe", status="completed", output={"paid": 7})
        raise Fault(409, "runtime", "execution_closed")

    functions = {"pay": lambda a: {}, "back": back}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(
            plan([{"a": {"call": "pay"}}, {"w": {"wait": {"days": 30}}}], functions, undo={"pay": "back"})
        )
        while not any(w["kind"] == "timer" for w in await handle.query(Saga.waiting_for)):
            await asyncio.sleep(0.02)
        await handle.cancel()
        assert await handle.result() == {"paid": 7}
        await replays(handle)
    assert world.closings == []


async def test_a_suspended_run_begins_nothing_until_it_is_resumed(temporal_address):
    world = World(await connect(temporal_address), INC)
    do = [{"w": {"wait": {"milliseconds": 300}}}, *steps(2)]
    async with world.worker():
        handle = await world.start(plan(do, INC), {"n": 0})
        await handle.signal("suspend")

        async def held():
            return (await handle.query("progress"))["status"] == "suspended"

        async def over():
            return not await handle.query("waiting_for")

        await until(held)
        await until(over)
        await asyncio.sleep(0.3)
        assert world.log == [], "the wait is over, and the task behind it must not begin"
        await handle.signal("suspend")
        await handle.signal("resume")
        assert await handle.result() == {"n": 2}
        await replays(handle)


async def test_a_loop_without_a_step_does_not_hold_up_the_worker(temporal_address):
    do = [{"all": {"for": {"in": ".xs"}, "do": [{"s": {"set": {"n": "${ $index }"}}}]}}]
    world = World(await connect(temporal_address), {})
    async with world.worker():
        handle = await world.start(plan(do, {}), {"xs": [0] * 3_000})
        assert await handle.result() == {"n": 2_999}
        history = await replays(handle)
    timers = [e for e in history.events if e.HasField("timer_fired_event_attributes")]
    assert len(timers) >= 10, "it takes a breath every 1,000 turns"


async def test_waits_and_queries(temporal_address):
    world = World(await connect(temporal_address), INC)
    async with world.worker():
        handle = await world.start(
            plan(
                [
                    {"a": {"call": "inc", "with": {"n": 1}, "export": {"as": "{seen: .n}"}}},
                    {"w": {"wait": {"milliseconds": 400}}},
                ],
                INC,
            )
        )
        while not (progress := await handle.query(Saga.progress))["states"]:
            await asyncio.sleep(0.02)
        assert progress["status"] == "running"
        while not await handle.query(Saga.context):
            await asyncio.sleep(0.02)
        assert await handle.query(Saga.context) == {"seen": 2}
        assert await handle.result() == {"n": 2}


async def test_continue_as_new_in_a_nested_loop_loses_nothing(temporal_address):
    body = [{"t": {"try": [{"a": {"call": "inc", "with": {"n": "${ .n }"}}}], "catch": {"do": []}}}]
    made = plan([{"begin": {"set": {"n": 0}}}, {"loop": {"for": {"in": "$workflow.input.xs"}, "do": body}}], INC)
    world = World(await connect(temporal_address), INC)
    async with world.worker():
        handle = await world.start(made, {"xs": [1] * 40}, continue_after=60)
        assert await handle.result() == {"n": 40}
    assert len(world.openings) > 2 and all(o.continued for o in world.openings[1:])
    assert len(set(world.log)) == len(world.log) == 40


async def test_wide_forks_and_big_arguments_fit_into_workflow_tasks(temporal_address):
    functions = {"size": lambda a: {"n": len(a["x"])}}
    branches = [{f"b{i}": {"call": "size", "with": {"x": "${ .x }"}}} for i in range(60)]
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(plan([{"f": {"fork": {"branches": branches}}}], functions), {"x": "y" * 60_000})
        assert await handle.result() == [{"n": 60_000}] * 60
        await replays(handle)


async def test_a_task_timeout_cancels_the_running_activity(temporal_address):
    async def slow(arguments):
        await asyncio.sleep(3600)

    functions = {"slow": slow}
    do = [
        {
            "t": {
                "try": [{"s": {"call": "slow", "timeout": {"after": {"milliseconds": 300}}}}],
                "catch": {"errors": {"with": {"status": 408}}, "do": [{"late": {"set": {"late": True}}}]},
            }
        }
    ]
    world = World(await connect(temporal_address), functions)
    made = plan(do, functions)
    caps = {ref: c.model_copy(update={"heartbeat": timedelta(seconds=30)}) for ref, c in made.capabilities.items()}
    async with world.worker(max_heartbeat_throttle_interval=timedelta(milliseconds=100)):
        handle = await world.start(made.model_copy(update={"capabilities": caps}).sealed())
        assert await asyncio.wait_for(handle.result(), 20) == {"late": True}
        await replays(handle)


async def test_a_call_that_is_taken_back_before_it_began_is_answered(temporal_address):
    world = World(await connect(temporal_address), INC)
    branches = [{"slow": {"call": "inc", "with": {"n": 1}}}, {"quick": {"set": {"n": 7}}}]
    async with world.worker():
        handle = await world.start(plan([{"race": {"fork": {"compete": True, "branches": branches}}}], INC))
        assert await asyncio.wait_for(handle.result(), 20) == {"n": 7}
        await replays(handle)


async def until(holds, seconds=10.0):
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


def hearing(do, functions, **more):
    made = plan(do, functions, **more)
    return made.model_copy(
        update={"calls": {**made.calls, "listen": "core.events@1", "run": "core.definition@1"}}
    ).sealed()


async def test_events_wake_a_listener_once_and_replay(temporal_address):
    values = {str(i): {"id": str(i), "source": "s", "type": "a", "data": i} for i in range(4)}
    functions = {"core.events": lambda a: {"events": [values[key["id"]] for key in a["events"]]}}
    do = [{"hear": {"listen": {"to": {"any": [{"with": {"type": "a"}}], "until": "length == 3"}}}}]
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(hearing(do, functions))
        await until(lambda: waits_for(handle, "event"))
        for name in ("0", "0", "1", "2"):
            await handle.signal("event", [{"source": "s", "id": name, "size": 1}])
        assert await handle.result() == [0, 1, 2]
        await replays(handle)


async def waits_for(handle, kind):
    return any(wait["kind"] == kind for wait in await handle.query("waiting_for"))


async def test_events_survive_continue_as_new(temporal_address):
    values = {str(i): {"id": str(i), "source": "s", "type": "a", "data": i} for i in range(30)}
    functions = {"core.events": lambda a: {"events": [values[key["id"]] for key in a["events"]]}}
    do = [{"hear": {"listen": {"to": {"any": [{"with": {"type": "a"}}], "until": "length == 30"}}}}]
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(hearing(do, functions), continue_after=40)
        await until(lambda: waits_for(handle, "event"))
        for i in range(30):
            await handle.signal("event", [{"source": "s", "id": str(i), "size": 1}])
            await asyncio.sleep(0.02)
        assert await handle.result() == list(range(30))
    assert len({opening.run_id for opening in world.openings}) > 1


def below(do, functions=None):
    return plan(do, functions or {}).model_dump(mode="json")


async def test_a_run_below_a_run(temporal_address):
    child = below([{"add": {"set": {"n": "${ .n + 1 }"}}}])
    functions = {"core.definition": lambda a: {"plan": child}}
    wanted = {"namespace": "t", "name": "c", "version": "1.0.0", "input": {"n": "${ .n * 10 }"}}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(hearing([{"ask": {"run": {"workflow": wanted}}}], functions), {"n": 4})
        assert await handle.result() == {"n": 41}
        await replays(handle)
    root = world.openings[0].execution_id
    assert [o.execution_id for o in world.openings] == [root, f"{root}/do/0/ask"]


async def test_the_fault_of_a_run_below_is_the_tasks_own(temporal_address):
    child = below([{"no": {"raise": {"error": {"type": "https://e.org/no", "status": 409, "title": "No"}}}}])
    functions = {"core.definition": lambda a: {"plan": child}}
    run = {"run": {"workflow": {"namespace": "t", "name": "c", "version": "1.0.0"}}}
    do = [
        {
            "try": {
                "try": [{"ask": run}],
                "catch": {
                    "errors": {"with": {"status": 409}},
                    "do": [{"keep": {"set": {"at": "${ $error.instance }"}}}],
                },
            }
        }
    ]
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(hearing(do, functions))
        assert await handle.result() == {"at": "/do/0/try/try/0/ask"}


async def test_cancelling_reaches_the_run_below(temporal_address):
    child = below([{"rest": {"wait": {"hours": 1}}}])
    functions = {"core.definition": lambda a: {"plan": child}}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(
            hearing([{"ask": {"run": {"workflow": {"namespace": "t", "name": "c", "version": "1"}}}}], functions)
        )

        async def begun():
            return len(world.openings) == 2

        await until(begun)
        await handle.cancel()
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, CancelledError)
    assert sorted(c.status for c in world.closings) == ["cancelled", "cancelled"]


async def test_a_run_below_that_is_not_awaited_outlives_this_one(temporal_address):
    child = below([{"rest": {"wait": {"milliseconds": 800}}}])
    functions = {"core.definition": lambda a: {"plan": child}}
    run = {"await": False, "workflow": {"namespace": "t", "name": "c", "version": "1.0.0"}}
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(hearing([{"tell": {"run": run}}], functions), {"n": 1})
        assert await handle.result() == {"n": 1}
        assert len(world.closings) == 1
        (name,) = {o.execution_id for o in world.openings} - {world.closings[0].execution_id} or {
            f"{world.closings[0].execution_id}/do/0/tell"
        }
        assert await world.client.get_workflow_handle(f"t:{name}").result() == {"n": 1}
