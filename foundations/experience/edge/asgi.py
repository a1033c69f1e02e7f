"""The ASGI words, as types: both front ends' guards are plain ASGI, so that this room needs no web framework."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str:
    """The first value of a request header, or an empty string; ``name`` in lower case.

    >>> header({"headers": [(b"host", b"a:1")]}, b"host")
    'a:1'
    """
    return next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key == name), "")
