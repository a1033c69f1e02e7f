"""What the Temporal Web UI gets of a run: every step's name, and no payload but through the codec endpoint."""

import base64

import httpx2
import pytest
from support.instance import Running
from support.sagas import ended, registered
from temporalio.client import Client

pytestmark = pytest.mark.timeout(180)
CANARY = "canary-7f3a9d"


async def history(running: Running, tenant: str, execution: str):
    client = await Client.connect(f"127.0.0.1:{running.base + 2}", namespace="symphainy")
    return await client.get_workflow_handle(f"{tenant}:{execution}").fetch_history()


async def test_a_plain_client_reads_names_and_no_payload(running: Running) -> None:
    do = [
        {
            "add-one": {
                "call": "ledger.add",
                "with": {"n": "${ .n }"},
                "output": {"as": "${ {n: .n, secret: $context} }"},
            }
        },
        {"refused-here": {"call": "ledger.refuse", "with": {"n": "${ .n }"}}},
    ]
    async with await running.login() as client:
        tenant = (await client.session()).tenant
        accepted = await client.submit(await registered(client, do), {"n": 1, "secret": CANARY})
        await ended(client, accepted.execution_id)
        found = await history(running, tenant, accepted.execution_id)
        text = found.to_json()
        assert CANARY not in text and base64.b64encode(CANARY.encode()).decode()[:12] not in text
        labels = "".join(
            base64.b64decode(p.data if isinstance(p.data, str) else base64.b64encode(p.data)).decode(errors="replace")
            for event in found.events
            for p in [event.user_metadata.summary]
            if p.data
        )
        assert "add-one" in labels and "refused-here" in labels


async def test_the_codec_endpoint_answers_permitted_people_only(running: Running) -> None:
    async with await running.login() as client, await running.login() as other:
        tenant = (await client.session()).tenant
        accepted = await client.submit(await registered(client, [{"s": {"set": {"a": 1}}}]), {"text": CANARY})
        await ended(client, accepted.execution_id)
        found = await history(running, tenant, accepted.execution_id)
        (start,) = found.events[0].workflow_execution_started_event_attributes.input.payloads
        body = {
            "payloads": [
                {
                    "metadata": {k: base64.b64encode(v).decode() for k, v in start.metadata.items()},
                    "data": base64.b64encode(start.data).decode(),
                }
            ]
        }
        origin = {"Origin": f"http://127.0.0.1:{running.base + 3}"}
        async with httpx2.AsyncClient(base_url=running.solution_url) as http:
            mine = await http.post(
                "/codec/decode", json=body, headers={**origin, "Authorization": f"Bearer {client.token}"}
            )
            assert mine.status_code == 200 and CANARY in base64.b64decode(mine.json()["payloads"][0]["data"]).decode()
            theirs = await http.post(
                "/codec/decode", json=body, headers={**origin, "Authorization": f"Bearer {other.token}"}
            )
            assert CANARY not in theirs.text and CANARY not in str(theirs.json())
            assert (await http.post("/codec/decode", json=body, headers=origin)).status_code == 401
            foreign = {"Origin": "http://evil.example", "Authorization": f"Bearer {client.token}"}
            assert (await http.post("/codec/decode", json=body, headers=foreign)).status_code == 403
