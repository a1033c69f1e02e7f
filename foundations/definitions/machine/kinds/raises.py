"""``raise``: fail with an error of one's own; ``instance`` is set to the task's pointer."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Invalid, Problem

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Raise(Kind):
    """Raise an error."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Resolve title and detail, then fail."""
        error = m.program.named("errors", m.program.node(f.pointer)["raise"]["error"])
        given = flow.resolve(m, f, error, f.input)
        known = {k: given[k] for k in ("type", "title", "detail") if given.get(k) is not None}
        try:
            fault = Problem(**{"title": "", **known}, status=int(given["status"]), instance=f.pointer)
        except (TypeError, ValueError):
            raise Invalid(f"the error of {f.pointer} needs texts for type, title and detail, and a status") from None
        m.fail(f, fault)
