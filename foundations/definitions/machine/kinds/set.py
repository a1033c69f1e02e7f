"""``set``: the data becomes what is written here. It replaces, it does not merge."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Set(Kind):
    """Set the data."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Resolve the value."""
        m.finish(f, flow.resolve(m, f, m.program.node(f.pointer)["set"], f.input))
