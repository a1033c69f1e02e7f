"""What the golden histories hold: runs of the real saga workflow that every later version must replay."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from model.capabilities import Ledger, compiled
from model.programs import Generator
from support.machine_driver import plan
from temporalio.client import WorkflowHandle

from symphainy.foundations.definitions.plan import Plan

Drive = Callable[[WorkflowHandle[Any, Any]], Awaitable[None]]
RANDOM = 22
TOGETHER = (
    "program-03",
    "program-11",
    "local-steps",
    "continued",
    "unwound",
    "cancelled",
    "run-below",
    "listen-foreach",
    "suspended",
)
"""Also run as later versions start them: opening and closing with their local steps (ADR 0021)."""


async def nothing(handle: WorkflowHandle[Any, Any]) -> None:
    """The run needs nobody."""


@dataclass(frozen=True)
class Case:
    """One run. ``more`` goes into its start."""

    made: Plan
    functions: dict[str, Any]
    data: Any = None
    drive: Drive = nothing
    more: dict[str, Any] = field(default_factory=dict)


def cases() -> dict[str, Case]:
    """Name → case."""
    found = {f"program-{seed:02}": _random(seed) for seed in range(RANDOM)}
    found |= {
        "listen-any-until": _listen(),
        "listen-foreach": _foreach(),
        "run-below": _below(),
        "cancelled": _cancelled(),
    }
    found |= {
        "local-steps": _local(70, {}),
        "continued": _local(0, {"continue_after": 60}),
        "wide-fork": _wide(),
        "unwound": _unwound(),
        "heavy-expression": _heavy(),
        "suspended": _suspended(),
        "packed-state": _packed(),
    }
    together = {f"together-{name}": found[name] for name in TOGETHER} | {
        "together-few": _local(5, {}),
        "together-none": _none(),
    }
    found |= {name: replace(case, more={**case.more, "together": True}) for name, case in together.items()}
    return found


def _none() -> Case:
    return Case(plan([{"only": {"set": {"n": 1}}}], {}), {})


def _random(seed: int) -> Case:
    return Case(compiled(Generator(random.Random(seed)).program()), Ledger().functions, {"n": seed % 5})


def _linked(made: Plan) -> Plan:
    return made.model_copy(
        update={"calls": {**made.calls, "listen": "core.events@1", "run": "core.definition@1"}}
    ).sealed()


def _events() -> dict[str, Any]:
    def fetch(asked: Any) -> Any:
        return {"events": [{"id": k["id"], "source": "s", "type": "a", "data": int(k["id"])} for k in asked["events"]]}

    return {"core.events": fetch}


async def _three(handle: WorkflowHandle[Any, Any]) -> None:
    for name in ("0", "0", "1", "2"):
        await handle.signal("event", [{"source": "s", "id": name, "size": 1}])
        await asyncio.sleep(0.1)


def _listen() -> Case:
    do = [{"hear": {"listen": {"to": {"any": [{"with": {"type": "a"}}], "until": "length == 3"}}}}]
    return Case(_linked(plan(do, _events())), _events(), drive=_three)


def _foreach() -> Case:
    each = {"do": [{"keep": {"set": {"n": "${ $item * 2 }"}}}, {"rest": {"wait": {"milliseconds": 50}}}]}
    do = [{"hear": {"listen": {"to": {"any": [{"with": {"type": "a"}}], "until": "length == 3"}}, "foreach": each}}]
    return Case(_linked(plan(do, _events())), _events(), drive=_three)


def _below() -> Case:
    child = plan([{"add": {"set": {"n": "${ .n + 1 }"}}}], {}).model_dump(mode="json")
    functions = {"core.definition": lambda asked: {"plan": child}}
    do = [{"ask": {"run": {"workflow": {"namespace": "t", "name": "c", "version": "1.0.0"}}}}]
    return Case(_linked(plan(do, functions)), functions, {"n": 1})


def _cancelled() -> Case:
    functions = {"pay": lambda asked: {"id": 1}, "back": lambda asked: {}}

    async def cancel(handle: WorkflowHandle[Any, Any]) -> None:
        await asyncio.sleep(0.5)
        await handle.cancel()

    do = [{"p": {"call": "pay", "with": {"n": 1}}}, {"rest": {"wait": {"hours": 1}}}]
    return Case(plan(do, functions, undo={"pay": "back"}), functions, drive=cancel)


def _local(steps: int, more: dict[str, Any]) -> Case:
    functions = {"inc": lambda asked: {"n": asked["n"] + 1}}
    call = {"call": "inc", "with": {"n": "${ .n }"}}
    do: list[Any] = [{f"s{i}": call} for i in range(steps)] or [
        {"all": {"for": {"in": ".xs"}, "do": [{"s": {**call, "with": {"n": "${ .n // 0 }"}}}]}}
    ]
    made = plan(do, functions)
    if steps:
        caps = {ref: c.model_copy(update={"mode": "local"}) for ref, c in made.capabilities.items()}
        made = made.model_copy(update={"capabilities": caps}).sealed()
    return Case(made, functions, {"n": 0, "xs": [1] * 30}, more=more)


def _wide() -> Case:
    functions = {"inc": lambda asked: {"n": 1}}
    branches = [{f"b{i}": {"call": "inc", "with": {"n": i}}} for i in range(40)]
    return Case(plan([{"f": {"fork": {"branches": branches}}}], functions), functions)


def _unwound() -> Case:
    functions = {"pay": lambda asked: {"id": 1}, "back": lambda asked: {}}
    no = {"raise": {"error": {"type": "https://e.org/no", "status": 409, "title": "No"}}}
    do = [{"a": {"call": "pay", "with": {"n": 1}}}, {"b": {"call": "pay", "with": {"n": 2}}}, {"c": no}]
    return Case(plan(do, functions, undo={"pay": "back"}), functions)


def _heavy() -> Case:
    functions = {"core.evaluate": lambda asked: {"value": list(range(asked["data"]["n"]))}}
    do = [{"all": {"set": {"xs": "${ [range(.n)] }"}}}, {"rest": {"wait": {"milliseconds": 20}}}]
    return Case(plan(do, functions, heavy=("[range(.n)]",)), functions, {"n": 3})


def _suspended() -> Case:
    functions = {"inc": lambda asked: {"n": asked["n"] + 1}}

    async def hold(handle: WorkflowHandle[Any, Any]) -> None:
        await handle.signal("suspend")
        await asyncio.sleep(0.5)
        await handle.signal("resume")

    do = [{"rest": {"wait": {"milliseconds": 100}}}, {"a": {"call": "inc", "with": {"n": "${ .n }"}}}]
    return Case(plan(do, functions), functions, {"n": 1}, drive=hold)


def _packed() -> Case:
    functions = {"inc": lambda asked: {"n": asked["n"] + 1}}
    items = [{"id": i, "text": "as good as any other " * 40} for i in range(80)]
    body = [{"s": {"call": "inc", "with": {"n": "${ .n }"}}}]
    do = [{"begin": {"set": {"n": 0}}}, {"all": {"for": {"in": "$workflow.input.xs"}, "do": body}}]
    return Case(plan(do, functions), functions, {"n": 0, "xs": items}, more={"continue_after": 150})
