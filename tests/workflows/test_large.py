"""Long loops and wide forks on the real server: they end, with a history and a state that stay bounded. More: ``benchmarks/large.py``."""

from collections.abc import Sequence
from typing import Any

import pytest
from support.large import fork_of, loop_of, measured
from support.machine_driver import plan
from support.saga_worker import World
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowFailureError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import PayloadCodec
from temporalio.exceptions import ApplicationError

pytestmark = pytest.mark.timeout(180)
CEILING = 1 << 20
"""As the platform's codec has it (governance/data_steward/codec.py)."""


class Ceiling(PayloadCodec):
    """Refuses a payload over the ceiling, as the platform's codec does; remembers the largest."""

    largest = 0

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        for payload in payloads:
            self.largest = max(self.largest, len(payload.data))
            if len(payload.data) > CEILING:
                raise ValueError(f"a payload has {len(payload.data)} bytes")
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


async def capped(address: str) -> tuple[Client, Ceiling]:
    from dataclasses import replace

    codec = Ceiling()
    return await Client.connect(address, data_converter=replace(pydantic_data_converter, payload_codec=codec)), codec


async def test_a_loop_of_a_thousand_steps(temporal_address: str) -> None:
    client, codec = await capped(temporal_address)
    made, functions, data = loop_of(1_000, local=True)
    seen = await measured(World(client, functions), made, data)
    assert seen.output == {"n": 1_000} and seen.calls == 1_000
    assert max(run.events for run in seen.runs) < 3_000 and max(run.bytes for run in seen.runs) < 4 << 20
    assert codec.largest < 256 << 10


async def test_a_fork_of_a_thousand_branches(temporal_address: str) -> None:
    client, _ = await capped(temporal_address)
    made, functions, data = fork_of(1_000, local=True)
    seen = await measured(World(client, functions), made, data)
    assert sorted(o["n"] for o in seen.output) == list(range(1_000)) and seen.calls == 1_000
    assert max(run.events for run in seen.runs) < 3_000 and max(run.bytes for run in seen.runs) < 4 << 20


async def test_a_state_that_holds_its_items_many_times_is_carried_on(temporal_address: str) -> None:
    """400 KB of items, held by every frame on the way: over the ceiling as JSON, under it when packed."""
    client, codec = await capped(temporal_address)
    functions = {"inc": lambda asked: {"n": asked["n"] + 1}}
    body = [{"s": {"call": "inc", "with": {"n": "${ .n }"}}}]
    loop = {"all": {"for": {"in": "$workflow.input.xs"}, "do": body}}
    items = [{"id": i, "text": f"{i * 7919 % 100_003:06d} {i * 104_729 % 1_000_003:07d} " * 110} for i in range(120)]
    made = plan([{"begin": {"set": {"n": 0}}}, {"first": {"do": [loop]}}], functions)
    seen = await measured(World(client, functions), made, {"n": 0, "xs": items}, continue_after=150, segments=False)
    assert seen.output == {"n": 120} and len(seen.runs) > 2
    assert codec.largest < CEILING


async def test_a_state_that_cannot_be_carried_on_fails_by_name_and_is_undone(temporal_address: str) -> None:
    client, _ = await capped(temporal_address)
    state = {"seed": 1}

    def noise(asked: Any) -> Any:
        words = []
        for _ in range(3_000):  # digits that no compression makes small
            state["seed"] = state["seed"] * 6_364_136_223_846_793_005 % (1 << 62) + 1
            words.append(state["seed"])
        return {"n": 1, "words": words}

    functions = {"pay": lambda asked: {"id": 1}, "back": lambda asked: {}, "noise": noise, "none": lambda asked: asked}
    wide = [{f"b{i}": {"call": "noise"}} for i in range(40)]
    loop = {
        "for": {"in": "$workflow.input.xs"},
        "do": [{"s": {"call": "none"}}],
        "input": {"from": "."},
    }
    do = [{"p": {"call": "pay", "with": {"n": 1}}}, {"wide": {"fork": {"branches": wide}}}, {"loop": loop}]
    world = World(client, functions)
    made = plan(do, functions, undo={"pay": "back"})
    async with world.worker():
        handle = await world.start(made, {"xs": [0] * 40}, continue_after=150)
        with pytest.raises(WorkflowFailureError) as failed:
            await handle.result()
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.details[0]["title"] == "State too large", failed.value.cause.details
    assert "/do/0/p/undo" in world.log and world.closings[-1].compensation == "compensated"
