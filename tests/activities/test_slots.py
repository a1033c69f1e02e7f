"""What a worker takes on: new sagas take turns where steps come steadily; sagas under way never wait for new ones."""

import asyncio
from types import SimpleNamespace
from typing import Any

from symphainy.activities import slots
from symphainy.activities.slots import BESIDE, STEADY, TOGETHER, Pace, _Tasks


def asked(sticky: bool) -> Any:
    return SimpleNamespace(is_sticky=sticky)


def given(permit: Any) -> Any:
    return SimpleNamespace(permit=permit)


def steadily(pace: Pace) -> None:
    for _ in range(STEADY):
        pace.step()


def taken(tasks: _Tasks, sticky: bool) -> list[Any]:
    found = []
    while (permit := tasks.try_reserve_slot(asked(sticky))) is not None:
        found.append(permit)
    return found


async def test_new_sagas_take_turns_where_steps_come_steadily() -> None:
    pace = Pace(busy=False)
    assert len(taken(_Tasks(pace), sticky=False)) == TOGETHER
    steadily(pace)
    tasks = _Tasks(pace)
    assert len(taken(tasks, sticky=False)) == BESIDE
    assert len(taken(tasks, sticky=True)) == TOGETHER


async def test_what_waits_for_a_slot_gets_the_one_given_back() -> None:
    pace = Pace(busy=False)
    steadily(pace)
    tasks = _Tasks(pace)
    first = await tasks.reserve_slot(asked(False))
    second = asyncio.ensure_future(tasks.reserve_slot(asked(False)))
    await asyncio.sleep(0)
    assert not second.done()
    await asyncio.to_thread(tasks.release_slot, given(first))  # the SDK gives back from a thread of its own
    await asyncio.wait_for(second, 5)


async def test_steps_long_ago_make_nobody_wait(monkeypatch: Any) -> None:
    pace = Pace(busy=False)
    steadily(pace)
    later = slots.monotonic() + 1.5
    monkeypatch.setattr(slots, "monotonic", lambda: later)
    assert not pace.busy


def test_a_process_that_has_just_come_takes_turns() -> None:
    assert Pace().busy
