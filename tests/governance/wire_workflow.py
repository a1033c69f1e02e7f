"""A small workflow that does what ``workflows/headers.py`` does (pass headers on) and what the saga does (labels, local steps)."""

from datetime import timedelta
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from symphainy.foundations.language.label import Label
    from symphainy.foundations.language.wire import SagaInput


@workflow.defn(name="Wire")
class Wire:
    """One local activity, one activity, a signal, a query and an update; the result holds what each gave."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @workflow.run
    async def run(self, start: SagaInput) -> dict[str, Any]:
        call = {
            "tenant": start.tenant,
            "execution_id": start.execution_id,
            "plan_digest": "sha256:plan",
            "note": start.input,
        }
        workflow.set_current_details(Label("parse · normalise"))
        near = await workflow.execute_local_activity(
            "probe", call, start_to_close_timeout=timedelta(seconds=5), summary=Label("near parse")
        )
        far = await workflow.execute_activity(
            "probe", call, start_to_close_timeout=timedelta(seconds=5), summary=Label("far parse")
        )
        if start.purpose == "listen":
            await workflow.wait_condition(lambda: bool(self.heard))
        return {"near": near, "far": far, "heard": self.heard}

    @workflow.signal
    async def tell(self, text: str) -> None:
        self.heard.append(text)

    @workflow.query
    def waiting(self) -> dict[str, str]:
        return {"for": "canary-query"}

    @workflow.update
    async def propose(self, text: str) -> str:
        self.heard.append(text)
        return f"heard {text}"
