"""The trace of a rehearsal: which task was entered, which way was taken, what was called, what was undone, and when.

A line is ``[instant, what, pointer, path, detail]``. A run that is no rehearsal keeps none.
"""

from typing import TYPE_CHECKING, Literal

from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Problem

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

What = Literal[
    "enter", "skip", "case", "caught", "retry", "call", "answer", "undo", "undone", "decided", "timeout", "cue"
]
MOST = 10_000
"""Lines kept: about 1.5 MB, so that a query can still carry them; the count of steps has its own limit."""
OTHERWISE = "otherwise"
"""The way out of a ``switch`` in which no case holds."""


def note(m: "Machine", what: What, frame: Frame, detail: str = "", *, path: str = "") -> None:
    """Keep one line, in a rehearsal."""
    line(m, what, frame.pointer, path or frame.path, detail)


def line(m: "Machine", what: What, pointer: str, path: str, detail: str = "") -> None:
    """The same about something that has no frame any more."""
    trace = m.state.trace
    if trace is not None and len(trace) < MOST:
        trace.append([m.state.now, what, pointer, path, detail])


def outcome(problem: Problem | None) -> str:
    """How a call ended, in one word.

    >>> outcome(None), outcome(Problem(type="x", status=409, title="No", code="conflict"))
    ('ok', 'conflict')
    """
    return "ok" if problem is None else problem.code or str(problem.status)
