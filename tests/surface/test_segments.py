"""A segment in one transaction: the opening before its steps, the closing behind them, or nothing."""

import asyncio

import pytest

from symphainy.foundations.language.errors import Conflict, Unavailable
from symphainy.foundations.language.rulings import Ruling
from symphainy.runtime.segments import Begins, write_segment
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface
from symphainy.runtime.verify import verify

from .making import NOW, call, closing, entry, new, opening, passport
from .test_commit import types

TASK = "run-1/3"


def begins(tenant: str, execution: str, run: str = "run-1") -> Begins:
    return Begins(opening(tenant, execution, run), passport(tenant, execution), NOW)


def steps(tenant: str, execution: str, count: int = 2, digest: str = "d"):
    return [entry(call(tenant, execution, f"/do/{n}/s", task=TASK), n, digest=digest) for n in range(count)]


async def test_a_run_in_one_transaction(surface: StateSurface, tenant: str) -> None:
    execution = new()
    end = closing(tenant, execution, task=TASK, run_id="run-1", output={"n": 2})
    written = await write_segment(surface, steps(tenant, execution), begins(tenant, execution), end, ())
    assert written.opened is not None and written.opened.at == NOW
    assert [r.seq for r in written.results] == [2, 3]
    assert written.ended is not None and (written.ended.closing, written.ended.length) == (end, 4)
    told = ["execution.started", "step.completed", "step.completed", "execution.completed"]
    assert await types(surface, tenant, execution) == told
    assert await surface.closed(tenant, execution) == end
    again = await surface.open(opening(tenant, execution), passport(tenant, execution))
    assert (again.at, again.closed) == (NOW, end)
    assert (await verify(surface, tenant=tenant)).ok


async def test_a_run_without_a_step(surface: StateSurface, tenant: str) -> None:
    execution = new()
    end = closing(tenant, execution, "faulted", task=TASK, run_id="run-1")
    written = await write_segment(surface, (), begins(tenant, execution), end, ())
    assert written.ended is not None and written.results == ()
    assert await types(surface, tenant, execution) == ["execution.started", "execution.faulted"]


async def test_another_attempt_has_opened_meanwhile(surface: StateSurface, tenant: str) -> None:
    """Its steps have another time: this attempt leaves nothing, and is asked to look again."""
    execution = new()
    await surface.open(opening(tenant, execution), passport(tenant, execution))
    end = closing(tenant, execution, task=TASK, run_id="run-1")
    with pytest.raises(Unavailable, match="opened"):
        await write_segment(surface, steps(tenant, execution), begins(tenant, execution), end, ())
    assert await types(surface, tenant, execution) == ["execution.started"]
    recall = await surface.recall(tenant, execution, TASK)
    assert recall.opened is not None and recall.outcomes == {} and recall.closed is None


async def test_two_attempts_at_once_are_one_run(surface: StateSurface, tenant: str) -> None:
    execution = new()
    end = closing(tenant, execution, task=TASK, run_id="run-1")
    tries = [write_segment(surface, steps(tenant, execution), begins(tenant, execution), end, ()) for _ in range(5)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Unavailable) for each in done) == 4
    assert len(await types(surface, tenant, execution)) == 4


async def test_an_outcome_that_stood_already_leaves_the_end_to_the_workflow(surface: StateSurface, tenant: str) -> None:
    """What was computed from the new one may be another end."""
    execution = new()
    await write_segment(surface, steps(tenant, execution, 1), begins(tenant, execution), None, ())
    end = closing(tenant, execution, task=TASK, run_id="run-1")
    late = [entry(call(tenant, execution, "/do/0/s", task=TASK), "another")]
    written = await write_segment(surface, late, None, end, ())
    assert written.ended is None and [r.output for r in written.results] == [0]
    assert await surface.closed(tenant, execution) is None


async def test_what_a_closing_does_not_rest_on_is_void(surface: StateSurface, store: Store, tenant: str) -> None:
    execution = new()
    await write_segment(surface, steps(tenant, execution, 2, "old"), begins(tenant, execution), None, ())
    await write_segment(
        surface, steps(tenant, execution, 1, "new"), None, closing(tenant, execution, task=TASK, run_id="run-1"), ()
    )
    assert await types(surface, tenant, execution) == ["execution.started", "step.completed", "execution.completed"]
    assert (await verify(surface, tenant=tenant)).ok


async def test_behind_a_closing_nothing_is_written(surface: StateSurface, tenant: str) -> None:
    execution = new()
    end = closing(tenant, execution, task=TASK, run_id="run-1")
    await write_segment(surface, (), begins(tenant, execution), end, ())
    with pytest.raises(Conflict, match="has closed"):
        await write_segment(surface, steps(tenant, execution), None, end, ())


async def test_steps_with_rows_of_their_own_come_between(surface: StateSurface, tenant: str) -> None:
    """Rulings, people and index batches: the opening stands before them, the closing is left to the workflow."""
    execution = new()
    asked = call(tenant, execution, "/do/0/s", task=TASK)
    ruled = entry(asked, 1, rulings=(Ruling(model="m", source="a", target="b", accepted=True),))
    end = closing(tenant, execution, task=TASK, run_id="run-1")
    written = await write_segment(surface, [ruled], begins(tenant, execution), end, ())
    assert written.opened is not None and written.ended is None and len(written.results) == 1
    assert await types(surface, tenant, execution) == ["execution.started"]  # not witnessed yet
