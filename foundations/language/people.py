"""Tasks of people as data: what a step asks the record to keep of them. Written by the step boundary, with the step's own row."""

from datetime import datetime
from typing import Literal

from symphainy.foundations.language.model import Json, Message


class Shown(Message):
    """What a person sees and decides about; the decision is bound to its digest."""

    title: str
    show: Json = None
    form: dict[str, Json] | None = None


class TaskOpened(Message):
    """A task comes into being. ``approvers``: ``role:<name>`` and ``user:<id>``; empty: whoever policy lets decide."""

    task_id: str
    shown: Shown
    shown_digest: str
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    due: datetime | None = None


class TaskDecided(Message):
    """One person has decided; ``settled`` says how the task ended with it, if it did."""

    task_id: str
    principal: str
    choice: Literal["approve", "reject"]
    value: Json = None
    shown_digest: str
    settled: str = ""


class TaskEscalated(Message):
    """Others may decide as well."""

    task_id: str
    approvers: tuple[str, ...]
    level: int


class TaskClosed(Message):
    """The task ends without a decision: timeout, or nothing waits for it any more."""

    task_id: str
    reason: Literal["timeout", "withdrawn"]


TaskChange = TaskOpened | TaskDecided | TaskEscalated | TaskClosed
