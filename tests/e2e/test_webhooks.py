"""Receivers outside, whatever they answer: tried again, gone, given up, and told again by hand; and a sender."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import httpx2
import pytest
from support.greetings import deployed
from support.instance import Running
from support.receiver import receiver

from symphainy.foundations.experience import SolutionClient, SymphainyClient
from symphainy.foundations.experience.webhook_models import Endpoint

pytestmark = pytest.mark.timeout(180)
Found = TypeVar("Found")
HUB = {"surface": "webhook", "name": "hub", "intent": "hello.greet", "verify": "github", "secret": "hub"}


async def until(holds: Callable[[], Any], what: str, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.1)


async def test_receivers_are_tried_again_gone_or_replayed_and_a_sender_is_heard_once(running: Running) -> None:
    with receiver(answers=[503], last=204) as slow, receiver(last=204) as well, receiver(last=410) as gone:
        async with await running.login() as client:
            desk = client.solution
            about = {"types": ["execution.completed"], "intent": "hello.greet"}
            tried, left = await desk.create_webhook(slow.url, **about), await desk.create_webhook(gone.url, **about)
            private = await desk.create_webhook("http://10.0.0.1/hook", **about)
            await deployed(client, "1.0.0", [HUB])
            first = await client.run("hello.greet", {"name": "Ann"})

            # While the first receiver's five seconds pass: the second is gone, the third is replayed at another address.
            await until(lambda: len(gone.taken) == 1 and len(slow.taken) == 1, "a first try each")
            (off,) = await some(lambda: disabled(desk, left.endpoint.endpoint_id))
            assert off.reason == "it answered 410 Gone"
            (dead,) = await some(lambda: desk.deliveries(private.endpoint.endpoint_id, "dead"))
            assert dead.source_execution == first.execution_id and "not public" in dead.reason
            letter = await client.execution(dead.execution_id)
            assert (letter.intent, letter.status) == ("webhook.deliver", "completed"), (
                "a delivery is a saga as any other"
            )
            await desk.change_webhook(private.endpoint.endpoint_id, url=well.url)
            turned = await desk.rotate_webhook(private.endpoint.endpoint_id)
            assert await desk.replay(private.endpoint.endpoint_id) == 1
            await until(lambda: len(well.taken) == 1, "the replay")
            assert well.ids == [dead.event_id] == slow.ids[:1]
            assert well.verified(turned.secret) and well.verified(private.secret), "two secrets are in rotation"
            assert not well.verified(tried.secret)
            await a_message_from_outside(running, client)

            await until(lambda: len(slow.taken) >= 3, "the second try, and the message's own")
            again = [at for at, event in enumerate(slow.ids) if event == dead.event_id]
            assert len(again) == 2 and all(slow.verified(tried.secret, at) for at in again)
            await until(lambda: len(well.taken) == 2, "the next event where it goes now")
            assert len(gone.taken) == 1, "who is gone is told nothing more"


async def some(found: Callable[[], Awaitable[Sequence[Found]]]) -> Sequence[Found]:
    """Until there are some."""
    async with asyncio.timeout(30):
        while not (those := await found()):
            await asyncio.sleep(0.1)
        return those


async def disabled(desk: SolutionClient, endpoint: str) -> list[Endpoint]:
    return [each for each in await desk.webhooks() if each.endpoint_id == endpoint and each.state == "disabled"]


async def a_message_from_outside(running: Running, client: SymphainyClient) -> None:
    """A signed message becomes the bound intent, once, and only with the secret."""
    body = b'{"name": "Ann"}'
    headers = {"content-type": "application/json"}
    headers["x-hub-signature-256"] = "sha256=" + hmac.new(b"hush", body, "sha256").hexdigest()
    async with httpx2.AsyncClient(base_url=running.experience_url, headers=headers) as outside:
        address = f"/hooks/{(await client.session()).tenant}/greetings/hub"
        assert (await outside.post(address, content=body)).status_code == 401, "no secret is kept yet"
        await client.solution.put_secret("hub", "hush")
        taken = [(await outside.post(address, content=body)).json() for _ in range(2)]
        assert [each["replayed"] for each in taken] == [False, True]
        assert taken[0]["execution_id"] == taken[1]["execution_id"]
        async with asyncio.timeout(30):
            while (found := await client.solution.execution(taken[0]["execution_id"])).status != "completed":
                await asyncio.sleep(0.1)
        assert (found.intent, found.solution) == ("hello.greet", "greetings")
        assert (await outside.post(address, content=body + b" ")).status_code == 401
