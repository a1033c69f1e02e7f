"""A function of another catalog, or at an address: fetched once and journaled, then run below this run with the call's arguments."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.catalogs import place
from symphainy.foundations.definitions.machine import protocols
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


def is_one(m: "Machine", call: str) -> bool:
    """Whether a call names such a function."""
    return place(call, m.program.use.get("catalogs") or {}) is not None


def fetch(m: "Machine", f: Frame, call: str, arguments: Json) -> None:
    """Ask for it."""
    given = place(call, m.program.use.get("catalogs") or {}) or {}
    f.data["remote"] = arguments
    made = protocols.filled(m, f, "catalog", given)
    m.call(f, m.program.plan.calls[call], made, path=f"{f.path}/$function")


def resolved(m: "Machine", f: Frame, result: StepResult) -> None:
    """It is here: run it. Or it is through: its output is the call's."""
    if f.data.get("below"):
        m.finish(f, result.output)
        return
    f.data["below"] = True
    m.child(f, result.output["plan"], f.data["remote"], waits=True)
