"""The ``Prefer: wait=N`` header (RFC 7240) and the ``Idempotency-Key`` header."""

import re

from symphainy.foundations.language.errors import DomainError

MAX_WAIT = 60.0
"""Seconds. A longer wait belongs to the event stream, which survives a lost line."""

_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,9})\"?(?=$|[,;\s])", re.IGNORECASE | re.ASCII)
_KEY = re.compile(r"^[\x21\x23-\x7e]{1,200}$", re.ASCII)


def wait(prefer: str | None) -> float | None:
    """How many seconds the caller would wait for the result, at most ``MAX_WAIT``; None if it would not.

    >>> wait("respond-async, wait=10"), wait("wait=999"), wait("return=minimal"), wait(None)
    (10.0, 60.0, None, None)
    """
    found = _WAIT.search(prefer or "")
    return min(float(found[1]), MAX_WAIT) if found else None


def key(value: str | None) -> str | None:
    """The idempotency key in a header, bare or as a quoted string (the draft's form); DomainError (400) if malformed.

    >>> key('"a-1"'), key("a-1"), key(None)
    ('a-1', 'a-1', None)
    """
    if value is None:
        return None
    bare = value[1:-1] if len(value) > 2 and value.startswith('"') and value.endswith('"') else value
    if not _KEY.match(bare):
        raise DomainError(
            "an Idempotency-Key is 1 to 200 printable ASCII characters without blanks and quotes",
            code="idempotency_key",
        )
    return bare
