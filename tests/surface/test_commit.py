"""Committing steps: gapless, once per effect key, published when witnessed."""

import asyncio

import pytest
from sqlalchemy import text

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.errors import Conflict, Defect, OutcomeUnknown
from symphainy.foundations.language.records import Edge, EventDraft, Record, UndoGrant
from symphainy.runtime.store.decisions import Decisions
from symphainy.runtime.store.journal import Journal
from symphainy.runtime.store.lineage import Lineage
from symphainy.runtime.store.unit import Store
from symphainy.runtime.store.work import WorkQueue
from symphainy.runtime.surface import StateSurface

from .making import PAY, call, closing, entry, new, opening, passport


@pytest.fixture
async def execution(surface: StateSurface, tenant: str) -> str:
    execution = new()
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    return execution


async def types(surface: StateSurface, tenant: str, execution: str) -> list[str]:
    found = await surface.events(tenant, execution)
    assert [(e.epoch, e.seq) for e in found] == [(1, n) for n in range(1, len(found) + 1)]
    return [e.type for e in found]


async def test_an_opening_is_one_whoever_repeats_it(surface: StateSurface, tenant: str) -> None:
    execution = new()
    about = opening(tenant, execution), passport(tenant, execution)
    first, *others = await asyncio.gather(*(surface.open(*about) for _ in range(5)))
    assert all(other == first for other in others)
    assert first.closed is None
    assert await types(surface, tenant, execution) == ["execution.started"]


async def test_a_step_is_stored_found_and_told(surface: StateSurface, tenant: str, execution: str) -> None:
    asked = call(tenant, execution, "/do/0/pay")
    assert await surface.find(asked, "d") is None
    (result,) = await surface.commit([entry(asked, {"b": 1, "a": ["ü", None, 1.5]})])
    assert result.seq == 2
    found = await surface.find(asked, "d")
    assert found == result
    assert list(found.output) == ["b", "a"]
    events = await surface.events(tenant, execution)
    assert [e.type for e in events] == ["execution.started", "step.completed"]
    assert events[1].subject == "/do/0/pay"
    assert events[1].data == {"name": "pay", "capability": "text.shout@1"}
    assert await surface.events(tenant, execution, after=events[0].cursor) == events[1:]
    assert await surface.events("another", execution) == []


async def test_fifty_branches_commit_at_once_without_a_gap(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    results = await asyncio.gather(
        *(surface.commit([entry(call(tenant, execution, f"/do/{n}/x"), n)]) for n in range(50))
    )
    assert sorted(r.seq for (r,) in results) == list(range(2, 52))
    assert len(await types(surface, tenant, execution)) == 51
    decisions = await Decisions(store).after(tenant)
    assert [d.seq for d in decisions] == list(range(1, 52))


async def test_fifty_deliveries_of_one_effect_are_one_row(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    asked = call(tenant, execution, "/do/0/pay", contract=PAY)
    results = await asyncio.gather(*(surface.commit([entry(asked, n, contract=PAY)]) for n in range(50)))
    assert len({r.output for (r,) in results}) == 1
    assert {r.seq for (r,) in results} == {2}
    assert await types(surface, tenant, execution) == ["execution.started", "step.completed"]
    assert len(await Journal(store).steps(tenant, execution)) == 1


async def test_one_transaction_for_many_executions_in_any_order(surface: StateSurface, tenant: str) -> None:
    names = [new() for _ in range(6)]
    for name in names:
        await surface.open(opening(tenant, name), passport(tenant, name))

    async def commit(round_: int) -> None:
        order = names if round_ % 2 else names[::-1]
        results = await surface.commit([entry(call(tenant, name, f"/do/{round_}/x"), name) for name in order])
        assert [r.output for r in results] == order

    await asyncio.gather(*(commit(n) for n in range(12)))


async def test_all_or_nothing(surface: StateSurface, tenant: str, execution: str) -> None:
    pay = call(tenant, execution, "/do/0/pay", contract=PAY)
    await surface.commit([entry(pay, 1, contract=PAY)])
    with pytest.raises(Defect, match="another input"):
        await surface.commit([entry(call(tenant, execution, "/do/1/x")), entry(pay, 2, digest="other", contract=PAY)])
    assert await surface.find(call(tenant, execution, "/do/1/x"), "d") is None
    with pytest.raises(Defect, match="another input"):
        await surface.find(pay, "other")


async def test_an_unopened_execution_takes_no_step(surface: StateSurface, tenant: str) -> None:
    with pytest.raises(Defect, match="before its execution was opened"):
        await surface.commit([entry(call(tenant, new(), "/do/0/x"))])


async def test_local_rows_wait_for_their_witness(surface: StateSurface, tenant: str, execution: str) -> None:
    a, b = call(tenant, execution, "/do/0/a", task="run-1/3"), call(tenant, execution, "/do/1/b", task="run-1/3")
    one, two = await surface.commit([entry(a, 1), entry(b, 2)])
    assert await types(surface, tenant, execution) == ["execution.started"]
    await surface.commit([entry(call(tenant, execution, "/do/2/c", task="run-1/9", witnessed=(one.seq,)), 3)])
    assert (await surface.events(tenant, execution))[-1].subject == "/do/0/a"
    assert await surface.find(call(tenant, execution, "/do/3/d", witnessed=(one.seq, two.seq)), "d") is None
    assert [e.subject for e in await surface.events(tenant, execution)][1:] == ["/do/0/a", "/do/1/b"]
    await surface.find(call(tenant, execution, "/do/3/d", witnessed=(one.seq, two.seq)), "d")
    assert len(await types(surface, tenant, execution)) == 3


async def test_a_local_step_that_ran_again_with_another_input_supersedes(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    lost = call(tenant, execution, "/do/0/a", task="run-1/3")
    again = call(tenant, execution, "/do/0/a", task="run-1/6")
    await surface.commit([entry(lost, "then", digest="then")])
    assert await surface.find(again, "now") is None
    (result,) = await surface.commit([entry(again, "now", digest="now")])
    (same,) = await surface.commit([entry(again, "not taken", digest="now")])
    assert same == result
    await surface.close(closing(tenant, execution, paths=("/do/0/a",)))
    rows = await Journal(store).after(tenant)
    assert [(r.kind, r.generation) for r in rows][1:] == [("step", 1), ("step", 2), ("superseded", 1), ("closed", 1)]
    assert await types(surface, tenant, execution) == ["execution.started", "step.completed", "execution.completed"]


async def test_an_attempt_that_haunts_cannot_replace_what_history_has(
    surface: StateSurface, tenant: str, execution: str
) -> None:
    (kept,) = await surface.commit([entry(call(tenant, execution, "/do/0/a", task="run-1/6"), "kept", digest="now")])
    await surface.find(call(tenant, execution, "/do/1/b", witnessed=(kept.seq,)), "d")
    with pytest.raises(Conflict) as caught:
        await surface.commit([entry(call(tenant, execution, "/do/0/a", task="run-1/3"), "ghost", digest="then")])
    assert caught.value.code == "stale_task"
    await surface.commit([entry(call(tenant, execution, "/do/2/c", task="run-1/9"), 1)])
    with pytest.raises(Conflict) as caught:
        await surface.close(closing(tenant, execution, task="run-1/6"))
    assert caught.value.code == "stale_task"


async def test_recall_gives_what_a_dead_attempt_left(surface: StateSurface, tenant: str, execution: str) -> None:
    a = call(tenant, execution, "/do/0/a", task="run-1/3")
    (left,) = await surface.commit([entry(a, {"kept": True})])
    found = await surface.recall(tenant, execution, "run-1/6")
    assert found.closed is None
    assert found.outcomes[a.effect_key].result == left
    assert found.outcomes[a.effect_key].input_digest == "d"
    assert (await surface.recall(tenant, execution, "run-1/9", (left.seq,))).outcomes == {}
    assert a.effect_key in (await surface.recall(tenant, execution, "run-reset/4")).outcomes
    await surface.close(closing(tenant, execution, output=7))
    ended = (await surface.recall(tenant, execution, "run-1/12")).closed
    assert ended is not None
    assert ended.output == 7


async def test_what_is_committed_with_a_step(surface: StateSurface, store: Store, tenant: str, execution: str) -> None:
    record = Record(
        lineage=[Edge(source="document:d1", target="step:x")],
        events=[EventDraft(type="content.ingested", data={"n": 1})],
    )
    record.grant = UndoGrant(capability="bank.refund@1", arguments_digest="a", policies=("p1",))
    record.rule("security_guard", "cedar", policies=("p1",))
    pay = call(tenant, execution, "/do/0/pay", contract=PAY)
    ref = ArtifactRef.of(b"abc")
    await surface.commit([entry(pay, 1, contract=PAY, record=record, artifacts=(ref,))])
    assert await surface.grant(pay.effect_key) == record.grant
    assert await types(surface, tenant, execution) == ["execution.started", "content.ingested", "step.completed"]
    edges = await Lineage(store).walk(tenant, f"artifact:{ref.sha256}")
    assert [(e.source, e.relation) for e in edges] == [(f"step:{pay.effect_key}", "produced-by")]
    (decision,) = await Decisions(store).explain(tenant, pay.effect_key)
    assert decision.verdict == "allow"
    assert '"actor":"User:usr_ann"' in decision.body
    undo = call(tenant, execution, "/do/0/pay", undo=True, contract=PAY, grant_key=pay.effect_key)
    await surface.commit([entry(undo, contract=PAY)])
    assert (await types(surface, tenant, execution))[-1] == "step.compensated"


async def test_no_payload_lies_in_clear(surface: StateSurface, store: Store, tenant: str, execution: str) -> None:
    record = Record(events=[EventDraft(type="a.happened", data={"x": "SECRET-e"})])
    pay = call(tenant, execution, "/do/0/pay", contract=PAY, arguments={"x": "SECRET-a"})
    await surface.commit([entry(pay, "SECRET-o", contract=PAY, record=record)])
    await surface.close(closing(tenant, execution, output="SECRET-c"))
    async with store.tenant(tenant) as tx:
        for table in ("journal", "events", "decisions", "executions"):
            rows = (await tx.execute(text(f"SELECT * FROM {table}"))).all()
            assert rows
            assert not any(b"SECRET" in (v if isinstance(v, bytes) else str(v).encode()) for row in rows for v in row)


async def test_a_claim_is_given_once(surface: StateSurface, tenant: str, execution: str) -> None:
    pay = call(tenant, execution, "/do/0/pay", contract=PAY)
    assert sorted(await asyncio.gather(*(surface.claim(pay, "d") for _ in range(10)))) == [False] * 9 + [True]
    assert await surface.release(pay, "d")
    assert not await surface.release(pay, "d")
    assert await surface.claim(pay, "d")
    assert not await surface.claim(pay, "d")


async def test_an_unknown_outcome_is_listed_until_it_is_known(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    pay = call(tenant, execution, "/do/0/pay", contract=PAY)
    await surface.commit([entry(pay, contract=PAY, problem=OutcomeUnknown("no reply").problem())])
    (item,) = await WorkQueue(store).items(tenant)
    assert (item.kind, item.effect_key) == ("outcome_unknown", pay.effect_key)
    await surface.commit([entry(pay, "paid", contract=PAY)])
    assert await WorkQueue(store).items(tenant) == []
    found = await surface.find(pay, "d")
    assert found is not None
    assert found.output == "paid"


async def test_the_first_closing_stands(surface: StateSurface, tenant: str, execution: str) -> None:
    (left,) = await surface.commit([entry(call(tenant, execution, "/do/0/a", task="run-1/3"), 1)])
    (other,) = await surface.commit([entry(call(tenant, execution, "/do/1/b", task="run-1/3"), 2)])
    assert other.seq > left.seq
    asked = [
        closing(tenant, execution, "faulted", compensation="compensated", output=n, paths=("/do/0/a",))
        for n in range(20)
    ]
    closed = await asyncio.gather(*(surface.close(each) for each in asked))
    assert len({(c.closing.output, c.head, c.length, c.at) for c in closed}) == 1
    assert closed[0].length == 4
    told = ["execution.started", "step.completed", "execution.compensated", "execution.faulted"]
    assert await types(surface, tenant, execution) == told
    reopened = await surface.open(opening(tenant, execution, "run-2"), passport(tenant, execution))
    assert reopened.closed == closed[0].closing
    assert await surface.closed(tenant, execution) == closed[0].closing


async def test_after_the_closing(surface: StateSurface, store: Store, tenant: str, execution: str) -> None:
    await surface.close(closing(tenant, execution, "cancelled"))
    with pytest.raises(Conflict, match="has closed"):
        await surface.commit([entry(call(tenant, execution, "/do/0/a", task="run-1/9"))])
    late = call(tenant, execution, "/do/1/pay", contract=PAY)
    await surface.commit([entry(late, 1, contract=PAY)])
    assert [i.kind for i in await WorkQueue(store).items(tenant)] == ["late_effect"]
    await surface.commit(
        [entry(call(tenant, execution, "/do/1/pay", undo=True, grant_key=late.effect_key), contract=PAY)]
    )
    assert await WorkQueue(store).items(tenant) == []


async def test_owed_undos_and_notes_become_work(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    assert await surface.control(
        tenant, execution, "stuck/r/5", EventDraft(type="execution.stuck"), work="stuck", reason="no plan"
    )
    assert not await surface.control(tenant, execution, "stuck/r/5", EventDraft(type="execution.stuck"), work="stuck")
    await surface.close(closing(tenant, execution, "faulted", compensation="partial", owed=("/do/0/pay",)))
    assert [i.kind for i in await WorkQueue(store).items(tenant)] == ["stuck", "owed_undo"]
    assert await types(surface, tenant, execution) == ["execution.started", "execution.stuck", "execution.faulted"]


async def test_a_continued_run_is_noted_and_a_reset_is_reported(
    surface: StateSurface, store: Store, tenant: str, execution: str
) -> None:
    await surface.open(opening(tenant, execution, "run-2", continued=True), passport(tenant, execution))
    assert await WorkQueue(store).items(tenant) == []
    await surface.open(opening(tenant, execution, "run-3"), passport(tenant, execution))
    assert [i.kind for i in await WorkQueue(store).items(tenant)] == ["reset"]
    assert await types(surface, tenant, execution) == ["execution.started"]
