"""Outbound gRPC: a method of a service that a .proto describes, called with and answered in JSON; guarded like outbound HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from symphainy.foundations.language.model import Json


@dataclass(frozen=True)
class GrpcCall:
    """One call. ``service``: the name that the proto gives it, with or without its package."""

    proto: str
    host: str
    port: int
    service: str
    method: str
    arguments: dict[str, Json] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    tls: bool = False


class OutboundGrpc(Protocol):
    """Calls of gRPC methods."""

    async def call(self, given: GrpcCall, *, timeout: timedelta | None = None) -> Json:
        """The answer as JSON: a message, or an array of messages where the method streams them.

        Invalid: the proto does not compile, has no such method, or the arguments do not fit its message.
        Refused: the address is not allowed. Unavailable: no connection; nothing was sent. Answered: the server's own status.
        OutcomeUnknown: it was sent and no answer came. TooLarge: the answers pass the limit.
        """
        ...
