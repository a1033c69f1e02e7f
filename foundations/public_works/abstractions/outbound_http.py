"""Outbound HTTP: the one way to call a server outside, guarded against being turned on what is inside."""

from collections.abc import AsyncGenerator, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class OutboundResponse:
    """An answer, whatever its status; a redirect is an answer too, and is not followed."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header the values joined by comma."""
    body: bytes


class OutboundHttp(Protocol):
    """Calls over http and https."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        allow: Collection[str] = (),
        only: Collection[str] | None = None,
        safe: bool | None = None,
        timeout: timedelta | None = None,
        max_size: int | None = None,
    ) -> OutboundResponse:
        """Call and return the answer.

        ``allow`` adds private hosts, addresses or networks to the operator's list; ``only``, when given, names all hosts
        that may be called. ``safe`` says that a repetition does no harm (default: GET, HEAD, OPTIONS).

        Refused: the address is not allowed; nothing was sent. TooLarge: the answer passes ``max_size`` bytes.
        Unavailable: no connection, or no answer to a safe call. OutcomeUnknown: no answer to another one.
        """
        ...

    def listen(self, url: str, *, headers: Mapping[str, str] | None = None) -> AsyncGenerator[bytes]:
        """The lines of an answer to GET as they come, for as long as the caller wants; each within the adapter's size limit.

        Refused, Unavailable as above; Answered when the status is no success.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...
