"""The runner's own answer to whose payload one is: the run's, but for what goes to another workflow."""

from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.api.enums.v1 import CommandType
from temporalio.converter import WorkflowSerializationContext

from symphainy.workflows.runner import _Known

OWN = WorkflowSerializationContext(namespace="n", workflow_id="t:exe_1")


class Inner:
    """An instance in the sandbox, which remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def get_serialization_context(self, info: Any) -> Any:
        self.asked.append(info.command_type)
        return WorkflowSerializationContext(namespace="n", workflow_id="t:exe_2")


def known() -> tuple[Inner, _Known]:
    inner: Any = Inner()
    info: Any = SimpleNamespace(namespace="n", workflow_id="t:exe_1")
    return inner, _Known(inner, info)


@pytest.mark.parametrize("kind", [None, "SCHEDULE_ACTIVITY_TASK", "COMPLETE_WORKFLOW_EXECUTION", "UNSPECIFIED"])
def test_a_runs_own_payloads_are_sealed_for_it_without_asking(kind: str | None) -> None:
    inner, made = known()
    info = kind and SimpleNamespace(command_type=CommandType.Value(f"COMMAND_TYPE_{kind}"), command_seq=1)
    assert made.get_serialization_context(info) == OWN
    assert not inner.asked


@pytest.mark.parametrize("kind", ["START_CHILD_WORKFLOW_EXECUTION", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION"])
def test_what_goes_to_another_workflow_is_sealed_for_that_one(kind: str) -> None:
    inner, made = known()
    info = SimpleNamespace(command_type=CommandType.Value(f"COMMAND_TYPE_{kind}"), command_seq=1)
    found = made.get_serialization_context(info)
    assert isinstance(found, WorkflowSerializationContext)
    assert found.workflow_id == "t:exe_2"
    assert len(inner.asked) == 1
