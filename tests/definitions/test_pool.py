import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import perf_counter

import pytest

from symphainy.foundations.definitions.expressions import ExpressionError
from symphainy.foundations.definitions.pool import ExpressionPool

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def pool():
    made = ExpressionPool(2, timeout=1.0)  # four times the default: these tests share the machine
    yield made
    made.close()


def test_heavy_expressions_have_their_value(pool):
    assert pool.evaluate("${ [range(.n)] }", {"n": 4}, {}, NOW) == [0, 1, 2, 3]
    assert pool.evaluate("[limit(3; repeat($x))]", None, {"x": 2**60 + 1, "unused": object()}, NOW) == [2**60 + 1] * 3
    assert pool.evaluate("now", None, {}, NOW) == NOW.timestamp()
    assert pool.evaluate('[.[] | test("(a+)+$")]', ["aaa", "b"], {}, NOW) == [True, False]


def test_an_endless_one_is_stopped_and_the_pool_goes_on(pool):
    start = perf_counter()
    with pytest.raises(ExpressionError, match="longer than 1000 ms"):
        pool.evaluate("last(repeat(1))", None, {}, NOW)
    assert perf_counter() - start < 4
    assert pool.evaluate("[range(2)]", None, {}, NOW) == [0, 1]


def test_one_that_wants_memory_is_stopped(pool):
    with pytest.raises(ExpressionError, match="64 MB|longer than"):
        pool.evaluate('reduce range(40) as $i ("x"; . + .) | length', None, {}, NOW)
    with pytest.raises(ExpressionError):
        pool.evaluate('"x" * 10000000', None, {}, NOW)


def test_a_killed_child_is_replaced(pool):
    for child in list(pool._idle.queue):
        child.warm()
        child.process.kill()
        child.process.wait()
    assert [pool.evaluate("[range(1)]", None, {}, NOW) for _ in range(3)] == [[0]] * 3


def test_the_child_has_no_environment_and_opens_no_file(pool):
    os.environ["SYMPHAINY_POOL_TEST"] = "secret"
    try:
        with pytest.raises(ExpressionError, match="not available"):
            pool.evaluate("env", None, {}, NOW)
        with pytest.raises(ExpressionError, match="read files"):
            pool.evaluate('import "x" as $x; $x', None, {}, NOW)
    finally:
        del os.environ["SYMPHAINY_POOL_TEST"]
    child = pool._take()
    with open(f"/proc/{child.process.pid}/environ", "rb") as file:
        assert b"SYMPHAINY" not in file.read()
    pool._give(child)


def test_limits_are_named(pool):
    with pytest.raises(ExpressionError, match="the limit is 1048576"):
        pool.evaluate("[range(1)]", "x" * (2 << 20), {}, NOW)
    with pytest.raises(ExpressionError, match=r"\$y, which is not available"):
        pool.evaluate("[range($y)]", None, {}, NOW)
    with pytest.raises(ExpressionError, match="no JSON"):
        pool.evaluate("[range(1)]", float("nan"), {}, NOW)
    with pytest.raises(ExpressionError, match="cannot be used"):
        pool.evaluate("[range(1)", None, {}, NOW)
    with pytest.raises(ExpressionError, match="failed: boom"):
        pool.evaluate('[range(1)] | error("boom")', None, {}, NOW)


def test_many_callers_share_the_children(pool):
    with ThreadPoolExecutor(6) as threads:
        outs = list(threads.map(lambda n: pool.evaluate("[range(.)] | length", n, {}, NOW), range(12)))
    assert outs == list(range(12))
