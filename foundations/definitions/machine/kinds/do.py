"""``do``, and the list of tasks inside every block: one after another, following ``then``."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.program import escape
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class TaskList(Kind):
    """A list of tasks. The output of each is the input of the next; the last one's is the list's."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Enter the first task."""
        self._go(m, f, 0, f.input)

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """Follow the flow directive: continue, exit this list, end the run, or jump within the list."""
        if then == "end":
            m.end(f, output)
        elif then == "exit":
            self._done(m, f, output, "exit" if f.pointer.startswith("/use/extensions/") else "continue")
        elif then == "continue":
            self._go(m, f, f.data["at"] + 1, output)
        else:
            names = [name for name, _ in m.program.tasks(f.pointer)]
            self._go(m, f, names.index(then), output)

    def _go(self, m: "Machine", f: Frame, index: int, data: Json) -> None:
        tasks = m.program.tasks(f.pointer)
        if index >= len(tasks):
            self._done(m, f, data)
            return
        f.data["at"] = index
        name, pointer = tasks[index]
        m.spawn(f, pointer, m.visit(f, f"{index}/{escape(name)}"), data, name=name)

    def _done(self, m: "Machine", f: Frame, output: Json, told: str = "continue") -> None:
        if f.parent is None:
            m.complete(output)
            return
        m.told(f, output, told)


class Do(Kind):
    """A task that is a list of tasks."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Enter the list."""
        m.spawn(f, f"{f.pointer}/do", f"{f.path}/do", f.input)

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """The list is through."""
        m.finish(f, output)
