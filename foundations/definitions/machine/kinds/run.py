"""``run: workflow``: another definition as a run of its own below this one. Which version it is, is looked up once and journaled."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Run(Kind):
    """Look the definition up, then run it; with ``await: false`` only start it."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Ask for the plan; the version is the newest one unless the task names one."""
        wanted = flow.resolve(m, f, m.program.node(f.pointer)["run"]["workflow"], f.input)
        version = "" if wanted.get("version") in (None, "latest") else str(wanted["version"])
        f.data["input"] = wanted.get("input", f.input)
        named = {"namespace": str(wanted["namespace"]), "name": str(wanted["name"]), "version": version}
        m.call(f, m.program.plan.calls["run"], named, path=f"{f.path}/$definition")

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """The plan is there: run it. Or the run below has ended: its output, or its error as this task's own."""
        if result.problem is not None:
            m.fail(f, result.problem.model_copy(update={"instance": f.pointer}))
        elif "started" not in f.data.get("child", {}):
            f.data["child"] = {"started": True}
            waits = m.program.node(f.pointer)["run"].get("await", True)
            m.child(f, result.output["plan"], f.data.pop("input"), waits=waits)
        else:
            waits = m.program.node(f.pointer)["run"].get("await", True)
            m.finish(f, result.output if waits else f.input)
