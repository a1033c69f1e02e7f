"""The two local activities that open and close a saga: they ride in its first and its last workflow task."""

from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import activity

from symphainy.activities.boundary import Boundary
from symphainy.activities.passport import passport
from symphainy.activities.step import retryable
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.wire import CLOSING, OPENING, Closed, Closing, Opened, Opening


def opening_activity(boundary: Boundary) -> Callable[[Opening], Coroutine[Any, Any, Opened]]:
    """The activity ``opening``: the interceptor has verified the passport; this records ``saga.started``."""

    @activity.defn(name=OPENING)
    async def opening(given: Opening) -> Opened:
        """Admit the run, or hand back the outcome it already has."""
        try:
            await boundary.city.prepare(given.tenant)
            return await boundary.surface.open(given, passport())
        except SymphainyError as error:
            raise retryable(error) from error

    return opening


def closing_activity(boundary: Boundary) -> Callable[[Closing], Coroutine[Any, Any, Closed]]:
    """The activity ``closing``: the closing row is the decision; an earlier one wins."""

    @activity.defn(name=CLOSING)
    async def closing(given: Closing) -> Closed:
        """Close the execution."""
        try:
            await boundary.city.prepare(given.tenant)
            return await boundary.surface.close(given)
        except SymphainyError as error:
            raise retryable(error) from error

    return closing
