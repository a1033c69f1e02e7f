"""A static estimate of what one run leaves in Temporal's history: events and bytes, fixed ones and those of each round of a loop.

Figures: 1,000 activities one after the other left 6,005 events and 0.6 MB (server 1.29.1); a segment of local steps is one workflow task
and one marker. A payload is measured where it is written out, and guessed from its schema where it is not.
"""

import json
from collections.abc import Iterator
from typing import Any

from symphainy.foundations.definitions.builtins import APPROVAL, builtin
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.definitions.protocols import linked_name
from symphainy.foundations.definitions.tasks import Task, functions, inner_lists, task_list
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.model import Json, Message

TASK = 3
"""Events of a workflow task: scheduled, started, completed."""
ACTIVITY, MARKER, TIMER, CHILD = 3, 1, 2, 4
EVENT_BYTES = 100
"""Of an event without its payload."""
FIXED = 2 * TASK + 2 * MARKER + 2
"""Start and end, opening and closing."""
UNKNOWN = 256
"""Bytes of a value of which nothing is known."""
CONTINUE = 2_000
"""Events after which a run continues as new (``SYMPHAINY_CONTINUE_AS_NEW_EVENTS``)."""


class Growth(Message):
    """Events and bytes."""

    events: int = 0
    bytes: int = 0

    def plus(self, other: "Growth", times: int = 1) -> "Growth":
        """Both together."""
        return Growth(events=self.events + times * other.events, bytes=self.bytes + times * other.bytes)


class Loop(Message):
    """A loop or listener, and what one round of it adds."""

    pointer: str
    name: str
    each: Growth


class Estimate(Message):
    """``run``: every task once, the longest way; ``loops``: what each further round adds."""

    run: Growth
    loops: tuple[Loop, ...] = ()
    largest: int = 0
    """Bytes of the largest payload that can be told."""

    def rounds(self, most: int = CONTINUE) -> dict[str, int]:
        """For each loop, how many rounds fill one run's history before it continues as new.

        >>> Estimate(run=Growth(events=10), loops=(Loop(pointer="/do/0/a", name="a", each=Growth(events=6)),)).rounds(100)
        {'/do/0/a': 15}
        """
        left = max(most - self.run.events, 0)
        return {loop.pointer: left // loop.each.events for loop in self.loops if loop.each.events}


def estimate(plan: Plan, catalog: Catalog) -> Estimate:
    """What a run of this plan leaves behind."""
    return _Estimator(plan, catalog).document()


class _Estimator:
    def __init__(self, plan: Plan, catalog: Catalog) -> None:
        self.plan, self.catalog, self.own = plan, catalog, functions(plan.document)
        self.loops: list[Loop] = []
        self.largest = 0

    def document(self) -> Estimate:
        fixed = Growth(events=FIXED, bytes=FIXED * EVENT_BYTES + len(json.dumps(self.plan.document)))
        run = fixed.plus(self.tasks(self.plan.document.get("do"), "/do", frozenset()))
        return Estimate(run=run, loops=tuple(self.loops), largest=self.largest)

    def tasks(self, items: Any, pointer: str, inside: frozenset[str], *, sequence: bool = True) -> Growth:
        total, local = Growth(), False
        for task in task_list(items, pointer, sequence=sequence):
            total = total.plus(self.task(task, inside, joined=local))
            local = self.is_local(task)
        return total

    def task(self, task: Task, inside: frozenset[str], *, joined: bool = False) -> Growth:
        below = Growth()
        for path, items, sequence in inner_lists(task):
            below = below.plus(self.tasks(items, f"{task.pointer}/{path}", inside, sequence=sequence))
        if task.kind in ("for", "listen"):
            self.loops.append(
                Loop(
                    pointer=task.pointer,
                    name=task.name,
                    each=below if task.kind == "for" else below.plus(_events(ACTIVITY + TASK)),
                )
            )
        own = getattr(self, f"_{task.kind}", lambda *_: Growth())(task, inside, joined)
        return below.plus(own)

    def is_local(self, task: Task) -> bool:
        """Whether its step rides in one segment with the local step before it."""
        name = "emit" if task.kind == "emit" else linked_name(task.body) if task.kind == "call" else ""
        linked = self.plan.capabilities.get(self.plan.calls.get(name, ""))
        return linked is not None and linked.mode == "local"

    def _call(self, task: Task, inside: frozenset[str], joined: bool) -> Growth:
        name = task.body["call"]
        if name in self.own:
            return self.task(self.own[name], inside | {name}) if name not in inside else Growth()
        if builtin(task.body) == APPROVAL:  # asked, decided, and the timer of its timeout
            return _events(2 * (ACTIVITY + TASK) + 2 * TIMER + TASK, 2 * self.size(task.body.get("with")))
        payload = self.size(task.body.get("with")) + self.answer(task)
        if self.is_local(task):
            return _events(MARKER + (0 if joined else TASK), payload)
        return _events(ACTIVITY + TASK, payload)

    def _emit(self, task: Task, inside: frozenset[str], joined: bool) -> Growth:
        return _events(MARKER + (0 if joined else TASK), 2 * self.size(task.body["emit"]))

    def _wait(self, task: Task, inside: frozenset[str], joined: bool) -> Growth:
        return _events(TIMER + TASK)

    def _run(self, task: Task, inside: frozenset[str], joined: bool) -> Growth:
        return _events(ACTIVITY + TASK + CHILD + TASK, self.size(task.body["run"]) + UNKNOWN)

    def _listen(self, task: Task, inside: frozenset[str], joined: bool) -> Growth:
        return _events(1 + ACTIVITY + 2 * TASK, UNKNOWN)

    def answer(self, task: Task) -> int:
        contract = self.catalog.find(self.plan.calls.get(linked_name(task.body), ""))
        size = max(_of_schema(contract.output)) if contract is not None else UNKNOWN
        self.largest = max(self.largest, size)
        return size

    def size(self, value: Json) -> int:
        size = len(json.dumps(value)) if value is not None else 0
        self.largest = max(self.largest, size)
        return size


def _events(count: int, payload: int = 0) -> Growth:
    return Growth(events=count, bytes=count * EVENT_BYTES + payload)


def _of_schema(schema: Any, depth: int = 0) -> Iterator[int]:
    """Guesses of how many bytes a value of this schema has; the largest counts."""
    yield UNKNOWN if not isinstance(schema, dict) or not schema else 2
    if not isinstance(schema, dict) or depth > 6:
        return
    if isinstance(schema.get("maxLength"), int):
        yield min(int(schema["maxLength"]), 1 << 20)
    properties = schema.get("properties")
    if isinstance(properties, dict):
        yield sum(len(name) + 4 + max(_of_schema(inner, depth + 1)) for name, inner in properties.items())
    if isinstance(schema.get("items"), dict):
        yield min(int(schema.get("maxItems", 10)), 1_000) * max(_of_schema(schema["items"], depth + 1))
