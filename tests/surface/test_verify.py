"""Whatever is altered, verify names it (RELIABILITY.md F)."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from symphainy.runtime.anchors import object_key, seal_anchors, spell
from symphainy.runtime.chains import hash_of, journal_hash
from symphainy.runtime.store.anchoring import Anchoring
from symphainy.runtime.store.decisions import AnchorRow, Decisions
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import Report, verify

from ..store.database import Moving
from .making import PAY, call, closing, entry, new, opening, passport
from .test_receive import decision

Change = Callable[..., Awaitable[int]]


def sign(digest: bytes) -> str:
    return "signed " + digest.hex()


def signed(digest: bytes, signature: str) -> bool:
    return signature == sign(digest)


@pytest.fixture
async def execution(surface: StateSurface, tenant: str) -> str:
    """A closed execution with twelve steps, one of them superseded and one void; and a second one, still open."""
    execution = new()
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    for n in range(8):
        await surface.commit([entry(call(tenant, execution, f"/do/{n}/a", contract=PAY), n, contract=PAY)])
    await surface.claim(call(tenant, execution, "/do/8/b", contract=PAY), "d")
    await surface.commit([entry(call(tenant, execution, "/do/9/c", task="run-1/3"), 1, digest="then")])
    await surface.commit(
        [
            entry(call(tenant, execution, "/do/9/c", task="run-1/6"), 1),
            entry(call(tenant, execution, "/do/10/d", task="run-1/6"), 1),
        ]
    )
    await surface.close(closing(tenant, execution, paths=("/do/9/c",), task="run-1/6"))
    other = new()
    await surface.open(opening(tenant, other), passport(tenant, other))
    await surface.commit([entry(call(tenant, other, "/do/0/c", task="run-1/3"), 1)])
    await surface.door(decision(tenant))
    return execution


@pytest.fixture
def change(superuser: AsyncEngine, tenant: str) -> Change:
    """Alters rows as one whom nothing stops."""

    async def change(statement: str, **about: object) -> int:
        async with superuser.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            done = await connection.execute(text(statement), {"tenant": tenant, **about})
            return int(done.rowcount)

    return change


async def check(surface: StateSurface, tenant: str) -> Report:
    return await verify(surface, tenant=tenant, signed=signed)


async def test_a_whole_record_is_well(
    surface: StateSurface, store: Store, clock: Moving, tenant: str, execution: str
) -> None:
    before = await check(surface, tenant)
    assert before.findings == []
    (stranger,) = (await check(surface, "nobody")).findings
    assert stranger.problem == "there is no such tenant"
    assert (before.executions, before.anchors) == (2, 0)
    assert before.unsealed == before.decisions > 10
    assert [a.tenant for a in await seal_anchors(store, sign, clock) if a.tenant == tenant] == [tenant]
    after = await check(surface, tenant)
    assert (after.findings, after.anchors, after.unsealed) == ([], 1, 0)
    assert [a for a in await seal_anchors(store, sign, clock) if a.tenant == tenant] == []
    await surface.door(decision(tenant))
    (second,) = [a for a in await seal_anchors(store, sign, clock) if a.tenant == tenant]
    assert second.seq == 2
    assert json.loads(second.body)["opened"] == 3
    assert json.loads(second.body)["closed"] == 1
    assert (await check(surface, tenant)).findings == []


async def test_fifty_branches_of_a_run_and_fifty_runs_at_once_leave_every_chain_whole(
    surface: StateSurface, store: Store, clock: Moving, tenant: str
) -> None:
    one = new()
    await surface.open(opening(tenant, one), passport(tenant, one))

    async def run() -> None:
        other = new()
        await surface.open(opening(tenant, other), passport(tenant, other))
        await surface.commit([entry(call(tenant, other, "/do/0/a", contract=PAY), 1, contract=PAY)])
        await surface.door(decision(tenant))
        await surface.close(closing(tenant, other, paths=(), task=""))

    branches = (surface.commit([entry(call(tenant, one, f"/do/0/fork/{n}/x"), n)]) for n in range(50))
    await asyncio.gather(*branches, *(run() for _ in range(50)))
    await seal_anchors(store, sign, clock)
    report = await check(surface, tenant)
    assert report.findings == []
    assert (report.executions, report.decisions, report.unsealed) == (51, 1 + 50 + 50 * 4, 0)


ALTERATIONS = {
    "journal status": "UPDATE journal SET status = 'failed' WHERE tenant = :tenant AND execution_id = :execution AND seq = :n",
    "journal input": "UPDATE journal SET input_digest = 'x' WHERE tenant = :tenant AND execution_id = :execution AND seq = :n",
    "journal output": "UPDATE journal SET output = output || '\\x00' WHERE tenant = :tenant AND execution_id = :execution AND seq = :n",
    "journal time": "UPDATE journal SET at = at + interval '1 us' WHERE tenant = :tenant AND execution_id = :execution AND seq = :n",
    "journal middle": "DELETE FROM journal WHERE tenant = :tenant AND execution_id = :execution AND seq = :n",
    "journal tail": "DELETE FROM journal WHERE tenant = :tenant AND execution_id = :execution AND seq >= :n",
    "decision body": "UPDATE decisions SET body = replace(body, 'run', 'ruN') WHERE tenant = :tenant AND stream = :execution AND seq = :n",
    "decision verdict": "UPDATE decisions SET verdict = 'deny' WHERE tenant = :tenant AND stream = :execution AND seq = :n",
    "decision middle": "DELETE FROM decisions WHERE tenant = :tenant AND stream = :execution AND seq = :n",
    "decision tail": "DELETE FROM decisions WHERE tenant = :tenant AND stream = :execution AND seq >= :n",
    "decision swap": """
        UPDATE decisions d SET body = o.body, evidence = o.evidence FROM decisions o WHERE d.tenant = :tenant AND d.stream = :execution
        AND d.seq = :n AND o.tenant = :tenant AND o.stream = :execution AND o.seq = :n + 1""",
    "decision fork": """
        INSERT INTO decisions SELECT tenant, stream || '-fork', seq, decision_id || 'f', effect_key, verdict, action, resource, body,
        evidence, hash, at FROM decisions WHERE tenant = :tenant AND stream = :execution AND seq = :n""",
}  # fmt: skip


@pytest.mark.parametrize("name", ALTERATIONS)
async def test_an_alteration_is_found_and_named(
    surface: StateSurface, change: Change, tenant: str, execution: str, name: str
) -> None:
    n = random.Random(name).randint(2, 9)
    assert await change(ALTERATIONS[name], execution=execution, n=n)
    report = await check(surface, tenant)
    assert not report.ok
    table = name.split()[0]
    assert any(
        f.table.startswith(table) and f.row in (f"{execution}/{n}", f"{execution}-fork/1") for f in report.findings
    ), report.findings


async def test_a_new_hash_for_every_journal_row_does_not_help(
    surface: StateSurface, store: Store, change: Change, tenant: str, execution: str
) -> None:
    """Who can write the table can chain it anew; the decisions still name the rows that they governed."""
    await change(
        "UPDATE journal SET capability = 'x' WHERE tenant = :tenant AND execution_id = :execution AND seq = 3",
        execution=execution,
    )
    previous = ""
    for row in [r for r in await Journal(store).after(tenant) if r.execution_id == execution]:
        previous = journal_hash(row, previous)
        await change(
            "UPDATE journal SET hash = :h WHERE tenant = :tenant AND execution_id = :e AND seq = :n",
            h=previous,
            e=execution,
            n=row.seq,
        )
    await change(
        "UPDATE executions SET journal_head = :h WHERE tenant = :tenant AND execution_id = :e", h=previous, e=execution
    )
    report = await check(surface, tenant)
    assert any("governs is gone or altered" in f.problem for f in report.findings)


async def _forge_tail(change: Change, store: Store, tenant: str, stream: str, keep: int) -> None:
    """Delete a chain's tail and set the head back, so that the tables agree with one another again."""
    rows = [r for r in await Decisions(store).after(tenant) if r.stream == stream]
    await change("DELETE FROM decisions WHERE tenant = :tenant AND stream = :s AND seq > :n", s=stream, n=keep)
    about = {"s": stream, "n": keep, "h": rows[keep - 1].hash}
    await change("UPDATE chain_heads SET length = :n, head = :h WHERE tenant = :tenant AND stream = :s", **about)


async def test_a_lost_tail_is_found_by_its_anchor(
    surface: StateSurface, store: Store, change: Change, clock: Moving, tenant: str, execution: str
) -> None:
    stream = decision(tenant).stream
    for _ in range(3):
        await surface.door(decision(tenant))
    await seal_anchors(store, sign, clock)
    await _forge_tail(change, store, tenant, stream, 2)
    await change("UPDATE chain_heads SET anchored = 2 WHERE tenant = :tenant AND stream = :s", s=stream)
    report = await check(surface, tenant)
    assert [(f.table, f.row) for f in report.findings] == [("decisions", f"{stream}/4")]


async def test_a_chain_made_anew_is_found_by_its_anchor(
    surface: StateSurface, store: Store, change: Change, clock: Moving, tenant: str, execution: str
) -> None:
    stream = decision(tenant).stream
    await surface.door(decision(tenant))
    await seal_anchors(store, sign, clock)
    previous = ""
    for row in [r for r in await Decisions(store).after(tenant) if r.stream == stream]:
        body = row.body.replace("User:ann", "User:eve")
        previous = hash_of(previous, str(row.seq), body, row.evidence)
        about = {"b": body, "h": previous, "s": stream, "n": row.seq}
        await change(
            "UPDATE decisions SET body = :b, hash = :h WHERE tenant = :tenant AND stream = :s AND seq = :n", **about
        )
    await change("UPDATE chain_heads SET head = :h WHERE tenant = :tenant AND stream = :s", h=previous, s=stream)
    report = await check(surface, tenant)
    assert [(f.row, f.problem) for f in report.findings] == [(f"{stream}/2", "an anchor has sealed another head here")]


async def test_a_lost_stream_a_lost_anchor_and_a_forged_one(
    surface: StateSurface, store: Store, change: Change, clock: Moving, tenant: str, execution: str
) -> None:
    stream = decision(tenant).stream
    objects: dict[tuple[str, int], bytes] = {}

    async def stored(name: str, seq: int) -> bytes | None:
        return objects.get((name, seq))

    for _ in range(3):
        await surface.door(decision(tenant))
        made = await seal_anchors(store, sign, clock)
        async with store.relay() as tx:
            for anchor in made:
                objects[anchor.tenant, anchor.seq] = spell(anchor)
                await Anchoring(tx).stored(anchor, clock.now())
    assert object_key(AnchorRow(tenant=tenant, seq=7, at=clock.now())) == "anchors/000000000007"
    assert (await verify(surface, tenant=tenant, signed=signed, stored=stored)).ok

    await change("DELETE FROM anchors WHERE tenant = :tenant AND seq = 3")
    report = await verify(surface, tenant=tenant, signed=signed, stored=stored)
    assert {(f.table, f.row) for f in report.findings} == {("anchors", "3"), ("anchors", stream)}
    await change("UPDATE anchors SET signature = 'mine' WHERE tenant = :tenant AND seq = 2")
    assert "its signature is not ours" in {f.problem for f in (await check(surface, tenant)).findings}
    await change("DELETE FROM anchors WHERE tenant = :tenant AND seq = 1")
    assert "anchor 1 is missing" in {f.problem for f in (await check(surface, tenant)).findings}


async def test_a_lost_stream(
    surface: StateSurface, store: Store, change: Change, clock: Moving, tenant: str, execution: str
) -> None:
    await seal_anchors(store, sign, clock)
    stream = decision(tenant).stream
    await change("DELETE FROM decisions WHERE tenant = :tenant AND stream = :s", s=stream)
    await change("DELETE FROM chain_heads WHERE tenant = :tenant AND stream = :s", s=stream)
    assert [f.row for f in (await check(surface, tenant)).findings] == [f"{stream}/1"]


async def test_the_projection_is_compared(surface: StateSurface, change: Change, tenant: str, execution: str) -> None:
    await change("UPDATE executions SET status = 'faulted' WHERE tenant = :tenant AND execution_id = :e", e=execution)
    await change("DELETE FROM events WHERE tenant = :tenant AND execution_id = :e AND seq = 3", e=execution)
    assert [f.table for f in (await check(surface, tenant)).findings] == ["executions", "events"]
