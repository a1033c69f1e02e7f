"""Not a task of a definition: the frame below the root that closes tasks of people which nothing waits for any more."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import people
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Withdraw(Kind):
    """Close one, then the next; that it could not be closed changes nothing in the run, which has left it behind."""

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """One is closed."""
        if m.state.withdrawn:
            people.ask(m, f)
        else:
            m.drop(f)
