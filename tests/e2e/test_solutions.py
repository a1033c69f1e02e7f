"""A solution's experience is bound at deploy, and can be bound otherwise without touching what it does."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from support.instance import Running

from symphainy.foundations.language.errors import NotFound, SymphainyError

pytestmark = pytest.mark.timeout(180)

SAGA = """
document: {dsl: 1.0.3, namespace: greetings, name: greet, version: 1.0.0}
input: {schema: {format: json, document: {type: object, required: [name], properties: {name: {type: string}}}}}
do:
  - greet: {set: {text: '${ "Hello " + .name }'}}
"""


def solution(version: str, bindings: list[dict[str, Any]]) -> dict[str, str]:
    about = {"name": "greetings", "version": version, "intents": {"hello.greet": "greet"}, "bindings": bindings}
    return {"solution.yaml": json.dumps(about), "sagas/greet.yaml": SAGA}


def rest(path: str) -> dict[str, Any]:
    return {"surface": "rest", "name": "greet", "path": path, "method": "POST", "intent": "hello.greet"}


async def deployed(client: Any, version: str, bindings: list[dict[str, Any]]) -> Any:
    created = await client.solution.create(solution(version, bindings))
    await client.solution.deploy(created.name, created.version)
    return created


async def test_another_binding_changes_the_route_and_not_the_plan(running: Running) -> None:
    async with await running.login() as client, httpx2.AsyncClient(base_url=running.experience_url) as http:
        http.headers["Authorization"] = f"Bearer {client.token}"
        first = await deployed(client, "1.0.0", [rest("/greet")])
        answer = await http.post("/v1/greetings/greet", json={"name": "Ann"}, headers={"Prefer": "wait=30"}, timeout=60)
        assert answer.status_code == 200 and answer.json()["output"] == {"text": "Hello Ann"}, answer.text
        document = (await http.get("/v1/greetings/openapi.json")).json()
        assert any(path.endswith("/greet") for path in document["paths"])
        refused = await http.post("/v1/greetings/greet", json={"nom": "Ann"}, headers={"Prefer": "wait=30"}, timeout=60)
        assert refused.status_code in (400, 422)
        second = await deployed(client, "1.1.0", [rest("/welcome")])
        assert (await http.post("/v1/greetings/greet", json={"name": "Ann"})).status_code == 404
        answer = await http.post(
            "/v1/greetings/welcome", json={"name": "Bob"}, headers={"Prefer": "wait=30"}, timeout=60
        )
        assert answer.json()["output"] == {"text": "Hello Bob"}
        assert first.intents == second.intents and first.digest != second.digest


async def test_only_a_deployed_solution_answers(running: Running) -> None:
    async with await running.login() as client:
        with pytest.raises(NotFound):
            await client.submit("hello.greet", {"name": "Ann"})
        await deployed(client, "1.0.0", [])
        assert (await client.run("hello.greet", {"name": "Ann"})).output == {"text": "Hello Ann"}
        await client.solution.undeploy("greetings")
        with pytest.raises(SymphainyError):
            await client.submit("hello.greet", {"name": "Ann"})


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


STARTED_BY_AN_EVENT = """
document: {dsl: 1.0.3, namespace: shop, name: thank, version: 1.0.0, metadata: {lifecycle: tasks}}
schedule: {on: {one: {with: {type: order.paid, data: '${ .amount > 10 }'}}}}
do:
  - pay: {call: ledger.pay, with: {observer: '${ .[0].observer }', kind: '${ .[0].kind }'}}
  - thank: {set: {thanks: '${ $workflow.input[0].who }'}}
"""


async def test_an_event_starts_a_run_that_tells_its_lifecycle(running: Running) -> None:
    async with await running.login() as client:
        await client.solution.register(STARTED_BY_AN_EVENT, "thank.yaml")
        who = {"observer": running.observer, "kind": "thank", "who": "Ann"}
        for name, amount in (("a", 5), ("b", 50), ("b", 50)):
            event = {"specversion": "1.0", "id": name, "source": "shop", "type": "order.paid"}
            assert (await client.deliver({**event, "data": {**who, "amount": amount}})).matched == 0
        async with asyncio.timeout(30):
            while not (found := (await client.solution.executions()).items):
                await asyncio.sleep(0.2)
        (one,) = found
        assert (await client.result(one.execution_id, wait=30)).output == {"thanks": "Ann"}
        events = [event async for event in client.watch(one.execution_id)]
        prefix = "io.serverlessworkflow."
        told = [
            event.type.removeprefix(prefix).removesuffix(".v1") for event in events if event.type.startswith(prefix)
        ]
        task = [f"task.{verb}" for verb in ("created", "started", "completed")]
        assert told == ["workflow.started", *task, *task, "workflow.completed"]
        assert events[2].data["name"] == f"thank-{one.execution_id}.shop"
        assert len((await client.solution.executions()).items) == 1, "an event starts one run, however often it comes"
