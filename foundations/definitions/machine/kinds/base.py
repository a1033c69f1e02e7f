"""What every task kind may answer to. The defaults are what most kinds want."""

from typing import TYPE_CHECKING, NamedTuple

from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Done(NamedTuple):
    """A child that is no more: its frame's number and pointer."""

    id: int
    pointer: str


class Kind:
    """One task kind. Evaluate before you change anything: a heavy expression makes the same method run again."""

    def start(self, m: "Machine", f: Frame) -> None:
        """The task's input is in ``f.input``: act, and sooner or later call ``m.finish`` or ``m.fail``."""
        raise NotImplementedError

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """A child frame has completed."""
        raise NotImplementedError

    def broke(self, m: "Machine", f: Frame, child: Done, error: Problem) -> None:
        """A child frame has failed; by default so does this one, with the same error."""
        m.fail(f, error)

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """This frame's call has ended."""
        raise NotImplementedError

    def due(self, m: "Machine", f: Frame, purpose: str) -> None:
        """A timer of this frame is due."""
        raise NotImplementedError

    def pump(self, m: "Machine", f: Frame) -> None:
        """An event has come to this frame's queue."""
        raise NotImplementedError

    def proposed(self, m: "Machine", f: Frame, proposal: dict[str, Json]) -> None:
        """A person proposes a decision on this frame's task."""
        raise NotImplementedError

    def silenced(self, m: "Machine", f: Frame) -> None:
        """Something above has ended, and this frame with it: let go of what others hold because of it."""
