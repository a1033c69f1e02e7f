"""Step 3 of 4 fails: the undo of 2 and 1 run once each, in that order; also when the right has gone in between."""

import asyncio
import json

import pytest
from support.instance import Running
from support.sagas import ended, pay, registered, story

from symphainy.foundations.language.errors import Conflict, NotFound, Refused

pytestmark = pytest.mark.timeout(180)


def steps(observer: str, pause: float = 0.0) -> list[dict]:
    return [
        {"one": pay(observer, "one")}, {"two": pay(observer, "two")},
        {"three": {"call": "ledger.refuse", "with": {"n": 1, "pause": pause}}}, {"four": pay(observer, "four")},
    ]  # fmt: skip


def kinds(running: Running, execution: str) -> list[str]:
    return [row[1] for row in running.ledger(execution)["effects"]]


async def test_undo_runs_backwards_once_each(running: Running) -> None:
    async with await running.login() as client:
        accepted = await client.submit(await registered(client, steps(running.observer)), {})
        result = await ended(client, accepted.execution_id)
        assert (result.status, result.compensation) == ("faulted", "compensated")
        assert kinds(running, accepted.execution_id) == ["one", "two", "undo-two", "undo-one"]
        told = await story(client, accepted.execution_id)
        assert [path for kind, path in told if kind == "step.compensated"] == ["/do/1/two", "/do/0/one"]
        assert told[-1][0] == "execution.faulted"


async def test_a_cancellation_that_comes_while_the_run_closes_undoes_nothing_and_the_record_is_in_order(
    running: Running,
) -> None:
    """The server turns the closing task away, since something new has come; the next one begins to take back, and is told to stop."""
    async with await running.login() as client:
        do = [{"one": pay(running.observer, "one")}, {"last": {"call": "ledger.add", "with": {"n": 1, "pause": 1.0}}}]
        accepted = await client.submit(await registered(client, do), {})
        async for event in client.watch(accepted.execution_id):
            if event.subject == "/do/0/one":
                break
        await asyncio.sleep(0.3)
        await client.cancel(accepted.execution_id)
        assert (await ended(client, accepted.execution_id)).status == "completed"
        assert kinds(running, accepted.execution_id) == ["one"]
        await asyncio.sleep(1)
        told = await asyncio.to_thread(
            running.cli, "state", "verify", "--tenant", (await client.session()).tenant, "--json", "--data-dir",
            str(running.data_dir), check=False,
        )  # fmt: skip
        assert [each for each in json.loads(told.stdout)["findings"] if accepted.execution_id in each["row"]] == []


async def test_undo_runs_although_the_right_has_gone(running: Running) -> None:
    async with await running.login() as owner:
        tenant = (await owner.session()).tenant
        async with await running.login(tenant, "bob") as bob:
            intent = await registered(owner, steps(running.observer, pause=3.0))
            accepted = await bob.submit(intent, {})
            async for event in bob.watch(accepted.execution_id):
                if event.subject == "/do/1/two":
                    break
            me = (await bob.session()).principal.id
            await owner.solution.set_roles(me, [])
            await asyncio.sleep(0.2)
            result = await ended(owner, accepted.execution_id)
            assert (result.status, result.compensation) == ("faulted", "compensated")
            assert kinds(running, accepted.execution_id) == ["one", "two", "undo-two", "undo-one"]


async def test_what_could_not_be_taken_back_waits_for_a_person_who_settles_it(running: Running) -> None:
    async with await running.login() as owner:
        tenant = (await owner.session()).tenant
        own = {"compensate": {"call": "ledger.grumble", "with": {"n": "${ $output.id }"}}}
        do = [{"one": {**pay(running.observer, "one"), "metadata": own}}, {"two": pay(running.observer, "two")}]
        accepted = await owner.submit(await registered(owner, [*do, {"no": {"call": "ledger.refuse"}}]), {})
        result = await ended(owner, accepted.execution_id)
        assert (result.status, result.compensation) == ("faulted", "partial")
        assert kinds(running, accepted.execution_id) == ["one", "two", "undo-two"]
        (item,) = await owner.solution.work(accepted.execution_id)
        assert (item.kind, item.effect_key.rpartition(accepted.execution_id)[2]) == ("owed_undo", "/do/0/one")
        async with await running.login(tenant, "bob") as bob:
            with pytest.raises(Refused):  # a member who did not run it
                await bob.solution.settle(item.item_id, "kept")
        settled = await owner.solution.settle(item.item_id, "retry", "the receiver has changed its mind")
        assert (settled.state, settled.resolution) == ("closed", "retried: the receiver has changed its mind")
        again = await owner.solution.execution(settled.execution_id)
        assert again.status == "completed" and await owner.solution.work(accepted.execution_id) == ()
        with pytest.raises(Conflict, match="settled"):
            await owner.solution.settle(item.item_id, "kept")
        with pytest.raises(NotFound):
            await owner.solution.settle("owed_undo:nobody/knows", "kept")
