"""Outbound channels: publish to, and listen on, a broker outside; guarded like outbound HTTP."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Broker:
    """A broker of a protocol that the port knows. The credential, if any, is a user's name and password."""

    protocol: str
    host: str
    port: int
    user: str | None = None
    password: str | None = None


class OutboundChannels(Protocol):
    """Publishing and listening."""

    def knows(self, protocol: str) -> bool:
        """Whether this port speaks a protocol."""
        ...

    async def publish(self, broker: Broker, channel: str, data: bytes) -> None:
        """Publish one message. Refused, Unavailable: nothing was sent. OutcomeUnknown: nobody knows."""
        ...

    def listen(self, broker: Broker, channel: str) -> AsyncGenerator[bytes]:
        """The messages that come, from now on, without end. Refused; Unavailable when the broker goes away."""
        ...
