"""Suspending a run: no task begins and the run does not complete until it is resumed. What is open goes on to its end.

Clocks go on as well: a timeout that passes meanwhile counts, and its error is handled after the resuming. Cancelling and the
undoing of a failed run are never held back.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import lifecycle
from symphainy.foundations.definitions.machine.state import Command, Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


def suspend(m: "Machine") -> list[Command]:
    """Hold back whatever would begin from now on; nothing to do for a run that ends or unwinds."""
    if m.state.ending is None and m.state.unwinding is None and not m.state.cancelled and not m.state.suspended:
        m.state.suspended = True
        lifecycle.held(m, "suspended")
    return m.settle()


def resume(m: "Machine", now: datetime) -> list[Command]:
    """Go on with what was held back, in the order in which it came."""
    if m.state.suspended:
        m.tick(now)
        m.state.suspended = False
        lifecycle.held(m, "resumed")
        m._agenda.extend((verb, number, tuple(payload)) for verb, number, payload in m.state.parked)
        m.state.parked = []
    return m.settle()


def holds(m: "Machine", verb: str, frame: Frame, *payload: Json) -> bool:
    """Whether ``verb`` must wait; it is then kept for ``resume``."""
    if m.state.suspended:
        m.state.parked.append([verb, frame.id, list(payload)])
    return m.state.suspended
