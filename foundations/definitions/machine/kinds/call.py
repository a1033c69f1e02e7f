"""``call``: a capability of the catalog, or a function of the document's own. The one door to the world."""

import hashlib
import json
from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import compensation, flow, protocols, remote, subscription
from symphainy.foundations.definitions.machine.faults import standard
from symphainy.foundations.definitions.machine.kinds.base import Done, Kind
from symphainy.foundations.definitions.machine.program import escape
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.protocols import is_protocol, linked_name
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


def digest(value: Json) -> str:
    """A short name for a value, to compare arguments across attempts."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:32]


def retried(m: "Machine", f: Frame) -> tuple[Frame, str] | None:
    """The nearest ``try`` above that is in a later attempt, and this frame's place below its body."""
    here: Frame | None = f
    while here is not None:
        if here.kind == "try" and here.data.get("attempt", 1) > 1 and f.path.startswith(here.data["body"] + "/"):
            return here, f.path[len(here.data["body"]) :]
        here = m.state.frames.get(here.parent) if here.parent is not None else None
    return None


class CallKind(Kind):
    """Call something."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Resolve the arguments; inline a function of ``use.functions``, or issue the call."""
        task = m.program.node(f.pointer)
        name = task["call"]
        if is_protocol(name):
            arguments = protocols.arguments(m, f, task)
        else:
            arguments = flow.resolve(m, f, task.get("with", {}), f.input)
        if name in m.program.use.get("functions", {}):
            pointer = f"/use/functions/{escape(name)}"
            m.spawn(f, pointer, f"{f.path}/call/{escape(name)}", arguments, name=name)
            return
        if remote.is_one(m, name):
            remote.fetch(m, f, name, arguments)
            return
        ref = m.program.plan.calls[linked_name(task)]
        path, known = f.path, retried(m, f)
        if known is not None:
            # DECISIONS.md 1: a body that runs again keeps what had succeeded, and asks again under the old key for what is unknown.
            owner, place = known
            kept: dict[str, Any] | None = owner.data.get("kept", {}).get(place)
            if kept is not None and kept["digest"] == digest(arguments) and kept["ref"] == ref:
                self._finish(m, f, kept["output"])
                return
            if kept is not None and self._undo_first(m, f, kept["path"], ref, arguments):
                return
            path = owner.data.get("unknown", {}).get(place, path)
        m.call(f, ref, arguments, path=path, undo=compensation.ref(m, task))

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """The capability has answered."""
        if result.problem is not None:
            m.fail(f, standard(result.problem, f.pointer))
        elif "remote" in f.data:
            remote.resolved(m, f, result)
        elif undone := f.data.pop("undoing", None):
            m.state.effects = [e for e in m.state.effects if e.path != undone["path"]]
            m.call(f, undone["ref"], undone["arguments"], undo=compensation.ref(m, m.program.node(f.pointer)))
        elif (fault := compensation.declare(m, f, result)) is not None:
            m.fail(f, fault)
        else:
            self._finish(m, f, result.output)

    def child(self, m: "Machine", f: Frame, child: Done, output: Json, then: str) -> None:
        """The inlined function has completed, or ``foreach`` is through with one message."""
        if "messages" in f.data:
            subscription.through(m, f, output)
        else:
            m.finish(f, output)

    def _finish(self, m: "Machine", f: Frame, output: Json) -> None:
        """A protocol's answer comes in an envelope: the value, and what ``$authorization`` shows if the task asks for it."""
        if is_protocol(m.program.node(f.pointer)["call"]):
            f.data["authorization"] = output.get("authorization")
            output = output.get("value")
            if subscription.iterated(m, f):
                subscription.begin(m, f, output)
                return
        m.finish(f, output)

    def _undo_first(self, m: "Machine", f: Frame, path: str, ref: str, arguments: Json) -> bool:
        """The earlier attempt's effect was made with other arguments: take it back before the new one is made."""
        effect = next((e for e in m.state.effects if e.path == path), None)
        if effect is None or effect.undo is None:
            return False
        f.data["undoing"] = {"path": path, "ref": ref, "arguments": arguments}
        m.call(f, effect.undo, effect.undo_arguments, undoes=path)
        return True
