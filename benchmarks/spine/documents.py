"""The definitions that the rows run: so many steps one after another, loops and forks, as documents of the language."""

from typing import Any


def chain(steps: int, call: str = "bench.add") -> dict[str, Any]:
    """``steps`` calls one after another, each adding one to what the one before gave.

    >>> [list(task) for task in chain(2)["do"]]
    [['s0'], ['s1']]
    """
    return _document(
        f"chain-{call.split('.')[1]}-{steps}",
        [{f"s{n}": _add(call, ".n // 0" if n == 0 else ".n")} for n in range(steps)],
    )


def floor() -> dict[str, Any]:
    """No step at all: what opening, closing and being told of it cost."""
    return _document("floor", [{"nothing": {"set": {"n": 0}}}])


def loop(count: int) -> dict[str, Any]:
    """One step for each of ``count`` items."""
    return _document(
        f"loop-{count}",
        [{"each": {"for": {"each": "item", "in": f"[range({count})]"}, "do": [{"s": _add("bench.add", "$item")}]}}],
    )


def fork(count: int) -> dict[str, Any]:
    """``count`` branches of one step."""
    branches = [{f"b{n}": {"call": "bench.add", "with": {"n": n}}} for n in range(count)]
    return _document(f"fork-{count}", [{"all": {"fork": {"branches": branches}}}])


def waiting() -> dict[str, Any]:
    """One step, then a person who does not come."""
    ask = {"call": "approval:1.0.0@default", "with": {"title": "Go on?", "roles": ["operator"]}}
    return _document("waiting", [{"s": _add("bench.add", "0")}, {"ask": ask}])


def _add(call: str, number: str) -> dict[str, Any]:
    return {"call": call, "with": {"n": "${ " + number + " }"}}


def _document(name: str, do: list[Any]) -> dict[str, Any]:
    return {"document": {"dsl": "1.0.3", "namespace": "bench", "name": name, "version": "1.0.0"}, "do": do}
