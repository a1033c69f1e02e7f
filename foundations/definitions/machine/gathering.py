"""Which events start a run: the very ``listen`` of the interpreter, walked over what has come, outside of any run.

Events are taken into sets, in order of arrival: each set is what one ``listen`` takes until it is through. So two orders whose
payments come crosswise are two sets, each with its own correlation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from symphainy.foundations.definitions.machine import inbox
from symphainy.foundations.definitions.machine.machine import Machine
from symphainy.foundations.definitions.machine.program import Program
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.model import Json

__all__ = ["Gathered", "gather"]

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""A filter sees the event and nothing else: what time it is must not matter."""


@dataclass(frozen=True)
class Gathered:
    """Places of events in what was given: sets that are complete with the input each gives; places that nothing will ever take."""

    complete: tuple[tuple[tuple[int, ...], Json], ...] = ()
    dropped: tuple[int, ...] = ()


def gather(on: dict[str, Any], read: str, events: Sequence[dict[str, Json]]) -> Gathered:
    """Take events into sets. What is in neither list of the answer is part of a set that is still open: give it again.

    >>> made = gather({"one": {"with": {"type": "a"}}}, "data", [{"type": "a", "data": 1}, {"type": "b"}, {"type": "a", "data": 2}])
    >>> made.complete, made.dropped
    ((((0,), [1]), ((2,), [2])), (1,))
    """
    program = _program(on, read)
    complete: list[tuple[tuple[int, ...], Json]] = []
    left = list(range(len(events)))
    while left:
        taken, through, output = _walk(program, events, left)
        if not taken:
            break
        if through:
            complete.append((tuple(taken), output))
        gone = set(taken)
        left = [place for place in left if place not in gone]
    return Gathered(tuple(complete), tuple(left))


def _walk(program: Program, events: Sequence[dict[str, Json]], left: Sequence[int]) -> tuple[list[int], bool, Json]:
    """What one ``listen`` takes of the events that are left, whether it is through with that, and what it then gives."""
    machine, taken = _begun(program), list[int]()
    for place in left:
        if _offer(machine, events[place]):
            taken.append(place)
        ending = machine.state.ending
        if ending is not None and ending.status == "completed":
            return taken, True, ending.output
        if ending is not None:  # a filter failed on this event: it is as if it had not come
            machine = _begun(program)
            for known in taken:
                _offer(machine, events[known])
    return taken, False, None


def _begun(program: Program) -> Machine:
    machine = Machine.begin(program, None, execution="schedule", now=_EPOCH)
    machine.start()
    return machine


def _offer(machine: Machine, event: dict[str, Json]) -> bool:
    """Whether the listener takes the event; it is not kept when it does not."""
    inbox.keep(machine, event)
    machine.settle()
    number = machine.state.sequence
    kept = inbox.find(machine, number) is not None
    machine.state.inbox = [item for item in machine.state.inbox if item["number"] != number]
    failed = machine.state.ending is not None and machine.state.ending.status != "completed"
    return not kept and not failed


def _program(on: dict[str, Any], read: str) -> Program:
    listen = {"listen": {"to": on, "read": read}}
    head = {"dsl": "1.0.3", "namespace": "schedule", "name": "on", "version": "1.0.0"}
    plan = Plan(
        namespace="schedule", name="on", version="1.0.0", document={"document": head, "do": [{"on": listen}]},
        calls={"listen": "core.events@1"},
    )  # fmt: skip
    return Program(plan)
