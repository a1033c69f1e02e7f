"""What governors are given at the Solution plane: ports of the city's desks, each a small Protocol."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.model import Json
from symphainy.governance.erasure_desk import Certificate


class Desk(Protocol):
    """The City Manager's desk."""

    async def document(self, tenant: str) -> dict[str, Json]:
        """Everything that governs a tenant."""
        ...

    async def switch(self, switch: str, mode: str, tenant: str, solution: str, *, by: str) -> None:
        """Set a switch; Refused below its floor, Invalid for an unknown one."""
        ...

    async def maintain(self, tenant: str, closed: bool, by: str, reason: str = "") -> None:
        """Begin or end maintenance."""
        ...

    def read(self, told: dict[str, Json]) -> Any:
        """A bundle from its JSON; Invalid."""
        ...

    async def overlay(self, tenant: str) -> Any:
        """The bundle in force."""
        ...

    async def history(self, tenant: str, limit: int = 50) -> Sequence[Any]:
        """What was in force, newest first."""
        ...

    async def apply(self, tenant: str, overlay: Any, by: str, expects: str | None = None) -> str:
        """Bring a bundle into force; Invalid, Conflict."""
        ...

    async def roll_back(self, tenant: str, by: str, to: str | None = None) -> str:
        """Bring an earlier one into force."""
        ...

    async def simulate(self, tenant: str, overlay: Any, since: timedelta) -> Any:
        """What it would change."""
        ...


class Erasure(Protocol):
    """The desk for erasing data subjects."""

    async def erase(self, who: SessionContext, subject: str) -> Certificate:
        """Erase one for good; NotFound, Conflict."""
        ...

    async def certificates(self, tenant: str) -> Sequence[Certificate]:
        """What was erased."""
        ...


class Library(Protocol):
    """The Librarian's desk."""

    async def all(self, tenant: str, *, limit: int = 200) -> Sequence[Any]:
        """Every document, withdrawn and expired ones too."""
        ...

    async def change(
        self, tenant: str, document_id: str, by: str, *, admitted: bool | None = None, expires_at: datetime | None = None,
        never_expires: bool = False, owner: str | None = None, purposes: Sequence[str] | None = None,
    ) -> Any:  # fmt: skip
        """Change one; NotFound, Invalid."""
        ...


class Keys(Protocol):
    """API keys of a tenant."""

    async def all(self, tenant: str) -> Sequence[Any]:
        """Rows, without secrets."""
        ...

    async def issue(self, tenant: str, principal_id: str, name: str, roles: tuple[str, ...], life: timedelta) -> Any:
        """A new key, this once."""
        ...

    async def revoke(self, tenant: str, key_id: str) -> None:
        """End one; NotFound."""
        ...


class People(Protocol):
    """Users and service accounts of a tenant."""

    async def all(self, tenant: str, kind: Literal["User", "Service"] = "User") -> Sequence[Any]:
        """Rows: id, name, handle, roles, created, disabled."""
        ...

    async def invite(self, tenant: str, email: str, roles: tuple[str, ...], name: str = "") -> tuple[Principal, str]:
        """A user who has still to choose a password, and the invitation."""
        ...

    async def service(self, tenant: str, name: str, roles: tuple[str, ...] = ("service",)) -> Principal:
        """The service account of this name, made if there is none."""
        ...

    async def set_roles(self, tenant: str, user_id: str, roles: tuple[str, ...]) -> None:
        """Give and take roles; the next step knows."""
        ...

    async def set_state(self, tenant: str, user_id: str, state: Literal["enabled", "disabled"]) -> None:
        """Disable a user, or enable one again."""
        ...
