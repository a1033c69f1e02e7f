"""``switch``: the first case that holds says where to go; the case without ``when`` is the default, wherever it stands."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow, trace
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Switch(Kind):
    """Choose a way; the data passes unchanged."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Try the cases in order; without a match the task's own ``then`` holds."""
        default, named = None, trace.OTHERWISE
        for item in m.program.node(f.pointer)["switch"]:
            for name, case in item.items():
                if "when" not in case:
                    default, named = case.get("then", "continue"), name
                elif flow.truthy(m, f, case["when"], f.input):
                    trace.note(m, "case", f, name)
                    m.finish(f, f.input, case.get("then", "continue"))
                    return
        trace.note(m, "case", f, named)
        m.finish(f, f.input, default)
