"""The sandboxed runner, which knows itself whose payloads a run's are.

The SDK asks a run's instance for the context of every payload, three times each, and its sandboxed instance enters the
sandbox to answer: measured, a sixth of a busy worker's time. A payload of a run belongs to the run, unless it goes to
another workflow (a child's start, a signal to another run); only for these is the sandbox asked.
"""

from typing import Any

from temporalio.api.enums.v1 import CommandType
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

from symphainy.workflows.sandbox import PASSED_THROUGH

__all__ = ["SagaRunner", "sandbox"]

TO_ANOTHER = frozenset(
    {
        CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
        CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
        CommandType.COMMAND_TYPE_SCHEDULE_NEXUS_OPERATION,
    }
)
"""Commands whose payloads another workflow or service reads."""


def sandbox() -> "SagaRunner":
    """The workflow sandbox; what is shared with it, and why, stands in ``workflows.sandbox``."""
    return SagaRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


class SagaRunner(SandboxedWorkflowRunner):
    """Runs workflows in the SDK's sandbox; their instances answer for their own payloads outside of it."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """An instance in the sandbox, behind one that knows its own context."""
        return _Known(super().create_instance(det), det.info)


class _Known(WorkflowInstance):
    """A sandboxed instance, but for the context of its own payloads."""

    def __init__(self, inner: WorkflowInstance, info: Info) -> None:
        self._inner = inner
        self._own = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)
        self._nowhere = StorageDriverStoreContext(target=None)  # large payloads are the codec's, not a storage driver's

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """In the sandbox."""
        return self._inner.activate(act)

    def get_info(self) -> Info:
        """What the run was started as."""
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        """The thread that runs it now."""
        return self._inner.get_thread_id()

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        """The run's own context, or what the sandboxed instance says of a payload that goes to another workflow."""
        if command_info is None or command_info.command_type not in TO_ANOTHER:
            return self._own
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        """None is used here: a payload is offloaded by the codec, with its tenant's key."""
        return self._nowhere
