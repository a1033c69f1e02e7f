"""Intake: one intent per key, whoever asks how often; and what the doors decided."""

import asyncio
from typing import Any

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.records import Decision
from symphainy.runtime.chains import door_stream
from symphainy.runtime.ids import mint
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.executions import Executions
from symphainy.runtime.store.intents import IntentRow, Intents
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from ..store.database import Moving
from .making import NOW, opening, passport


def intent(tenant: str, **more: Any) -> IntentRow:
    about = {
        "principal": "usr_ann",
        "operation": "submit",
        "key": "k",
        "body_digest": "d",
        "type": "content.upload",
        "source": "api",
    }
    return IntentRow(
        tenant=tenant, intent_id=mint("intent"), execution_id=mint("execution"), start=b"sealed", received_at=NOW, **{**about, **more}
    )  # fmt: skip


def decision(tenant: str, verdict: Any = "allow") -> Decision:
    return Decision(
        stream=door_stream(tenant, "api-1", NOW),
        tenant=tenant,
        actor="User:ann",
        action="submit",
        resource="x",
        verdict=verdict,
        at=NOW,
    )


async def test_fifty_submits_with_one_key_are_one_intent(surface: StateSurface, store: Store, tenant: str) -> None:
    found = await asyncio.gather(*(surface.receive(intent(tenant), decision(tenant)) for _ in range(50)))
    assert len({(r.intent_id, r.execution_id) for r in found}) == 1
    assert sum(r.fresh for r in found) == 1
    execution = found[0].execution_id
    assert [e.type for e in await surface.events(tenant, execution)] == ["intent.received"]
    row = await Executions(store).get(tenant, execution)
    assert row is not None
    assert (row.status, row.intent) == ("pending", "content.upload")
    assert [d.seq for d in await Decisions(store).after(tenant)] == list(range(1, 51))
    other = await surface.receive(intent(tenant, body_digest="other"))
    assert (other.fresh, other.body_digest) == (False, "d")


async def test_a_reserved_intent_is_found_until_it_is_started(
    surface: StateSurface, store: Store, clock: Moving, tenant: str
) -> None:
    got = await surface.receive(intent(tenant))
    intents = Intents(store)
    mine = [r for r in await intents.reserved(clock.now(), 10_000) if r[0] == tenant]
    assert mine == [(tenant, got.intent_id, got.execution_id)]
    row = await intents.get(tenant, got.intent_id)
    assert row is not None
    assert row.start == b"sealed"
    await intents.started(tenant, got.intent_id, NOW)
    assert not [r for r in await intents.reserved(clock.now(), 10_000) if r[0] == tenant]
    await surface.open(opening(tenant, got.execution_id), passport(tenant, got.execution_id))
    assert [e.type for e in await surface.events(tenant, got.execution_id)] == ["intent.received", "execution.started"]


async def test_a_refused_intent_is_recorded_and_takes_no_key(surface: StateSurface, store: Store, tenant: str) -> None:
    no = await surface.receive(intent(tenant, state="refused", problem={"code": "refused"}), decision(tenant, "deny"))
    assert [e.type for e in await surface.events(tenant, no.execution_id)] == ["intent.received", "intent.refused"]
    assert await Executions(store).get(tenant, no.execution_id) is None
    yes = await surface.receive(intent(tenant))
    assert yes.fresh
    assert [d.verdict for d in await Decisions(store).page(tenant, Moving().now(), verdict="deny")] == ["deny"]


async def test_doors_chain_by_themselves(surface: StateSurface, store: Store, tenant: str) -> None:
    ids = await asyncio.gather(*(surface.door(decision(tenant)) for _ in range(20)))
    rows = await Decisions(store).after(tenant)
    assert {r.decision_id for r in rows} == set(ids)
    assert [r.seq for r in rows] == list(range(1, 21))


@pytest.mark.parametrize(
    "cursor", ["x", "1", "1-", "-1", "1-2-3", "1--2", "٣-١x", "1-9999999999999999999999999999999999"]
)
async def test_a_cursor_is_a_cursor(surface: StateSurface, tenant: str, cursor: str) -> None:
    with pytest.raises(Invalid):
        await surface.events(tenant, "exe_1", after=cursor)
