"""``call: compensate:1.0.0@default`` in a ``catch``: takes back what was done inside that ``try``, last first, then goes on."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import trace
from symphainy.foundations.definitions.machine.faults import problem
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Effect, Frame
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Compensate(Kind):
    """Undo one effect after the other. The output: ``compensation`` (none, compensated, partial), ``undone``, ``owed``."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Find the ``try`` that this catch belongs to."""
        owner = _caught(m, f)
        if owner is None:
            m.fail(f, problem("runtime", 500, "Nothing to compensate", "compensate stands in no catch", f.pointer))
            return
        f.data.update(inside=f"{owner.path}/try", undone=[], owed=[])
        self._next(m, f)

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """One undo has ended, well or badly; a failed one is kept for the work queue."""
        effect = next(e for e in m.state.effects if e.path == result.path)
        trace.line(m, "undone", "", effect.path, trace.outcome(result.problem))
        m.state.effects.remove(effect)
        if result.problem is None:
            m.state.undone += 1
            f.data["undone"].append(effect.path)
        else:
            self._owe(m, f, effect)
        self._next(m, f)

    def _next(self, m: "Machine", f: Frame) -> None:
        while (effect := _last(m, f)) is not None and effect.undo is None:
            m.state.effects.remove(effect)
            self._owe(m, f, effect)
        if effect is not None and effect.undo is not None:
            trace.line(m, "undo", "", effect.path, effect.undo)
            m.call(f, effect.undo, effect.undo_arguments, undoes=effect.path)
            return
        undone, owed = f.data["undone"], f.data["owed"]
        said = "partial" if owed else "compensated" if undone else "none"
        m.finish(f, {"compensation": said, "undone": undone, "owed": owed})

    def _owe(self, m: "Machine", f: Frame, effect: Effect) -> None:
        f.data["owed"].append(effect.path)
        m.state.owed.append(effect.path)


def _caught(m: "Machine", f: Frame) -> Frame | None:
    """The nearest ``try`` whose catch this frame is in."""
    below, here = f, m.state.frames.get(f.parent if f.parent is not None else -1)
    while here is not None:
        if here.kind == "try" and below.pointer == f"{here.pointer}/catch/do":
            return here
        below, here = here, m.state.frames.get(here.parent if here.parent is not None else -1)
    return None


def _last(m: "Machine", f: Frame) -> Effect | None:
    """The newest effect of any attempt of that ``try``'s body (``try``, ``try~2`` …)."""
    inside = f.data["inside"]
    return next(
        (e for e in reversed(m.state.effects) if e.path.startswith(inside) and e.path[len(inside) :][:1] in ("/", "~")),
        None,
    )
