"""Tasks of people over the wire, the same on both sides."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import StringConstraints

from symphainy.foundations.experience.models import Answer, Asked
from symphainy.foundations.language.model import Json


class TaskLine(Answer):
    """One task in a list. ``approvers``: `role:<name>` and `user:<id>`; empty: whoever policy lets decide."""

    task_id: str
    title: str
    execution_id: str
    path: str = ""
    requester: str = ""
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    state: str = "open"
    level: int = 0
    """How often it has escalated."""
    named: bool = False
    """Whether it is given to the caller."""
    opened_at: datetime
    due_at: datetime | None = None
    closed_at: datetime | None = None


class TaskList(Answer):
    """Open tasks, oldest first."""

    items: tuple[TaskLine, ...] = ()


class TaskDecision(Answer):
    """What one person decided."""

    principal: str
    choice: str
    value: Json = None
    at: datetime


class Task(TaskLine):
    """A task with what it shows. A decision names `shown_digest`: whoever decides has seen this and nothing else."""

    show: Json = None
    form: dict[str, Json] | None = None
    shown_digest: str
    decisions: tuple[TaskDecision, ...] = ()


class Decision(Asked):
    """A decision on a task. `value` is what the form asks for; who decides is told by the token alone."""

    choice: Literal["approve", "reject"]
    shown_digest: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    value: Json = None


class Decided(Answer):
    """What counts now. `settled`: how the task ended with it, empty while its quorum is open."""

    task_id: str
    by: str
    choice: str
    value: Json = None
    at: datetime
    settled: str = ""
