"""The ports that both planes have in common: who calls, and what a plane rests on."""

from dataclasses import dataclass
from typing import Any, Protocol

from symphainy.foundations.language.context import Principal, SessionContext


class Identified(Protocol):
    """What authentication finds (Security Guard's ``AuthenticationResult``)."""

    @property
    def principal(self) -> Principal:
        """Who."""
        ...

    @property
    def session(self) -> SessionContext:
        """In which session."""
        ...


class Guard(Protocol):
    """Security Guard's SDK."""

    async def authenticate(self, token: str) -> Identified:
        """Who bears a token; Unauthenticated if nobody."""
        ...

    async def register(self, tenant: str, email: str, password: str, *, name: str = "", address: str = "") -> Principal:
        """A new user."""
        ...

    async def login(self, tenant: str, email: str, password: str, *, address: str = "") -> Any:
        """Tokens for a password."""
        ...

    async def refresh(self, refresh_token: str) -> Any:
        """New tokens for a refresh token, once."""
        ...

    async def logout(self, token: str) -> None:
        """End the token's session."""
        ...


class Invitations(Protocol):
    """What becomes of an invitation."""

    async def accept(self, invitation: str, password: str) -> Principal:
        """Choose a password with it, once."""
        ...


class Entrance(Guard, Protocol):
    """Security Guard's SDK where people come in: log-in through a provider, invitations, passwords, public keys."""

    @property
    def people(self) -> Invitations:
        """Invitations."""
        ...

    async def change_password(self, token: str, old: str, new: str) -> None:
        """Another password; other sessions end."""
        ...

    async def begin_login(self, tenant: str) -> Any:
        """Where to send the browser (``url``), and the ``state`` that it brings back; NotFound where no provider is set."""
        ...

    async def finish_login(self, state: str, code: str, *, begun: str, issuer: str | None = None) -> Any:
        """Tokens for whoever comes back."""
        ...

    def jwks(self) -> dict[str, Any]:
        """Public keys."""
        ...


@dataclass(frozen=True)
class Caller:
    """The caller of one request. Tenant headers and the like are never read: the tenant is the principal's."""

    principal: Principal
    session: SessionContext
    token: str

    @property
    def tenant(self) -> str:
        """The tenant that everything in this request belongs to."""
        return self.principal.tenant


async def identify(guard: Guard, token: str) -> Caller:
    """The caller behind a token; Unauthenticated if there is none."""
    found = await guard.authenticate(token)
    return Caller(found.principal, found.session, token)


class Ping(Protocol):
    """One thing a plane rests on."""

    async def ping(self) -> None:
        """Nothing, or an error of ours."""
        ...
