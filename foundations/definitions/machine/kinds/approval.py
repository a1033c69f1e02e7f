"""``call: approval:1.0.0@default``: a durable task of people. It opens, escalates, is decided by quorum, or times out as rejected.

Everything that happens to the task is one governed step after the other; while one is under way the next ones wait here.
"""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.approvals import Terms, fault_of_value, terms
from symphainy.foundations.definitions.machine import flow, people, trace
from symphainy.foundations.definitions.machine.faults import problem
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.errors import Conflict, Invalid
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Approval(Kind):
    """Ask people. The output: ``decision`` (approved, rejected), ``reason`` (decided, timeout), ``value``, ``decisions``, ``task``."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Open the task."""
        given = terms(flow.resolve(m, f, m.program.node(f.pointer).get("with", {}), f.input))
        f.data.update(task=people.task_id(m.state.execution, f.path), terms=given.model_dump(mode="json"), open=False)
        f.data.update(todo=[], doing="ask", decisions=[], level=0)
        asked = {
            "task_id": f.data["task"], "title": given.title or f.name, "show": given.show, "form": given.form,
            "approvers": list(given.approvers), "quorum": given.quorum,
            "due": (m.now + given.timeout).isoformat() if given.timeout else None,
        }  # fmt: skip
        self._step(m, f, "ask", asked)

    def proposed(self, m: "Machine", f: Frame, proposal: dict[str, Json]) -> None:
        """A person proposes: what can be seen to be wrong is answered at once, the rest by a governed step."""
        given, name = _terms(f), str(proposal["id"])
        if any(d["by"] == proposal["principal"] for d in f.data["decisions"]):
            said = Conflict("this person has decided this task", code="already_decided", remedy="read how it stands")
            people.answer(m, name, said.problem())
        elif (fault := fault_of_value(given.form, str(proposal["choice"]), proposal.get("value"))) is not None:
            people.answer(m, name, Invalid(fault, code="form", remedy="fill in the form that the task shows").problem())
        elif len(f.data["todo"]) >= people.MOST_PROPOSALS:
            people.answer(m, name, Conflict("too many decide at once", code="busy", remedy="send it again").problem())
        else:
            f.data["todo"].append(["decide", proposal])
            self._next(m, f)

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """A step about this task has ended."""
        doing, f.data["doing"] = f.data["doing"], ""
        if doing == "decide":
            self._decided(m, f, result)
        elif result.problem is not None:
            m.fail(f, result.problem.model_copy(update={"instance": f.pointer}))
        elif doing == "close":
            self._over(m, f)
        else:
            if doing == "ask":
                f.data["open"] = True
                if (limit := _terms(f).timeout) is not None:
                    m.timer(f, "due", limit)
                f.data["opened"] = m.state.now
            self._watch(m, f)
            self._next(m, f)

    def due(self, m: "Machine", f: Frame, purpose: str) -> None:
        """Time to ask others as well, or to give up."""
        f.data["todo"].append(["close", None] if purpose == "due" else ["escalate", f.data["level"]])
        self._next(m, f)

    def silenced(self, m: "Machine", f: Frame) -> None:
        """Nothing waits for the answer any more."""
        if f.data.get("open"):
            f.data["open"] = False
            m.state.withdrawn.append(f.data["task"])
        self._turn_away(m, f)

    def _next(self, m: "Machine", f: Frame) -> None:
        if f.call is not None or f.data["doing"] or not f.data["todo"]:
            return
        doing, what = f.data["todo"].pop(0)
        f.data["doing"] = doing
        task = {"task_id": f.data["task"]}
        if doing == "decide":
            f.data["proposal"] = what["id"]
            approvals = sum(1 for d in f.data["decisions"] if d["choice"] == "approve")
            sent = {k: what.get(k) for k in ("principal", "choice", "value", "shown_digest", "token")}
            self._step(m, f, "decide", {**task, **sent, "quorum": f.data["terms"]["quorum"], "approvals": approvals})
        elif doing == "escalate":
            level = _terms(f).escalations[what]
            f.data["level"] = what + 1
            self._step(m, f, "escalate", {**task, "approvers": list(level.approvers), "level": what + 1})
        else:
            self._step(m, f, "close", {**task, "reason": "timeout"})

    def _step(self, m: "Machine", f: Frame, verb: str, arguments: Json) -> None:
        m.call(f, m.program.plan.calls[f"approval.{verb}"], arguments, path=m.visit(f, verb))

    def _watch(self, m: "Machine", f: Frame) -> None:
        levels = _terms(f).escalations
        if f.data["level"] < len(levels) and "escalate" not in f.due:
            passed = m.now - flow.moment(f.data["opened"])
            m.timer(f, "escalate", max(levels[f.data["level"]].after - passed, flow.INSTANT))

    def _decided(self, m: "Machine", f: Frame, result: StepResult) -> None:
        proposal = f.data.pop("proposal")
        if result.problem is not None:
            people.answer(m, proposal, result.problem)
            self._next(m, f)
            return
        decision = {name: result.output[name] for name in ("by", "choice", "value")} | {"at": result.at.isoformat()}
        f.data["decisions"].append(decision)
        people.answer(m, proposal, {"task_id": f.data["task"], **decision, "settled": result.output["settled"]})
        if result.output["settled"]:
            self._finish(m, f, result.output["settled"], "decided", result.output["value"])
        else:
            self._next(m, f)

    def _over(self, m: "Machine", f: Frame) -> None:
        if _terms(f).on_timeout == "fault":
            self._let_go(m, f)
            trace.note(m, "decided", f, "timeout")
            m.fail(f, problem("timeout", 408, "Timeout", "nobody decided in time", f.pointer))
        else:
            self._finish(m, f, "rejected", "timeout", None)

    def _finish(self, m: "Machine", f: Frame, decision: str, reason: str, value: Json) -> None:
        self._let_go(m, f)
        trace.note(m, "decided", f, "timeout" if reason == "timeout" else decision)
        told = {"decision": decision, "reason": reason, "value": value, "decisions": f.data["decisions"]}
        m.finish(f, {**told, "task": f.data["task"]})

    def _let_go(self, m: "Machine", f: Frame) -> None:
        f.data["open"] = False
        m.untimer(f, "due")
        m.untimer(f, "escalate")
        self._turn_away(m, f)

    def _turn_away(self, m: "Machine", f: Frame) -> None:
        """Whoever proposed and was not heard is told that it is over."""
        late: list[Any] = [what["id"] for doing, what in f.data.get("todo", ()) if doing == "decide"]
        for name in [*late, *([f.data.pop("proposal")] if "proposal" in f.data else [])]:
            people.answer(m, name, people.closed())
        f.data["todo"] = []


def _terms(f: Frame) -> Terms:
    return Terms.model_validate(f.data["terms"])
