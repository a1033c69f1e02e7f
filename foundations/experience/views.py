"""From the runtime's values to the wire's: one translation for both planes, by attribute, so that no room is imported."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from symphainy.foundations.experience.models import Compensation, ErasedWhy, Execution, Links, Status, StepLine
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json


class Summary(Protocol):
    """One line of a list of executions, as the runtime gives it."""

    @property
    def execution_id(self) -> str: ...  # noqa: D102
    @property
    def intent(self) -> str: ...  # noqa: D102
    @property
    def solution(self) -> str | None: ...  # noqa: D102
    @property
    def status(self) -> Status: ...  # noqa: D102
    @property
    def compensation(self) -> Compensation: ...  # noqa: D102
    @property
    def created_at(self) -> datetime: ...  # noqa: D102
    @property
    def closed_at(self) -> datetime | None: ...  # noqa: D102
    @property
    def definition(self) -> str: ...  # noqa: D102
    @property
    def plan_digest(self) -> str: ...  # noqa: D102
    @property
    def forgotten(self) -> bool: ...  # noqa: D102


class Described(Protocol):
    """An execution described, as the runtime gives it."""

    @property
    def summary(self) -> Summary: ...  # noqa: D102
    @property
    def progress(self) -> Json: ...  # noqa: D102
    @property
    def waiting_for(self) -> Json: ...  # noqa: D102
    @property
    def steps(self) -> Sequence[Any]: ...  # noqa: D102
    @property
    def problem(self) -> Problem | None: ...  # noqa: D102
    @property
    def workflow_id(self) -> str: ...  # noqa: D102
    @property
    def run_id(self) -> str: ...  # noqa: D102
    @property
    def erased(self) -> bool: ...  # noqa: D102
    @property
    def erased_why(self) -> ErasedWhy: ...  # noqa: D102


def summary(found: Summary, **more: Any) -> Execution:
    """One execution of a list; of one whose payloads are past their retention it says that."""
    told: dict[str, Any] = {"erased": True, "erased_why": "retention", **more} if found.forgotten else more
    return Execution(
        execution_id=found.execution_id, intent=found.intent, status=found.status, compensation=found.compensation,
        solution=found.solution, definition=found.definition, plan_digest=found.plan_digest, started_at=found.created_at,
        closed_at=found.closed_at, links=Links.of(found.execution_id), **told,
    )  # fmt: skip


def execution(found: Described) -> Execution:
    """One execution with its steps, and what a live run tells of itself."""
    steps = tuple(StepLine.model_validate(step, from_attributes=True) for step in found.steps)
    return summary(
        found.summary, progress=found.progress, waiting_for=found.waiting_for, steps=steps, problem=found.problem,
        workflow_id=found.workflow_id, run_id=found.run_id, erased=found.erased, erased_why=found.erased_why,
    )  # fmt: skip
