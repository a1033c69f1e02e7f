"""What an activity was called with, verified: set by the activity interceptor, read by whoever runs inside."""

from contextvars import ContextVar
from dataclasses import dataclass

from symphainy.foundations.language.context import Passport

__all__ = ["Incoming", "incoming"]


@dataclass(frozen=True)
class Incoming:
    """The verified passport, the W3C traceparent and the bundle digest of the caller's headers."""

    passport: Passport | None = None
    trace: str = ""
    bundle: str = ""


_NONE = Incoming()
incoming: ContextVar[Incoming] = ContextVar("symphainy_incoming", default=_NONE)
