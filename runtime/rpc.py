"""Errors of the Temporal client as ours: away is Unavailable, whatever the SDK calls it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from temporalio.service import RPCError, RPCStatusCode

from symphainy.foundations.language.errors import SymphainyError, Unavailable

__all__ = ["answering"]


@contextmanager
def answering(what: str, *, missing: Callable[[], SymphainyError] | None = None) -> Iterator[None]:
    """Around calls to Temporal: Unavailable when it does not answer; ``missing()`` when it knows no such workflow.

    A missing *namespace* is a server set up wrongly, never a lost workflow: Unavailable too.
    """
    try:
        yield
    except RPCError as error:
        gone = error.status is RPCStatusCode.NOT_FOUND and not error.message.lower().startswith("namespace")
        if gone and missing is not None:
            raise missing() from error
        raise Unavailable(f"Temporal did not answer ({what}): {error.message}", code="temporal_away") from error
    except RuntimeError as error:
        if not str(error).startswith("Failed client connect"):  # what a lazy client raises on its first call
            raise
        raise Unavailable(f"Temporal is not there ({what})", code="temporal_away") from error
