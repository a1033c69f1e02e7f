"""Rule ``deadline`` (step): after a run's last moment only what is owed still runs."""

from datetime import datetime

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.records import Ruling

__all__ = ["judge"]


def judge(passport: Passport, now: datetime, undo: bool) -> Ruling:
    """Deny a new step after ``not_after``; compensation has no deadline."""
    if not undo and now > passport.not_after:
        return Ruling(
            service="conductor", rule="deadline", verdict="deny", reason="The run's deadline has passed.",
            remedy="Submit again with a later deadline; what is owed is undone.",
        )  # fmt: skip
    return Ruling(service="conductor", rule="deadline", reason="in time")
