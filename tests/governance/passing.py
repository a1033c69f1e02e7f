"""The workflow-side header interceptor in its shortest form: what came in with the start goes out with every activity."""

from typing import Any

from temporalio.worker import (
    ExecuteWorkflowInput,
    Interceptor,
    StartActivityInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)


class Passing(Interceptor):
    def workflow_interceptor_class(self, input: Any) -> type[WorkflowInboundInterceptor]:
        return _Inbound


class _Inbound(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        self.mine = _Outbound(outbound)
        super().init(self.mine)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        self.mine.headers = dict(input.headers)
        return await super().execute_workflow(input)


class _Outbound(WorkflowOutboundInterceptor):
    headers: dict[str, Any] = {}

    def start_activity(self, input: StartActivityInput) -> Any:
        input.headers = self.headers
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> Any:
        input.headers = self.headers
        return super().start_local_activity(input)
