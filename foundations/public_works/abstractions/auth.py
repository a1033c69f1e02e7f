"""Identity: passwords, signed tokens, and logging in through another provider (OIDC)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True)
class PasswordCheck:
    """Whether a password fits; ``rehash`` is the new hash to store when the parameters have grown since."""

    ok: bool
    rehash: str | None = field(default=None, repr=False)


class Passwords(Protocol):
    """Password hashes. Both methods work off the event loop and take about 0.1 s of a core."""

    async def hash(self, password: str) -> str:
        """The hash to store, with its parameters in it. Invalid when shorter than 8 or longer than 1,024 characters."""
        ...

    async def check(self, password: str, stored: str | None) -> PasswordCheck:
        """Compare; ``stored=None`` (no such user) takes as long as any other, so that nobody can tell."""
        ...


class Tokens(Protocol):
    """Signed tokens of a kind (``access``, ``passport`` …); a token of one kind is never taken for another."""

    @property
    def key_id(self) -> str:
        """The key that signs now."""
        ...

    def issue(self, kind: str, claims: Mapping[str, Any], *, expires: datetime, audience: str | None = None) -> str:
        """Sign claims (``sub`` among them); issuer, audience, times and a fresh ``jti`` are added."""
        ...

    def verify(self, kind: str, token: str, *, audience: str | None = None) -> dict[str, Any]:
        """The claims of a token that is ours, of this kind, for this audience and in its time; Unauthenticated otherwise."""
        ...

    def jwks(self) -> dict[str, Any]:
        """The public keys as a JWK set (RFC 7517)."""
        ...


class Auth(Passwords, Tokens, Protocol):
    """All of it, as Security Guard uses it."""


@dataclass(frozen=True)
class LoginStart:
    """Where to send the browser, and what must be kept (server-side, for ten minutes) until it comes back."""

    url: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class ExternalIdentity:
    """Whom another provider says it is. ``(issuer, subject)`` is the identity; an e-mail address never is."""

    issuer: str
    subject: str
    email: str | None = None
    email_verified: bool = False
    name: str | None = None
    groups: Sequence[str] = ()


class IdentityProvider(Protocol):
    """Log in through an OpenID provider: authorization code with PKCE."""

    async def begin(self) -> LoginStart:
        """Start a log-in; Unavailable when the provider cannot be reached."""
        ...

    async def finish(
        self, started: LoginStart, *, state: str, code: str, issuer: str | None = None
    ) -> ExternalIdentity:
        """Exchange the code and verify the ID token; Unauthenticated for anything that does not fit what was started."""
        ...
