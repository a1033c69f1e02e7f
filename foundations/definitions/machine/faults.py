"""Faults as the specification types them, and what a run below leaves behind."""

from symphainy.foundations.language.errors import ERROR_BASE, Problem, SymphainyError
from symphainy.foundations.language.model import Json


def has_effects(plan: dict[str, Json]) -> bool:
    """Whether a plan may change something outside."""
    return any(linked.get("effectful") for linked in plan["capabilities"].values())


def problem(kind: str, status: int, title: str, detail: str, instance: str) -> Problem:
    """A standard error."""
    return Problem(type=ERROR_BASE + kind, status=status, title=title, detail=detail, instance=instance)


def standard(problem: Problem, instance: str) -> Problem:
    """A step's error as the task's own: its place, and the status that the specification gives its type."""
    bad = problem.type in (ERROR_BASE + "validation", ERROR_BASE + "expression")
    return problem.model_copy(update={"instance": instance, **({"status": 400} if bad else {})})


def problem_of(error: SymphainyError, instance: str) -> Problem:
    """An error raised while evaluating, as the specification types it: bad data and bad expressions are 400."""
    made = error.problem(instance)
    return made.model_copy(update={"status": 400}) if error.kind in ("validation", "expression") else made
