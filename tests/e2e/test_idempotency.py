"""One key, one saga."""

import asyncio
import uuid

import pytest
from support.instance import Running
from support.sagas import ended, pay, registered

from symphainy.foundations.language.errors import SymphainyError

pytestmark = pytest.mark.timeout(180)


async def test_fifty_submits_with_one_key_are_one_saga(running: Running) -> None:
    async with await running.login() as client:
        intent = await registered(client, [{"p": pay(running.observer, "once")}])
        key = str(uuid.uuid4())
        answers = await asyncio.gather(*(client.submit(intent, {"n": 1}, key=key) for _ in range(50)))
        assert len({(a.execution_id, a.intent_id, a.session_id, a.key) for a in answers}) == 1
        assert sum(not a.replayed for a in answers) <= 1
        assert (await ended(client, answers[0].execution_id)).status == "completed"
        assert len(running.ledger(answers[0].execution_id)["effects"]) == 1
        with pytest.raises(SymphainyError) as refused:
            await client.submit(intent, {"n": 2}, key=key)
        assert refused.value.problem().status == 422


async def test_another_tenant_with_the_same_key_has_its_own_saga(running: Running) -> None:
    key = str(uuid.uuid4())
    async with await running.login() as one, await running.login() as two:
        first = await one.submit("content.search", {"query": "x"}, key=key)
        second = await two.submit("content.search", {"query": "x"}, key=key)
        assert first.execution_id != second.execution_id
