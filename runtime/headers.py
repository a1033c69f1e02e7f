"""Headers on their way out: what the runtime client hands to the client interceptor that writes Temporal headers.

The runtime lies below governance and cannot name its interceptor, so both meet at one context variable: whoever starts,
signals, updates or queries a workflow sets it around the call (``carrying``), the interceptor reads it. Keys are the
``HEADER_*`` names of ``symphainy.foundations.language.wire``.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from symphainy.foundations.language.wire import HEADER_BUNDLE, HEADER_PASSPORT

__all__ = ["carrying", "outgoing", "passport_headers"]

_NONE: dict[str, str] = {}
outgoing: ContextVar[dict[str, str]] = ContextVar("symphainy_outgoing_headers", default=_NONE)


@contextmanager
def carrying(headers: Mapping[str, str]) -> Iterator[None]:
    """Send ``headers`` with every Temporal call made inside the block.

    >>> with carrying({"symphainy-bundle": "b1"}):
    ...     outgoing.get()
    {'symphainy-bundle': 'b1'}
    >>> outgoing.get()
    {}
    """
    token = outgoing.set({**outgoing.get(), **headers})
    try:
        yield
    finally:
        outgoing.reset(token)


def passport_headers(token: str, bundle: str = "") -> dict[str, str]:
    """The headers that a signed passport travels in."""
    return {HEADER_PASSPORT: token} | ({HEADER_BUNDLE: bundle} if bundle else {})
