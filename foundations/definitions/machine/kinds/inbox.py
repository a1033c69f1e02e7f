"""Not a task of a definition: the frame below the root that fetches the values of events which have arrived."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import inbox
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Inbox(Kind):
    """Fetch, keep, and fetch again while more has arrived."""

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """Values are here; without them the run cannot know what it would miss, and fails."""
        if result.problem is not None:
            m.fail(f, result.problem)
            return
        for event in result.output["events"]:
            inbox.keep(m, event)
        if f.phase == "drain":
            return
        if m.state.arrived:
            inbox.ask(m, f)
        else:
            m.drop(f)
