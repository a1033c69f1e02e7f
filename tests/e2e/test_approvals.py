"""Tasks of people over HTTP: who may decide, what they have seen, quorum, timeout; and a worker that dies meanwhile."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from support.instance import Running, until
from support.sagas import ended, registered, story

from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.experience.task_models import Decided, Task
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Refused, Unavailable

pytestmark = pytest.mark.timeout(180)
FORM = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}


def asking(**terms: object) -> list[dict[str, object]]:
    shown = {"title": "Pay this claim?", "show": "${ {amount: .amount} }", **terms}
    return [{"ask": {"call": "approval:1.0.0@default", "with": shown}}]


async def asked(client: SymphainyClient, execution: str) -> Task:
    async with asyncio.timeout(30):
        while True:
            for line in await client.tasks(everyones=True):
                if line.execution_id == execution:
                    return await client.task(line.task_id)
            await asyncio.sleep(0.1)


async def approver(owner: SymphainyClient, client: SymphainyClient) -> str:
    """Give somebody the right to decide, and wait until it is in force everywhere (within 5 s)."""
    me = (await client.session()).principal.id
    await owner.solution.set_roles(me, ["operator"])
    async with asyncio.timeout(10):
        while True:
            try:
                await client.tasks(everyones=True)
                return me
            except Refused:
                await asyncio.sleep(0.2)


async def patiently(call: Callable[[], Awaitable[Decided]]) -> Decided:
    """Until a worker is back to answer."""
    async with asyncio.timeout(120):
        while True:
            try:
                return await call()
            except Unavailable:
                await asyncio.sleep(0.5)


async def test_four_eyes_form_digest_and_one_decision_each(running: Running) -> None:
    async with await running.login() as ann:
        tenant = (await ann.session()).tenant
        async with await running.login(tenant, "bob") as bob, await running.login(user="eve") as eve:
            me = await approver(ann, bob)
            accepted = await ann.submit(await registered(ann, asking(form=FORM, assignees=[me])), {"amount": 7})
            task = await asked(ann, accepted.execution_id)
            assert (task.title, task.show, task.form) == ("Pay this claim?", {"amount": 7}, FORM)
            yes = {"reason": "all papers are there"}
            with pytest.raises(Refused):  # whoever requested it cannot approve it
                await ann.decide(task.task_id, "approve", yes, shown_digest=task.shown_digest)
            with pytest.raises(NotFound):  # another tenant sees no task at all
                await eve.task(task.task_id)
            with pytest.raises(Conflict, match="something else"):
                await bob.decide(task.task_id, "approve", yes, shown_digest="0" * 64)
            with pytest.raises(Invalid, match="reason"):
                await bob.decide(task.task_id, "approve", {}, shown_digest=task.shown_digest)
            assert [each.task_id for each in await bob.tasks()] == [task.task_id]
            told = await bob.decide(task.task_id, "approve", yes, shown_digest=task.shown_digest)
            assert (told.by, told.settled) == (me, "approved")
            result = await ended(ann, accepted.execution_id)
            assert result.output["decision"] == "approved" and result.output["value"] == yes
            with pytest.raises(Conflict):
                await bob.decide(task.task_id, "reject", shown_digest=task.shown_digest)
            after = await bob.solution.task(task.task_id)
            assert after.state == "approved" and [d.principal for d in after.decisions] == [me]
            paths = [path for kind, path in await story(ann, accepted.execution_id) if kind == "step.completed"]
            assert paths == ["/do/0/ask/ask", "/do/0/ask/decide"]


async def test_a_quorum_outlives_a_killed_worker(running: Running) -> None:
    async with await running.login() as ann:
        tenant = (await ann.session()).tenant
        async with await running.login(tenant, "bob") as bob, await running.login(tenant, "cy") as cy:
            await asyncio.gather(approver(ann, bob), approver(ann, cy))
            accepted = await ann.submit(await registered(ann, asking(quorum=2)), {"amount": 7})
            task = await asked(ann, accepted.execution_id)
            first = await bob.decide(task.task_id, "approve", shown_digest=task.shown_digest)
            assert first.settled == ""
            again = await bob.decide(task.task_id, "approve", shown_digest=task.shown_digest)
            assert again == first  # sent twice, decided once
            running.kill("worker")
            until(lambda: len(running.pids("worker")) == 2, what="two workers")
            last = await patiently(lambda: cy.decide(task.task_id, "approve", shown_digest=task.shown_digest))
            assert last.settled == "approved"
            result = await ended(ann, accepted.execution_id)
            assert [d["choice"] for d in result.output["decisions"]] == ["approve", "approve"]


async def test_a_timeout_rejects_after_it_has_escalated(running: Running) -> None:
    async with await running.login() as ann:
        terms = {"roles": ["clerk"], "escalate": [{"after": "PT0.5S", "roles": ["boss"]}], "timeout": "PT1S"}
        accepted = await ann.submit(await registered(ann, asking(**terms)), {"amount": 7})
        task = await asked(ann, accepted.execution_id)
        result = await ended(ann, accepted.execution_id)
        assert (result.output["decision"], result.output["reason"]) == ("rejected", "timeout")
        after = await ann.task(task.task_id)
        assert (after.state, after.level, after.approvers) == ("timeout", 1, ("role:clerk", "role:boss"))
        shown = running.cli("tasks", task.task_id, "--json", "--data-dir", str(running.data_dir), check=False)
        assert shown.returncode == 1 and "no such task" in shown.stderr  # the command line is of another tenant


async def test_a_cancelled_run_takes_its_task_with_it(running: Running) -> None:
    async with await running.login() as ann:
        accepted = await ann.submit(await registered(ann, asking()), {"amount": 7})
        task = await asked(ann, accepted.execution_id)
        await ann.cancel(accepted.execution_id)
        assert (await ended(ann, accepted.execution_id)).status == "cancelled"
        assert (await ann.task(task.task_id)).state == "withdrawn"
        listed = json.loads(running.cli("tasks", "--all", "--json", "--data-dir", str(running.data_dir)).stdout)
        assert task.task_id not in [each["task_id"] for each in listed]
