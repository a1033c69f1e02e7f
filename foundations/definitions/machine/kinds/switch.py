"""``switch``: the first case that holds says where to go; the case without ``when`` is the default, wherever it stands."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Switch(Kind):
    """Choose a way; the data passes unchanged."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Try the cases in order; without a match the task's own ``then`` holds."""
        default = None
        for item in m.program.node(f.pointer)["switch"]:
            for case in item.values():
                if "when" not in case:
                    default = case.get("then", "continue")
                elif flow.truthy(m, f, case["when"], f.input):
                    m.finish(f, f.input, case.get("then", "continue"))
                    return
        m.finish(f, f.input, default)
