"""The runtime's tasks as the wire has them."""

from dataclasses import asdict
from typing import Any

from symphainy.foundations.experience.task_models import Decided, Task, TaskDecision, TaskLine
from symphainy.foundations.language.model import Json


def line(found: Any) -> TaskLine:
    """One line."""
    return TaskLine(**asdict(found))


def task(found: Any) -> Task:
    """A task with what it shows."""
    decided = tuple(TaskDecision(**asdict(each)) for each in found.decisions)
    return Task(
        **asdict(found.line),
        show=found.shown.show,
        form=found.shown.form,
        shown_digest=found.shown_digest,
        decisions=decided,
    )


def decided(found: Json) -> Decided:
    """What the saga has said."""
    return Decided.model_validate(found, strict=False)
