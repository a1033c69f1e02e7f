"""``emit``: publish a CloudEvent through the Post Office; the output is the whole event (CTK ``emit.feature``)."""

from typing import TYPE_CHECKING

from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.wire import StepResult

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine


class Emit(Kind):
    """Emit an event. Its id is the effect's place in the run, so that a second delivery is seen to be one."""

    def start(self, m: "Machine", f: Frame) -> None:
        """Complete the envelope and hand it to ``event.publish``."""
        given = flow.resolve(m, f, m.program.node(f.pointer)["emit"]["event"]["with"], f.input)
        plan = m.program.plan
        event = {
            "specversion": "1.0", "id": f"{m.state.execution}{f.path}", "time": m.state.now,
            "source": f"/{plan.namespace}/{plan.name}/{plan.version}", **given,
        }  # fmt: skip
        f.data["event"] = event
        announcement = {"type": event["type"], "subject": event.get("subject", ""), "data": {"event": event}}
        m.call(f, m.program.plan.calls["emit"], announcement)

    def resolved(self, m: "Machine", f: Frame, result: StepResult) -> None:
        """It is in the outbox."""
        if result.problem is not None:
            m.fail(f, result.problem)
        else:
            m.finish(f, f.data["event"])
