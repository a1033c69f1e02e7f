"""A solution's experience is bound at deploy, and can be bound otherwise without touching what it does."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from support.greetings import deployed, rest
from support.instance import Running
from support.receiver import receiver

from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import NotFound, SymphainyError

pytestmark = pytest.mark.timeout(180)

SECRET = "whsec_c3ltcGhhaW55LXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODk="
CHAT = {"surface": "chat", "name": "greet", "intent": "hello.greet", "field": "name"}


def outgoing(url: str) -> dict[str, Any]:
    about = {"surface": "outgoing-webhook", "name": "crm", "intent": "hello.greet", "secret": "crm_hook"}
    return about | {"url": url, "result": True}


async def said(client: SymphainyClient, text: str) -> Any:
    async with client.chat(solution="greetings") as chat:
        return [heard async for heard in chat.say(text)][-1].result


async def test_one_plan_at_rest_chat_and_webhook_then_at_two_of_them(running: Running) -> None:
    """And only while it is deployed: before and after that nobody answers."""
    async with await running.login() as client, httpx2.AsyncClient(base_url=running.experience_url, timeout=60) as http:
        http.headers |= {"Authorization": f"Bearer {client.token}", "Prefer": "wait=30"}
        with pytest.raises(NotFound):
            await client.submit("hello.greet", {"name": "Ann"})
        await client.solution.put_secret("crm_hook", SECRET)
        with receiver() as crm:
            first = await deployed(client, "1.0.0", [rest("/greet"), CHAT, outgoing(crm.url)])
            answer = await http.post("/v1/greetings/greet", json={"name": "Ann"})
            assert answer.status_code == 200 and answer.json()["output"] == {"text": "Hello Ann"}, answer.text
            document = (await http.get("/v1/greetings/openapi.json")).json()
            assert any(path.endswith("/greet") for path in document["paths"])
            refused = await http.post("/v1/greetings/greet", json={"nom": "Ann"})
            assert refused.status_code in (400, 422)
            assert (await said(client, "Bob")).output == {"text": "Hello Bob"}
            await until(lambda: len(crm.taken) == 2, "two webhooks")
            assert crm.verified(SECRET, 0) and crm.verified(SECRET, 1) and not crm.verified(SECRET[:-4] + "AAA=", 1)
            assert {each["data"]["output"]["text"] for each in crm.events} == {"Hello Ann", "Hello Bob"}

            second = await deployed(client, "1.1.0", [rest("/welcome"), outgoing(crm.url)])
            assert (await http.post("/v1/greetings/greet", json={"name": "Ann"})).status_code == 404
            answer = await http.post("/v1/greetings/welcome", json={"name": "Cid"})
            assert answer.json()["output"] == {"text": "Hello Cid"}
            with pytest.raises(NotFound, match="binds no chat"):
                await said(client, "Bob")
            await until(lambda: len(crm.taken) == 3, "the third webhook")
            assert first.intents == second.intents and first.digest != second.digest
            runs = [await client.execution(each["data"]["execution_id"]) for each in crm.events]
            assert {run.plan_digest for run in runs} == set(first.intents.values()), "one plan, whatever is bound to it"
        await client.solution.undeploy("greetings")
        with pytest.raises(SymphainyError):
            await client.submit("hello.greet", {"name": "Ann"})


async def until(holds: Callable[[], Any], what: str) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.05)


PAYING = """
document: {dsl: 1.0.3, namespace: greetings, name: pay, version: 1.0.0}
do:
  - pay: {call: ledger.pay, with: {observer: '${ .observer }', kind: '${ .kind }'}}
"""


async def test_a_schedule_submits_through_the_door_once_per_tick(running: Running) -> None:
    async with await running.login() as client:
        kind = (await client.session()).tenant
        payload = {"observer": running.observer, "kind": kind}
        tick = {"surface": "schedule", "name": "tick", "intent": "pay.now", "every": "PT1S", "payload": payload}
        about = {"name": "clockwork", "version": "1.0.0", "intents": {"pay.now": "pay"}, "bindings": [tick]}
        files = {"solution.yaml": json.dumps(about), "sagas/pay.yaml": PAYING}
        created = await client.solution.create(files)
        await client.solution.deploy(created.name)

        def paid() -> list[str]:
            return [row[0] for row in running.ledger()["effects"] if row[1] == kind]

        async with asyncio.timeout(60):
            while len(paid()) < 3:
                await asyncio.sleep(0.5)
        await client.solution.undeploy("clockwork")
        await asyncio.sleep(3)
        count = len(paid())
        await asyncio.sleep(2.5)  # two ticks
        assert len(paid()) == count, "an undeployed solution's schedule still knocks"
        assert len(set(paid())) == count
