"""kill -9 at each moment of a step: nothing lost, nothing doubled, and a client whose stream has no gap and no repeat."""

import asyncio
import contextlib

import pytest
from support.instance import Running, until
from support.sagas import ended, pay, registered, story

pytestmark = pytest.mark.timeout(240)


async def watched(client, execution: str) -> list:
    return [event async for event in client.watch(execution)]


async def check(running: Running, client, execution: str, watcher, effects: int) -> None:
    result = await ended(client, execution)
    assert result.status == "completed", result
    live = await asyncio.wait_for(watcher, 60)
    assert [e.seq for e in live] == list(range(1, len(live) + 1))
    told = await story(client, execution)
    assert [(e.type, e.subject) for e in live] == told
    paths = [path for kind, path in told if kind == "step.completed"]
    assert len(paths) == len(set(paths))
    keys = [row[0] for row in running.ledger(execution)["effects"]]
    assert len(keys) == len(set(keys)) == effects


@pytest.mark.parametrize("moment", ["before", "received", "committed-outside", "replied", "committed"])
async def test_kill_at_a_moment_of_an_effectful_step(running: Running, moment: str) -> None:
    """before the call · received · committed by the receiver · replied · committed by us, not yet reported."""
    async with await running.login() as client:
        do = [{"a": pay(running.observer, "a")}, {"b": pay(running.observer, "b")}]
        intent = await registered(client, do)
        until(lambda: len(running.pids("worker")) == 2, what="two workers")
        outside = {"received": "received", "committed-outside": "committed"}.get(moment)
        if outside:
            running.plan(**{outside: running.pids("worker")})
        else:
            running.arm(moment)
        accepted = await client.submit(intent, {})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        await check(running, client, accepted.execution_id, watcher, 2)
        assert outside or not running.armed(moment)
        if moment not in ("before", "committed"):
            assert len(running.ledger(accepted.execution_id)["attempts"]) > 2, "the fault did not hit"


async def test_kill_when_the_step_has_been_reported(running: Running) -> None:
    async with await running.login() as client:
        intent = await registered(
            client, [{"a": pay(running.observer, "a")}, {"b": pay(running.observer, "b", pause=1.0)}]
        )
        accepted = await client.submit(intent, {})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        async for event in client.watch(accepted.execution_id):
            if event.subject == "/do/0/a":
                break
        running.kill("worker")
        await check(running, client, accepted.execution_id, watcher, 2)


async def test_kill_inside_a_local_step(running: Running) -> None:
    async with await running.login() as client:
        local = [{f"l{i}": {"call": "ledger.add", "with": {"n": "${ .n }"}}} for i in range(4)]
        do = [*local, {"p": pay(running.observer, "p")}]
        do[-1]["p"]["with"]["amount"] = "${ .n }"
        intent = await registered(client, do)
        running.arm("segment")
        accepted = await client.submit(intent, {"n": 0})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        await check(running, client, accepted.execution_id, watcher, 1)
        assert not running.armed("segment")
        assert running.ledger(accepted.execution_id)["effects"][0][2] == 4


@pytest.mark.parametrize("moment", ["before", "segment"])
async def test_kill_inside_a_run_of_local_steps_alone(running: Running, moment: str) -> None:
    """Opening, steps and closing are one transaction: before it nothing is there, behind it the run has ended."""
    async with await running.login() as client:
        intent = await registered(
            client, [{f"l{i}": {"call": "ledger.add", "with": {"n": "${ .n }"}}} for i in range(4)]
        )
        running.arm(moment)
        accepted = await client.submit(intent, {"n": 0})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        await check(running, client, accepted.execution_id, watcher, 0)
        assert not running.armed(moment)
        told = [kind for kind, _ in await story(client, accepted.execution_id)]
        assert told.count("execution.started") == told.count("execution.completed") == 1


async def test_kill_the_temporal_server(running: Running) -> None:
    async with await running.login() as client:
        intent = await registered(client, [{f"s{i}": pay(running.observer, f"s{i}", pause=0.3)} for i in range(5)])
        accepted = await client.submit(intent, {})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        async for event in client.watch(accepted.execution_id):
            if event.subject == "/do/0/s0":
                break
        assert running.kill("temporal")
        await check(running, client, accepted.execution_id, watcher, 5)


async def test_kill_the_experience_apis_and_the_relay(running: Running) -> None:
    async with await running.login() as client:
        intent = await registered(client, [{f"s{i}": pay(running.observer, f"s{i}", pause=0.3)} for i in range(5)])
        accepted = await client.submit(intent, {})
        watcher = asyncio.create_task(watched(client, accepted.execution_id))
        await asyncio.sleep(0.4)
        running.kill("experience")
        running.kill("relay")
        await check(running, client, accepted.execution_id, watcher, 5)


async def test_a_receiver_that_cannot_deduplicate_is_called_at_most_once(running: Running) -> None:
    async with await running.login() as client:
        intent = await registered(client, [{"p": pay(running.observer, "p", call="ledger.pay_blind")}])
        until(lambda: len(running.pids("worker")) == 2, what="two workers")
        running.plan(committed=running.pids("worker"))
        accepted = await client.submit(intent, {})
        result = await ended(client, accepted.execution_id)
        assert (result.status, result.compensation) == ("faulted", "partial")
        assert result.error is not None and result.error.code == "outcome_unknown"
        assert len(running.ledger(accepted.execution_id)["attempts"]) == 1
        items = await client.solution.work()
        assert any(item.execution_id == accepted.execution_id for item in items)
    with contextlib.suppress(AssertionError):
        until(lambda: len(running.pids("worker")) == 2)
