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
