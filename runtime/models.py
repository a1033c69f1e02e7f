"""What the runtime client answers: frozen values, the same for every front end."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json

__all__ = [
    "CLOSING_EVENTS",
    "ErasedWhy",
    "Execution",
    "ExecutionResult",
    "ExecutionSummary",
    "Page",
    "StepView",
    "Submitted",
]

Status = Literal["pending", "running", "waiting", "suspended", "completed", "faulted", "cancelled"]
Compensation = Literal["none", "compensated", "partial"]
ErasedWhy = Literal["", "subject", "retention"]
"""Whose values are gone: a person's who was erased, or a run's that is past its retention."""

CLOSING_EVENTS = frozenset(
    {"intent.refused", "execution.completed", "execution.faulted", "execution.cancelled", "execution.terminated"}
)
"""After one of these an execution's stream says nothing more: a watcher may hang up."""


@dataclass(frozen=True)
class Submitted:
    """The answer to a submit. Two answers to one key are equal; ``replayed`` says which one was not the first."""

    intent_id: str
    execution_id: str
    session_id: str
    key: str
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class StepView:
    """One journaled step as ``describe`` shows it: no values."""

    path: str
    name: str
    capability: str
    kind: str
    status: str
    at: datetime
    seq: int = 0


@dataclass(frozen=True)
class ExecutionSummary:
    """One line of a list of executions."""

    execution_id: str
    intent: str
    intent_id: str
    session_id: str | None
    solution: str | None
    status: Status
    compensation: Compensation
    created_at: datetime
    closed_at: datetime | None = None
    definition: str = ""
    plan_digest: str = ""
    forgotten: bool = False
    """Its payloads are past their retention."""


@dataclass(frozen=True)
class Execution:
    """An execution described: the projection in SQL, and what the live run itself answers, where it does."""

    summary: ExecutionSummary
    steps: tuple[StepView, ...] = ()
    problem: Problem | None = None
    progress: Json = None
    waiting_for: Json = None
    live: bool = False
    """Whether the running workflow answered: False for closed ones, and when no worker is there."""
    workflow_id: str = ""
    run_id: str = ""
    erased: bool = False
    erased_why: ErasedWhy = ""


@dataclass(frozen=True)
class ExecutionResult:
    """How an execution ended, or that it has not yet (``closed`` False: output and problem are None)."""

    execution_id: str
    status: Status
    compensation: Compensation = "none"
    closed: bool = False
    output: Json = None
    problem: Problem | None = None
    erased: bool = False
    """How it ended stands, what it gave is gone: whom it was about has been erased, or it is past its retention."""
    erased_why: ErasedWhy = ""


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first; ``next`` is the cursor of the page after it, None at the end."""

    items: tuple[ExecutionSummary, ...]
    next: str | None = None
