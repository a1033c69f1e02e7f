"""``for``: once per item, the output of one iteration the input of the next; ``while`` is asked before each."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class For(Kind):
    """Loop over a collection, which is evaluated once and carried."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Evaluate the collection."""
        given = m.program.node(f.pointer)["for"]["in"]
        items = flow.shape(m, f, given, f.input)
        if not isinstance(items, list | None):
            raise Invalid(f"for.in of {f.pointer} must give an array, not {type(items).__name__}", code="for_in")
        if items is not None and len(items) > m.program.plan.limits.loop:
            raise Invalid(
                f"{len(items)} iterations are over the limit of {m.program.plan.limits.loop}", code="loop_limit"
            )
        f.data.update(items=items or [], index=0)
        self._iterate(m, f, 0, f.input)

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """One iteration is over."""
        self._iterate(m, f, f.data["index"] + 1, output)

    def _iterate(self, m: "Machine", f: Frame, index: int, data: Json) -> None:
        task, items = m.program.node(f.pointer), f.data["items"]
        if index >= len(items):
            m.finish(f, data)
            return
        bound = {task["for"].get("each", "item"): items[index], task["for"].get("at", "index"): index}
        if "while" in task and not flow.truthy(m, f, task["while"], data, bound):
            m.finish(f, data)
            return
        f.data["index"] = index
        m.spawn(f, f"{f.pointer}/do", f"{f.path}[{index}]/do", data, bound=bound)
