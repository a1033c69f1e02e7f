"""``listen``: wait for events. One, any or all of the filters; ``until`` a condition or other events; ``foreach`` as each comes."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import flow, inbox, lifecycle, matching
from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Listen(Kind):
    """The output is always an array, of what was read of each event, or of what ``foreach`` made of it."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Look first at what is kept."""
        if correlates(m.program.node(f.pointer)["listen"]["to"]):
            lifecycle.workflow(m, "correlation-started")
        f.data.update(queue=inbox.kept(m), consumed=[], items=[], met=[], until_met=[], fixed={}, stop=False)
        if _satisfied(m.program.node(f.pointer)["listen"]["to"], f.data["met"]):
            m.finish(f, [])
            return
        m.pump(f)

    def pump(self, m: "Machine", f: Frame) -> None:
        """Take what is next in the queue, one event after the other, until there is enough or a ``foreach`` is to be run."""
        while f.data["queue"] and f.phase == "run":
            found = inbox.find(m, f.data["queue"][0])
            taken = found is not None and self._take(m, f, found["event"])
            f.data["queue"].pop(0)
            if not taken or found is None:
                continue
            found["taken"] = True
            if self._each(m, f):
                return
            if self._enough(m, f):
                return

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """``foreach`` is through with one event."""
        given = m.program.node(f.pointer)["foreach"]
        f.data["busy"] = False
        index = len(f.data["items"])
        bound = self._bound(given, f.data["consumed"][index], index)
        how = (given.get("output") or {}).get("as")
        value = output if how is None else flow.shape(m, f, how, output, bound)
        flow.check(m, f"{f.pointer}/foreach", (given.get("output") or {}).get("schema"), value, "output")
        export = given.get("export") or {}
        if export.get("as") is not None:
            m.state.scopes[f.scope] = flow.shape(m, f, export["as"], value, {**bound, "output": value})
        f.data["items"].append(value)
        if not self._enough(m, f):
            m.pump(f)

    def _take(self, m: "Machine", f: Frame, event: dict[str, Json]) -> bool:
        """Whether the event is one of those waited for; everything is evaluated before anything changes."""
        to = m.program.node(f.pointer)["listen"]["to"]
        until = to.get("until")
        if isinstance(until, dict):
            met = _match(m, f, until, f.data["until_met"], event)
            if met is not None:
                f.data["until_met"], f.data["fixed"] = met
                f.data["stop"] = _satisfied(until, f.data["until_met"])
                f.data["quiet"] = True  # what stops the listening is not part of the output (decision 0006, row 20)
                return True
        met = _match(m, f, to, f.data["met"], event)
        if met is None:
            return False
        read = event.get("data") if m.program.node(f.pointer)["listen"].get("read", "data") == "data" else event
        stop = False
        if isinstance(until, str):
            stop = flow.truthy(m, f, until, [*f.data["consumed"], read])
        f.data["met"], f.data["fixed"] = met
        f.data["consumed"].append(read)
        f.data["stop"] = stop if "until" in to else _satisfied(to, f.data["met"])
        f.data["quiet"] = False
        return True

    def _each(self, m: "Machine", f: Frame) -> bool:
        """Run ``foreach`` for the event just taken; whether there is one to run."""
        given = m.program.node(f.pointer).get("foreach")
        if f.data["quiet"]:
            return False
        if not given or "do" not in given:
            f.data["items"].append(f.data["consumed"][-1])
            return False
        index, item = len(f.data["items"]), f.data["consumed"][-1]
        f.data["busy"] = True
        m.spawn(
            f, f"{f.pointer}/foreach/do", f"{f.path}/foreach[{index}]/do", item, bound=self._bound(given, item, index)
        )
        return True

    def _enough(self, m: "Machine", f: Frame) -> bool:
        if f.data["stop"]:
            if correlates(m.program.node(f.pointer)["listen"]["to"]):
                lifecycle.workflow(m, "correlation-completed")
            m.finish(f, f.data["items"])
        return bool(f.data["stop"])

    def _bound(self, given: dict[str, Any], item: Json, index: int) -> dict[str, Json]:
        return {given.get("item", "item"): item, given.get("at", "index"): index}


def filters(strategy: dict[str, Any]) -> list[dict[str, Any]]:
    """The filters of a consumption strategy.

    >>> filters({"one": {"with": {"type": "a"}}})
    [{'with': {'type': 'a'}}]
    """
    return [strategy["one"]] if "one" in strategy else list(strategy.get("any", strategy.get("all", ())))


def correlates(strategy: dict[str, Any]) -> bool:
    """Whether a filter correlates."""
    return any(wanted.get("correlate") for wanted in filters(strategy))


def _match(
    m: "Machine", f: Frame, strategy: dict[str, Any], met: list[int], event: dict[str, Json]
) -> tuple[list[int], dict[str, Json]] | None:
    """The filters met with this event, and the correlations then fixed; None when it passes none that is still open."""
    known = filters(strategy)
    if "any" in strategy and not known:
        return [0], f.data["fixed"]  # ``any: []`` is every event
    for number, wanted in enumerate(known):
        if "all" in strategy and number in met:
            continue
        fixed = matching.passes(m, f, wanted, event, f.data["fixed"])
        if fixed is not None:
            return [*met, number] if "all" in strategy else [number], fixed
    return None


def _satisfied(strategy: dict[str, Any], met: list[int]) -> bool:
    return len(set(met)) == len(strategy["all"]) if "all" in strategy else bool(met)
