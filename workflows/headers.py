"""The one workflow-side interceptor: headers that came in go out with everything the workflow schedules. Pure."""

from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.worker import (
    ContinueAsNewInput,
    ExecuteWorkflowInput,
    StartActivityInput,
    StartChildWorkflowInput,
    StartLocalActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)


class HeadersInbound(WorkflowInboundInterceptor):
    """Remembers the start's headers (passport, trace, bundle)."""

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        """Put the outbound half in front."""
        self._outbound = HeadersOutbound(outbound)
        super().init(self._outbound)

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        """Hand the headers to the outbound half, then run."""
        self._outbound.headers = input.headers
        return await super().execute_workflow(input)


class HeadersOutbound(WorkflowOutboundInterceptor):
    """Passes the headers on."""

    headers: Mapping[str, Payload] = {}

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        """Steps."""
        input.headers = {**self.headers, **input.headers}
        return super().start_activity(input)

    def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:
        """Opening, segments, closing."""
        input.headers = {**self.headers, **input.headers}
        return super().start_local_activity(input)

    async def start_child_workflow(self, input: StartChildWorkflowInput) -> workflow.ChildWorkflowHandle[Any, Any]:
        """Children carry the root's passport."""
        input.headers = {**self.headers, **input.headers}
        return await super().start_child_workflow(input)

    def continue_as_new(self, input: ContinueAsNewInput) -> Any:
        """The next run of the same saga."""
        input.headers = {**self.headers, **input.headers}
        return super().continue_as_new(input)
