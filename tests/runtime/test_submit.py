"""Submitting: one key, one saga; refused aloud and recorded; nothing lost between reserving and starting."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import DomainError, Invalid, NotFound, Refused, TooLarge
from symphainy.foundations.language.ids import is_id, workflow_id
from symphainy.foundations.language.wire import HEADER_PASSPORT
from symphainy.runtime.headers import outgoing
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store

from .servers import free_port
from .world import World


def shout(**payload: Any) -> Intent:
    return Intent(type="text.shout", payload=payload)


async def rows(store: Store, tenant: str) -> list[IntentRow]:
    return await Intents(store)._some(IntentRow, tenant, None, oldest="received_at", tenant=tenant)


async def test_an_intent_becomes_an_execution_with_a_result(world: World) -> None:
    client, ada = world.client(), world.someone()
    async with world.working():
        told = await client.submit(shout(text="hi"), principal=ada)
        assert is_id(told.execution_id, "execution") and is_id(told.key, "key") and not told.replayed
        ended = await client.result(ada, told.execution_id, wait=10)
    assert (ended.status, ended.output) == ("completed", {"said": {"text": "hi"}})
    session = await world.sessions.get(world.tenant, told.session_id)
    assert session.principal == ada
    described = await client.describe(session, told.execution_id)
    assert described.summary.intent == "text.shout" and described.workflow_id == workflow_id(
        world.tenant, told.execution_id
    )
    assert [e.type async for e in await client.watch(ada, told.execution_id)] == [
        "intent.received", "execution.started", "execution.completed",
    ]  # fmt: skip
    await client.close()


async def test_fifty_submits_with_one_key_are_one_saga_and_fifty_equal_answers(world: World) -> None:
    clients, ada = [world.client(), world.client()], world.someone()
    async with world.working():
        answers = await asyncio.gather(
            *(clients[n % 2].submit(shout(n=1), principal=ada, key="k-1") for n in range(50))
        )
        assert len(set(answers)) == 1
        assert [a.replayed for a in answers].count(False) == 1
        await clients[0].result(ada, answers[0].execution_id, wait=10)
    async for found in world.temporal.list_workflows(f"Tenant = '{world.tenant}'"):
        assert found.id == workflow_id(world.tenant, answers[0].execution_id)
    assert [row.state for row in await rows(world.store, world.tenant)] == ["started"]
    assert await clients[1].submit(shout(n=1), principal=ada, key="k-1") == answers[0]


async def test_a_key_means_one_request_for_ever(world: World) -> None:
    client, ada = world.client(), world.someone()
    first = await client.submit(shout(n=1), principal=ada, key="k-1")
    for other in (shout(n=2), shout(), Intent(type="text.shout", payload={"n": 1}, purpose="audit")):
        with pytest.raises(Invalid) as refused:
            await client.submit(other, principal=ada, key="k-1")
        assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")
    again = await client.submit(Intent(type="text.shout", payload={"n": 1}, source="ui"), principal=ada, key="k-1")
    assert again == first and again.replayed
    raced = await asyncio.gather(
        *(client.submit(shout(n=n), principal=ada, key="k-2") for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(answer, Invalid) for answer in raced) == 7


async def test_keys_belong_to_a_tenant_and_a_principal(world: World) -> None:
    client = world.client()
    other = world.someone(tenant=f"{world.tenant}-b")
    answers = [
        await client.submit(shout(n=n), principal=who, key="k-1")
        for n, who in enumerate([world.someone(), world.someone("usr_bob"), other])
    ]
    assert len({a.execution_id for a in answers}) == 3
    for verb in (client.describe, client.result, client.cancel):
        with pytest.raises(NotFound):
            await verb(other, answers[0].execution_id)
    with pytest.raises(NotFound):
        await client.watch(other, answers[0].execution_id)
    assert [e.execution_id for e in (await client.executions(other)).items] == [answers[2].execution_id]


async def test_no_answer_is_lost_when_temporal_is_away_between_reserving_and_starting(world: World) -> None:
    nowhere = await Client.connect(
        f"127.0.0.1:{free_port()}", namespace="symphainy", data_converter=pydantic_data_converter, lazy=True
    )
    client, ada = world.client(nowhere), world.someone()
    told = await client.submit(shout(text="later"), principal=ada, key="k-1")
    assert [row.state for row in await rows(world.store, world.tenant)] == ["reserved"]
    assert (await world.client().result(ada, told.execution_id)).status == "pending"
    async with world.working():
        await world.reconciler().once()
        ended = await world.client().result(ada, told.execution_id, wait=10)
    assert ended.output == {"said": {"text": "later"}}
    assert [row.state for row in await rows(world.store, world.tenant)] == ["started"]
    assert b"later" not in ((await rows(world.store, world.tenant))[0].start or b"")


async def test_a_refused_intent_is_recorded_with_its_decision_and_frees_its_key(world: World) -> None:
    client, ada = world.client(), world.someone()
    world.gate.banned.add("usr_ada")
    with pytest.raises(Refused):
        await client.submit(shout(secret="x"), principal=ada, key="k-1")
    with pytest.raises(NotFound) as unknown:
        await client.submit(Intent(type="text.shuot"), principal=world.someone("usr_bob"))
    assert unknown.value.remedy == "did you mean text.shout?"
    with pytest.raises(TooLarge):
        await client.submit(shout(text="x" * (1 << 20)), principal=world.someone("usr_bob"))
    with pytest.raises(Invalid):
        await client.submit(Intent(type="no type\x00"), principal=world.someone("usr_bob"))
    found = await rows(world.store, world.tenant)
    assert [(row.state, row.type, row.problem["code"]) for row in found] == [
        ("refused", "text.shout", "refused"), ("refused", "text.shuot", "intent_unknown"),
        ("refused", "text.shout", "payload_too_large"), ("refused", "malformed", "intent_type"),
    ]  # fmt: skip
    events = await world.surface.events(world.tenant, found[0].execution_id)
    assert [event.type for event in events] == ["intent.received", "intent.refused"]
    decided = await world.store_decisions()
    assert [d.verdict for d in decided] == ["deny"] * 4
    world.gate.banned.clear()
    assert (await client.submit(shout(secret="x"), principal=ada, key="k-1")).replayed is False


async def test_without_a_key_the_city_may_refuse_with_400(world: World) -> None:
    class Strict(type(world.gate)):  # type: ignore[misc]
        async def door(self, call: Any, record: Any) -> Any:
            if call.resource["key"] == "":
                raise Refused("no key", rule="hard_idempotency")
            return await super().door(call, record)

    world.gate = Strict()
    with pytest.raises(DomainError) as refused:
        await world.client().submit(shout(), principal=world.someone())
    assert (refused.value.status, refused.value.code) == (400, "idempotency_key_required")
    await world.client().submit(shout(), principal=world.someone(), key="k-1")


async def test_the_passport_names_the_execution_and_travels_in_the_headers(world: World) -> None:
    seen: list[dict[str, str]] = []

    class Watching(Client):
        async def start_workflow(self, *args: Any, **options: Any) -> Any:
            seen.append(dict(outgoing.get()))
            return await super().start_workflow(*args, **options)

    told = await world.client(Watching(**world.temporal.config())).submit(shout(), principal=world.someone())
    assert seen == [{HEADER_PASSPORT: f"token-of-{told.execution_id}", "symphainy-bundle": "sha256:test"}]
    passport = world.gate.signed[-1]
    assert (passport.execution_id, passport.session_id) == (told.execution_id, told.session_id)
    assert outgoing.get() == {}
    described = await world.temporal.get_workflow_handle(workflow_id(world.tenant, told.execution_id)).describe()
    assert (
        described.typed_search_attributes
        and described.raw_description.workflow_execution_info.priority.fairness_key == world.tenant
    )


async def test_a_session_of_somebody_else_opens_nothing(world: World) -> None:
    session = await world.sessions.create(world.someone("usr_bob"))
    with pytest.raises(NotFound):
        await world.client().submit(shout(), session, world.someone())


async def test_what_is_malformed_is_judged_at_the_door_before_its_form(world: World) -> None:
    """Its sender needs the right like any other; and the tenant's keys are held from there on."""
    held: set[str] = set()

    class Holding(type(world.sealer)):  # type: ignore[misc]
        def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
            assert tenant in held
            return bytes(super().seal(tenant, data, context=context))

    class Preparing(type(world.gate)):  # type: ignore[misc]
        async def door(self, call: Any, record: Any) -> Any:
            held.add(call.principal.tenant)
            return await super().door(call, record)

    made = replace(world, sealer=Holding(), gate=Preparing())
    with pytest.raises(Invalid):
        await made.client().submit(Intent(type="no type"), principal=made.someone())
    made.gate.banned.add("usr_ada")
    with pytest.raises(Refused):
        await made.client().submit(Intent(type="no type"), principal=made.someone())
