"""``run``: another definition as a run of its own below this one; or a process, where a policy admits one."""

from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.machine import flow, protocols
from symphainy.foundations.definitions.machine.faults import standard
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.protocols import PROCESSES, linked_name
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Run(Kind):
    """A definition is looked up once and journaled, then run; with ``await: false`` either is only started."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Ask for the plan, or for the process; a version is the newest one unless the task names one."""
        task = m.program.node(f.pointer)
        if "workflow" not in task["run"]:
            m.call(f, m.program.plan.calls[linked_name(task)], self._process(m, f, task["run"]))
            return
        wanted = flow.resolve(m, f, task["run"]["workflow"], f.input)
        version = "" if wanted.get("version") in (None, "latest") else str(wanted["version"])
        f.data["input"] = wanted.get("input", f.input)
        named = {"namespace": str(wanted["namespace"]), "name": str(wanted["name"]), "version": version}
        m.call(f, m.program.plan.calls["run"], named, path=f"{f.path}/$definition")

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """The plan is there: run it. Or what was run has ended: its output, or its error as this task's own."""
        waits = m.program.node(f.pointer)["run"].get("await", True)
        if result.problem is not None:
            m.fail(f, standard(result.problem, f.pointer))
        elif "workflow" not in m.program.node(f.pointer)["run"]:
            m.finish(f, result.output["value"] if waits else f.input)
        elif "started" not in f.data.get("child", {}):
            f.data["child"] = {"started": True}
            m.child(f, result.output["plan"], f.data.pop("input"), waits=waits)
        else:
            m.finish(f, result.output if waits else f.input)

    def _process(self, m: "Machine", f: Frame, given: dict[str, Any]) -> dict[str, Any]:
        kind = next(kind for kind in PROCESSES if kind in given)
        made = protocols.filled(m, f, kind, given[kind])
        if kind == "container" and not made.get("name"):
            head = m.program.plan
            made["name"] = (
                f"{head.name}-{m.state.execution}.{head.namespace}-{f.name}"  # the specification's recommendation
            )
        return {**made, "await": given.get("await", True), "return": given.get("return", "stdout")}
