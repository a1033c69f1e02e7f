"""SQL: PostgreSQL engines, one per database role (DECISIONS 28)."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

SqlRole = Literal["owner", "app", "relay"]
"""owner: migrations only; app: under row-level security; relay: outbox and anchors of all tenants."""


@dataclass(frozen=True)
class Login:
    """How a role logs in: what the migration that bootstraps the roles needs to know."""

    user: str
    password: str = field(repr=False)


class Sql(Protocol):
    """A PostgreSQL database."""

    def engine(self, role: SqlRole) -> "AsyncEngine":
        """The pool that logs in as ``role``; the same object at every call."""
        ...

    def login(self, role: SqlRole) -> Login:
        """User name and password of a role."""
        ...

    def listen(self, channel: str, role: SqlRole = "relay") -> "AsyncGenerator[str]":
        """Payloads of ``NOTIFY channel``, on a connection of its own. The first item is empty and says: listening.

        Raises Unavailable when the connection ends; what was notified meanwhile is lost, so look before listening again.
        """
        ...

    async def ping(self) -> None:
        """Raise Unavailable unless the database answers as owner."""
        ...

    async def close(self) -> None:
        """Close all pools."""
        ...
