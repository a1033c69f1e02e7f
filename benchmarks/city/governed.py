"""Governed against ungoverned: the same sagas under all eight services and under none, by turns.

Ungoverned means: no service is asked, at no door and at no step, and the passport's signature is not verified; journal, codec and
everything else are as they are. From Temporal's histories of both: how many actions governance has added. It must be none.
"""

import statistics
from collections import Counter
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any

from temporalio.api.enums.v1 import EventType

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.chain import City

from .ground import Ground, ground

KINDS = (("bench.near", 20), ("bench.far", 5))
ACTIONS = (
    "WORKFLOW_EXECUTION_STARTED", "ACTIVITY_TASK_SCHEDULED", "MARKER_RECORDED", "TIMER_STARTED", "WORKFLOW_EXECUTION_SIGNALED",
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES",
)  # fmt: skip
"""Events that stand for an action of Temporal's bill; workflow tasks are none, and vary with the moment."""


class Ungoverned:
    """The city's keys and nothing of its rule."""

    def __init__(self, city: City) -> None:
        self._city, self._known = city, dict[str, Passport]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._city, name)

    async def prepare(self, tenant: str) -> None:
        """What sealing needs."""
        await self._city.keys.prepare(tenant)

    async def inspect(self, token: str) -> Passport:
        """Believed after the first time."""
        if token not in self._known:
            self._known[token] = await self._city.inspect(token)
        return self._known[token]

    async def step(
        self, call: Any, contract: Any, passport: Any, record: Record, run: Callable[[], Awaitable[Outcome[Any]]]
    ) -> Any:
        """Only the capability."""
        return await run()

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Everyone."""
        return Admission()


class Timed(Ungoverned):
    """The whole city, with a watch around everything but the capability."""

    def __init__(self, city: City) -> None:
        super().__init__(city)
        self.seconds: list[float] = []

    async def prepare(self, tenant: str) -> None:
        """As it is."""
        await self._city.prepare(tenant)

    async def inspect(self, token: str) -> Passport:
        """As it is."""
        return await self._city.inspect(token)

    async def step(
        self, call: Any, contract: Any, passport: Any, record: Record, run: Callable[[], Awaitable[Outcome[Any]]]
    ) -> Any:
        """All eight, timed."""
        inside = 0.0

        async def watched() -> Outcome[Any]:
            nonlocal inside
            began = perf_counter()
            try:
                return await run()
            finally:
                inside = perf_counter() - began

        began = perf_counter()
        try:
            return await self._city.step(call, contract, passport, record, watched)
        finally:
            self.seconds.append(perf_counter() - began - inside)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """As it is."""
        return await self._city.door(call, record)


async def measure(rounds: int, sagas: int) -> dict[str, Any]:
    """The figures; ``added_actions`` is the difference of the counts, which must be 0."""
    found: dict[str, Any] = {}
    async with ground() as on:
        who = await on.user("bench")
        for capability, steps in KINDS:
            plan = on.plan(capability, steps)
            timed, bare = Timed(on.parts.city), Ungoverned(on.parts.city)
            taken: dict[str, list[float]] = {"governed": [], "ungoverned": []}
            actions: dict[str, Counter[str]] = {}
            for turn in range(rounds + 1):
                for name, city in (("governed", timed), ("ungoverned", bare)):
                    here = on.under(city)
                    async with here.working():
                        ids = [await _one(here, who, plan, taken[name]) for _ in range(sagas)]
                    if turn == 0:  # warms caches; counted, not timed
                        taken[name].clear(), timed.seconds.clear()
                        actions[name] = await _actions(on, ids[0])
            found[capability] = _figures(steps, taken, timed.seconds, actions)
    return found


async def _one(on: Ground, who: Any, plan: Any, taken: list[float]) -> str:
    began = perf_counter()
    name = await on.run(who, plan)
    taken.append(perf_counter() - began)
    return name


async def _actions(on: Ground, name: str) -> Counter[str]:
    history = await on.temporal.get_workflow_handle(name).fetch_history()
    events = (EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events)
    return Counter(name for name in events if name in ACTIONS)


def _figures(
    steps: int, taken: dict[str, list[float]], seconds: list[float], actions: dict[str, Counter[str]]
) -> dict[str, Any]:
    marks = statistics.quantiles(seconds, n=100)
    middle = {name: statistics.median(values) * 1000 for name, values in taken.items()}
    more, less = actions["governed"], actions["ungoverned"]
    return {
        "steps": steps, "city_us_p50": round(marks[49] * 1e6), "city_us_p99": round(marks[98] * 1e6),
        "saga_ms_governed": round(middle["governed"], 1), "saga_ms_ungoverned": round(middle["ungoverned"], 1),
        "ratio": round(middle["governed"] / middle["ungoverned"], 3), "actions": dict(more),
        "markers": more["MARKER_RECORDED"],
        "added_actions": sum((more - less).values()) + sum((less - more).values()),
    }  # fmt: skip
