"""What the Post Office hands to whoever delivers: one message for one endpoint, and where the outcome is noted."""

from typing import Literal, Protocol

from symphainy.foundations.language.model import Json, Message

LetterState = Literal["due", "started", "delivered", "dead"]
"""``dead``: given up; it can be sent again by hand, under the same id."""


class Letter(Message):
    """One message, before it is signed. ``secrets`` are references, the one in force first; ``event`` is a CloudEvent."""

    endpoint: str
    url: str
    secrets: tuple[str, ...]
    id: str
    event: dict[str, Json]


class Postbox(Protocol):
    """The register of endpoints and of what is under way to them; the runtime keeps it."""

    async def letter(self, tenant: str, endpoint: str, event: str) -> Letter | None:
        """What is to be sent; None when the endpoint takes nothing any more (removed, disabled). NotFound: never due."""
        ...

    async def note(
        self, tenant: str, endpoint: str, event: str, *, state: LetterState, attempts: int, answer: int, reason: str
    ) -> None:
        """Keep how an attempt went. ``answer``: the receiver's status, 0 for none."""
        ...

    async def disable(self, tenant: str, endpoint: str, reason: str) -> None:
        """Send it nothing more until somebody enables it again."""
        ...
