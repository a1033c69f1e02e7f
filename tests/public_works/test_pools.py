"""The process pool: what a function does to its process must not reach ours."""

import asyncio
import importlib
import threading
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from symphainy.foundations.language.errors import Defect, DomainError, Invalid, TooLarge, Unavailable
from symphainy.foundations.public_works.pools import ComputePool


@pytest.fixture(scope="module")
def given() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parent))
        yield importlib.import_module("compute_functions")


@pytest.fixture
async def pool(given: Any) -> AsyncIterator[ComputePool]:
    pool = ComputePool(2, memory=300 * 1024 * 1024, timeout=timedelta(seconds=20), max_result=100 * 1024 * 1024)
    await pool.start()
    yield pool
    await pool.close()


async def works(pool: ComputePool, given: Any) -> None:
    assert await asyncio.gather(*(pool.run(given.double, number) for number in range(4))) == [0, 2, 4, 6]


async def test_calls_run_in_warm_children(pool: ComputePool, given: Any) -> None:
    first = {await pool.run(given.pid) for _ in range(5)}
    started = time.perf_counter()
    for _ in range(20):
        await pool.run(given.double, 1)
    assert (time.perf_counter() - started) / 20 < 0.02
    assert {await pool.run(given.pid) for _ in range(5)} == first and len(first) == 1


@pytest.mark.parametrize("name", ["crash", "leave"])
async def test_a_crash_fails_its_own_call_only(pool: ComputePool, given: Any, name: str) -> None:
    with pytest.raises(DomainError, match="ended its process") as caught:
        await pool.run(getattr(given, name))
    assert caught.value.code == "compute_crashed"
    await works(pool, given)


@pytest.mark.parametrize("name", ["blow_up", "grow"])
async def test_memory_has_a_limit(pool: ComputePool, given: Any, name: str) -> None:
    with pytest.raises(TooLarge) as caught:
        await pool.run(getattr(given, name))
    assert caught.value.code == "compute_memory"
    await works(pool, given)


@pytest.mark.parametrize("name", ["spin", "spin_in_c"])
async def test_a_late_child_is_killed_and_replaced(pool: ComputePool, given: Any, name: str) -> None:
    before = await pool.run(given.pid)
    started = time.perf_counter()
    with pytest.raises(DomainError) as caught:
        await pool.run(getattr(given, name), timeout=0.3)
    assert caught.value.code == "compute_timeout" and time.perf_counter() - started < 2
    await works(pool, given)
    assert not psutil.pid_exists(before) or psutil.Process(before).status() == psutil.STATUS_ZOMBIE


async def test_a_cancelled_call_frees_its_child(pool: ComputePool, given: Any) -> None:
    calls = [asyncio.create_task(pool.run(given.spin)) for _ in range(2)]
    await asyncio.sleep(0.2)
    for call in calls:
        call.cancel()
    assert all(isinstance(end, asyncio.CancelledError) for end in await asyncio.gather(*calls, return_exceptions=True))
    await works(pool, given)


async def test_what_a_function_raises_comes_back_without_the_data(pool: ComputePool, given: Any) -> None:
    with pytest.raises(Invalid, match="row 3 is no number") as ours:
        await pool.run(given.refuse)
    assert ours.value.remedy == "correct it" and ours.value.extra == {"row": 3}
    with pytest.raises(DomainError) as theirs:
        await pool.run(given.fail, "canary-4711")
    assert (
        theirs.value.code == "compute_failed"
        and "canary" not in str(theirs.value)
        and "ValueError" in str(theirs.value)
    )


async def test_printing_and_large_values_do_no_harm(pool: ComputePool, given: Any) -> None:
    assert await pool.run(given.shout) == "heard"
    assert await pool.run(given.size, bytes(20 * 1024 * 1024)) == 20 * 1024 * 1024
    assert len(await pool.run(given.megabytes, 20)) == 20 * 1024 * 1024
    with pytest.raises(TooLarge):
        await pool.run(given.megabytes, 101)
    await works(pool, given)


async def test_no_secret_is_within_reach(pool: ComputePool, given: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not [name for name in await pool.run(given.environment) if "SYMPHAINY" in name or name in ("PATH", "HOME")]


async def test_only_module_level_functions_are_sent(pool: ComputePool, given: Any) -> None:
    with pytest.raises(Defect):
        await pool.run(lambda: 1)
    with pytest.raises(Defect):
        await pool.run(given.size, threading.Lock())
    with pytest.raises(DomainError):
        await pool.run(given.nothing_to_pickle)
    await works(pool, given)


async def test_fifty_calls_at_once_with_crashes_among_them(pool: ComputePool, given: Any) -> None:
    calls = [pool.run(given.crash) if number % 10 == 3 else pool.run(given.double, number) for number in range(50)]
    for number, end in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
        if number % 10 == 3:
            assert isinstance(end, DomainError)
        else:
            assert end == number * 2


async def test_a_waiting_call_is_not_charged_for_the_wait(pool: ComputePool, given: Any) -> None:
    calls = [pool.run(given.nap, 0.6, timeout=2.5) for _ in range(10)]
    assert await asyncio.gather(*calls) == [0.6] * 10, "the last one waited 2.4 s and more"


async def test_a_closed_pool_says_so_and_leaves_no_process(given: Any) -> None:
    pool = ComputePool(2)
    child = await pool.run(given.pid)
    calls = [asyncio.create_task(pool.run(given.spin)) for _ in range(5)]
    await asyncio.sleep(0.3)
    await pool.close()
    await pool.close()
    assert all(isinstance(end, Unavailable) for end in await asyncio.gather(*calls, return_exceptions=True))
    assert not psutil.pid_exists(child)
    with pytest.raises(Unavailable):
        await pool.run(given.pid)
