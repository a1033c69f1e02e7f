"""Receivers outside, whatever they answer: tried again, gone, given up, and told again by hand."""

import asyncio
import hmac
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from support.greetings import deployed
from support.instance import Running
from support.receiver import receiver

pytestmark = pytest.mark.timeout(180)


async def until(holds: Callable[[], Any], what: str, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.1)


async def test_a_receiver_is_tried_again_gone_or_given_up_and_replayed(running: Running) -> None:
    with receiver(answers=[503], last=204) as slow, receiver(last=410) as gone:
        async with await running.login() as client:
            desk = client.solution
            about = {"types": ["execution.completed"], "intent": "hello.greet"}
            tried, left = await desk.create_webhook(slow.url, **about), await desk.create_webhook(gone.url, **about)
            private = await desk.create_webhook("http://10.0.0.1/hook", **about)
            await deployed(client, "1.0.0", [])
            first = await client.run("hello.greet", {"name": "Ann"})
            await until(lambda: len(slow.taken) == 2, "the second try")
            assert len(set(slow.ids)) == 1 and slow.verified(tried.secret, 0) and slow.verified(tried.secret, 1)
            assert len(gone.taken) == 1
            (off,) = [each for each in await desk.webhooks() if each.endpoint_id == left.endpoint.endpoint_id]
            assert (off.state, off.reason) == ("disabled", "it answered 410 Gone")

            (dead,) = await desk.deliveries(private.endpoint.endpoint_id, "dead")
            assert dead.source_execution == first.execution_id and "not public" in dead.reason
            letter = await client.execution(dead.execution_id)
            assert (letter.intent, letter.status) == ("webhook.deliver", "completed"), (
                "a delivery is a saga like any other"
            )
            await desk.change_webhook(private.endpoint.endpoint_id, url=slow.url)
            turned = await desk.rotate_webhook(private.endpoint.endpoint_id)
            assert await desk.replay(private.endpoint.endpoint_id) == 1
            await until(lambda: len(slow.taken) == 3, "the replay")
            assert slow.ids[2] == dead.event_id == slow.ids[0]
            assert slow.verified(turned.secret) and slow.verified(private.secret), "two secrets are in rotation"
            assert not slow.verified(tried.secret)

            await client.run("hello.greet", {"name": "Bob"})
            await until(lambda: len(slow.taken) == 5, "the next event at both")
            assert len(gone.taken) == 1, "who is gone is told nothing more"


async def test_a_signed_message_from_outside_becomes_the_bound_intent_once(running: Running) -> None:
    hub = {"surface": "webhook", "name": "hub", "intent": "hello.greet", "verify": "github", "secret": "hub"}
    body = b'{"name": "Ann"}'
    signed = {"x-hub-signature-256": "sha256=" + hmac.new(b"hush", body, "sha256").hexdigest()}
    async with await running.login() as client, httpx2.AsyncClient(base_url=running.experience_url) as outside:
        await deployed(client, "1.0.0", [hub])
        address = f"/hooks/{(await client.session()).tenant}/greetings/hub"
        assert (await outside.post(address, content=body, headers=signed)).status_code == 401, "no secret is kept yet"
        await client.solution.put_secret("hub", "hush")
        taken = [(await outside.post(address, content=body, headers=signed)).json() for _ in range(2)]
        assert [each["replayed"] for each in taken] == [False, True]
        assert taken[0]["execution_id"] == taken[1]["execution_id"]
        run = taken[0]["execution_id"]
        async with asyncio.timeout(30):
            while (found := await client.solution.execution(run)).status != "completed":
                await asyncio.sleep(0.1)
        assert (found.intent, found.solution) == ("hello.greet", "greetings")
        assert (await outside.post(address, content=body + b" ", headers=signed)).status_code == 401
