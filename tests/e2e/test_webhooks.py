"""Receivers outside, whatever they answer: tried again, gone, given up, and told again by hand."""

import asyncio
from collections.abc import Callable
from typing import Any

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
