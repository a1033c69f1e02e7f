"""180 of 180: eighteen ways to rewrite the record, ten places each, by one whom no trigger, grant or policy stops (RELIABILITY.md F).

The forger knows how chains are made and makes tables agree with one another wherever that can be done; what stays out of reach
is the signing key and the object store. Each mutation is made in PostgreSQL, looked for by ``verify``, and taken back.
"""

import json
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from symphainy.runtime.anchors import anchor_hash, seal_anchors, spell
from symphainy.runtime.chains import hash_of, journal_hash
from symphainy.runtime.store.anchoring import Anchoring
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import Report, verify

from ..store.database import Moving
from .making import PAY, call, closing, entry, new, opening, passport
from .test_receive import decision
from .test_verify import sign, signed

TABLES = ("journal", "decisions", "chain_heads", "anchors", "executions")
PLACES = int(os.environ.get("MUTATIONS", "18")) // 18
"""Per kind; `make audit` asks for all 180, the suite for 18."""


class Forger:
    """A tenant's sealed record, and hands that may write everything but the signing key."""

    def __init__(self, surface: StateSurface, link: AsyncConnection, tenant: str) -> None:
        self.surface, self.link, self.tenant = surface, link, tenant
        self.kept: dict[tuple[str, int], bytes] = {}
        self.objects: dict[tuple[str, int], bytes] = {}
        self.streams: dict[str, int] = {}
        self.runs: list[str] = []
        self.anchors = 0

    async def run(self, statement: str, **about: object) -> int:
        """One statement, in force at once."""
        done = await self.link.execute(text(statement), {"tenant": self.tenant, **about})
        return int(done.rowcount)

    async def change(self, table: str, what: str, stream: str, seq: int | None = None, **about: object) -> None:
        """Of one stream: a row, or all of them."""
        await self.run(f"UPDATE {table} SET {what} WHERE {_of(table, seq)}", s=stream, n=seq, **about)

    async def lose(self, table: str, stream: str, seq: int | None = None, how: str = "=") -> None:
        """Delete a row of a stream, those from it on, or all."""
        await self.run(f"DELETE FROM {table} WHERE {_of(table, seq, how)}", s=stream, n=seq)

    async def rechain(self, stream: str) -> None:
        """Give every decision of a stream the hash that follows, and the head as well."""
        previous, seq = "", 0
        for row in [r for r in await Decisions(self.surface.store).after(self.tenant) if r.stream == stream]:
            seq += 1
            previous = hash_of(previous, str(seq), row.body, row.evidence)
            await self.change("decisions", f"hash = '{previous}', seq = {seq}", stream, row.seq)
        await self.change("chain_heads", f"length = {seq}, head = '{previous}'", stream)

    async def rechain_journal(self, run: str) -> None:
        """The same for an execution's journal."""
        previous, seq = "", 0
        for row in [r for r in await Journal(self.surface.store).after(self.tenant) if r.execution_id == run]:
            seq, previous = row.seq, journal_hash(row, previous)
            await self.change("journal", f"hash = '{previous}'", run, seq)
        await self.change("executions", f"journal_length = {seq}, journal_head = '{previous}'", run)

    async def cut(self, stream: str, left: int) -> None:
        """A stream ends at an earlier row, and every table agrees."""
        await self.lose("decisions", stream, left, ">")
        await self.lose("journal", stream, left, ">")
        await self.change("executions", "status = 'running', closed_at = NULL", stream)
        await self.rechain(stream)
        await self.rechain_journal(stream)
        await self.change("chain_heads", f"anchored = least(anchored, {left})", stream)

    async def restore(self) -> None:
        """As it was."""
        self.objects = dict(self.kept)
        for table in TABLES:
            await self.run(f"DELETE FROM {table} WHERE tenant = :tenant")
            await self.run(f"INSERT INTO {table} SELECT * FROM kept_{table} WHERE tenant = :tenant")

    async def verify(self) -> Report:
        async def stored(tenant: str, seq: int) -> bytes | None:
            return self.objects.get((tenant, seq))

        return await verify(self.surface, tenant=self.tenant, signed=signed, stored=stored)


def _of(table: str, seq: int | None, how: str = "=") -> str:
    column = "stream" if table in ("decisions", "chain_heads") else "execution_id"
    return f"tenant = :tenant AND {column} = :s AND " + (
        f"seq {how} :n" if seq is not None else "CAST(:n AS int) IS NULL"
    )


@pytest.fixture
async def forger(
    surface: StateSurface, store: Store, superuser: AsyncEngine, clock: Moving, tenant: str
) -> AsyncIterator[Forger]:
    """Three executions and a door in nine anchors, all of them in the object store."""
    async with superuser.connect() as link:
        link = await link.execution_options(isolation_level="AUTOCOMMIT")
        forger = Forger(surface, link, tenant)
        await forger.run("SET session_replication_role = replica")
        for n in range(3):
            run = new()
            forger.runs.append(run)
            await surface.open(opening(tenant, run), passport(tenant, run))
            for step in range(6):
                await surface.commit([entry(call(tenant, run, f"/do/{step}/a", contract=PAY), step, contract=PAY)])
                if step % 3 == 2:
                    await _seal(forger, store, clock)
            await surface.close(closing(tenant, run, paths=(), task=""))
            for _ in range(3):
                await surface.door(decision(tenant))
            if n < 2:
                await _seal(forger, store, clock)
        await _seal(forger, store, clock)
        forger.kept = dict(forger.objects)
        for table in TABLES:
            await forger.run(f"CREATE TEMP TABLE kept_{table} AS SELECT * FROM {table} WHERE tenant = :tenant")
        forger.streams = {head.stream: head.length for head in await Decisions(store).heads(tenant)}
        yield forger


async def _seal(forger: Forger, store: Store, clock: Moving) -> None:
    clock.at += timedelta(seconds=1)
    made = [a for a in await seal_anchors(store, sign, clock) if a.tenant == forger.tenant]
    async with store.relay() as tx:
        for anchor in made:
            forger.anchors = anchor.seq
            forger.objects[anchor.tenant, anchor.seq] = spell(anchor)
            await Anchoring(tx).stored(anchor, clock.now())


Mutation = Callable[[Forger, random.Random], Awaitable[None]]
MUTATIONS: dict[str, Mutation] = {}


def mutation(made: Mutation) -> Mutation:
    MUTATIONS[made.__name__] = made
    return made


def somewhere(forger: Forger, dice: random.Random, *, but_last: int = 0) -> tuple[str, int]:
    stream = dice.choice(sorted(forger.streams))
    return stream, dice.randint(1, forger.streams[stream] - but_last)


@mutation
async def a_decision_says_something_else(forger: Forger, dice: random.Random) -> None:
    await forger.change("decisions", "body = replace(body, 'allow', 'denyy')", *somewhere(forger, dice))


@mutation
async def a_column_of_a_decision_differs(forger: Forger, dice: random.Random) -> None:
    texts = ("verdict", "action", "resource", "effect_key", "decision_id")
    what = dice.choice([*(f"{name} = {name} || 'x'" for name in texts), "at = at + interval '1 us'"])
    await forger.change("decisions", what, *somewhere(forger, dice))


@mutation
async def a_decision_governs_another_row(forger: Forger, dice: random.Random) -> None:
    run = dice.choice(forger.runs)
    await forger.change("decisions", "evidence = 'abc'", run, dice.randint(1, forger.streams[run]))
    await forger.rechain(run)


@mutation
async def a_decision_is_missing(forger: Forger, dice: random.Random) -> None:
    await forger.lose("decisions", *somewhere(forger, dice, but_last=1))


@mutation
async def a_decision_is_missing_and_the_chain_is_closed_up(forger: Forger, dice: random.Random) -> None:
    stream, seq = somewhere(forger, dice, but_last=1)
    await forger.lose("decisions", stream, seq)
    await forger.rechain(stream)


@mutation
async def two_decisions_are_exchanged(forger: Forger, dice: random.Random) -> None:
    stream, seq = somewhere(forger, dice, but_last=1)
    for a, b in ((seq, -1), (seq + 1, seq), (-1, seq + 1)):
        await forger.change("decisions", f"seq = {b}", stream, a)


@mutation
async def a_decision_is_added(forger: Forger, dice: random.Random) -> None:
    stream, seq = somewhere(forger, dice)
    copied = "effect_key, verdict, action, resource, body, evidence, hash, at"
    await forger.run(
        f"INSERT INTO decisions (tenant, stream, seq, decision_id, {copied}) SELECT tenant, stream, {forger.streams[stream] + 1},"
        f" decision_id || 'x', {copied} FROM decisions WHERE {_of('decisions', seq)}", s=stream, n=seq,
    )  # fmt: skip


@mutation
async def a_tail_is_lost(forger: Forger, dice: random.Random) -> None:
    await forger.lose("decisions", *somewhere(forger, dice), ">=")


@mutation
async def a_tail_is_lost_and_every_table_agrees(forger: Forger, dice: random.Random) -> None:
    await forger.cut(dice.choice(forger.runs), dice.randint(2, 6))


@mutation
async def a_stream_is_lost(forger: Forger, dice: random.Random) -> None:
    """With all that belongs to it, as if the run had never been."""
    stream = dice.choice(sorted(forger.streams))
    for table in ("decisions", "chain_heads", "journal", "executions"):
        await forger.lose(table, stream)


@mutation
async def a_chain_is_made_anew(forger: Forger, dice: random.Random) -> None:
    stream, seq = somewhere(forger, dice)
    await forger.change("decisions", "body = replace(body, 'allow', 'denyy'), verdict = 'denyy'", stream, seq)
    await forger.rechain(stream)


@mutation
async def a_head_differs(forger: Forger, dice: random.Random) -> None:
    what = dice.choice(("head = 'abc'", "length = length + 1", "length = length - 1", "anchored = anchored + 1"))
    await forger.change("chain_heads", what, dice.choice(sorted(forger.streams)))


@mutation
async def a_journal_row_says_something_else(forger: Forger, dice: random.Random) -> None:
    run, texts = (
        dice.choice(forger.runs),
        ("status", "input_digest", "output_digest", "capability", "effect_key", "name", "kind", "meta"),
    )
    what = dice.choice(
        [*(f"{name} = {name} || 'x'" for name in texts), "output = '\\x00'::bytea", "at = at + interval '1 us'"]
    )
    await forger.change("journal", what, run, dice.randint(1, 8))
    if dice.random() < 0.5:
        await forger.rechain_journal(run)


@mutation
async def a_journal_row_is_missing(forger: Forger, dice: random.Random) -> None:
    await forger.lose("journal", dice.choice(forger.runs), dice.randint(1, 8))


@mutation
async def an_anchor_says_something_else(forger: Forger, dice: random.Random) -> None:
    """With new hashes from there on, so that only the signature is wrong."""
    first, previous = dice.randint(1, forger.anchors), ""
    for row in await Decisions(forger.surface.store).anchors(forger.tenant):
        body = row.body.replace('"at":"2', '"at":"3') if row.seq == first else row.body
        previous = anchor_hash(previous, body)
        statement = "UPDATE anchors SET body = :b, hash = :h WHERE tenant = :tenant AND seq = :n"
        await forger.run(statement, b=body, h=previous, n=row.seq)


@mutation
async def an_anchor_is_lost(forger: Forger, dice: random.Random) -> None:
    await forger.run("DELETE FROM anchors WHERE tenant = :tenant AND seq = :n", n=dice.randint(1, forger.anchors))


@mutation
async def the_last_anchors_are_lost_with_all_that_they_sealed(forger: Forger, dice: random.Random) -> None:
    """The tables go back to an earlier second, in perfect agreement; the object store does not."""
    first = dice.randint(1, forger.anchors)
    sealed: dict[str, int] = {}
    for row in await Decisions(forger.surface.store).anchors(forger.tenant):
        if row.seq < first:
            sealed.update({stream: length for stream, length, _ in json.loads(row.body)["streams"]})
    await forger.run("DELETE FROM anchors WHERE tenant = :tenant AND seq >= :n", n=first)
    for stream in forger.streams:
        if (left := sealed.get(stream, 0)) == 0:
            for table in ("decisions", "chain_heads", "journal", "executions"):
                await forger.lose(table, stream)
        else:
            await forger.cut(stream, left)


@mutation
async def a_stored_anchor_is_lost_or_another(forger: Forger, dice: random.Random) -> None:
    name = forger.tenant, dice.randint(1, forger.anchors)
    if dice.random() < 0.5:
        del forger.objects[name]
    else:
        forger.objects[name] = forger.objects[name].replace(b'"hash":"', b'"hash":"0')


@pytest.mark.timeout(600)
async def test_every_mutation_is_found(forger: Forger) -> None:
    assert (await forger.verify()).findings == []
    found, missed = 0, []
    for name, mutate in MUTATIONS.items():
        for place in range(PLACES):
            await mutate(forger, random.Random(f"{name}{place}"))
            if (await forger.verify()).ok:
                missed.append(f"{name} {place}")
            else:
                found += 1
            await forger.restore()
    assert (await forger.verify()).findings == []
    sys.stdout.write(f"{found} of {len(MUTATIONS) * PLACES} mutations found\n")
    assert not missed
    assert found == len(MUTATIONS) * PLACES
    assert len(MUTATIONS) == 18
