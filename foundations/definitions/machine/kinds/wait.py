"""``wait``: a durable timer; the data passes unchanged."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Wait(Kind):
    """Wait for a while."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Set the timer."""
        m.timer(f, "wait", parse_duration(flow.resolve(m, f, m.program.node(f.pointer)["wait"], f.input)))

    def due(self, m: "Machine", f: Frame, purpose: str) -> None:
        """The time is over."""
        m.finish(f, f.input)
