"""Security Guard's SDK: what both front ends hold on ``app.state.security_guard_sdk`` (document 004).

Passwords and tokens are the ``auth`` abstraction's, users and counters rows of the store; the rules are here. A caller learns
that a login failed, never why: an unknown address takes as long, and answers the same, as a wrong password.
"""

import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.errors import Invalid, NotFound, RateLimited, Unauthenticated
from symphainy.foundations.public_works.abstractions.auth import Auth, IdentityProvider, LoginStart
from symphainy.governance.security_guard.api_keys import ApiKeys, is_key
from symphainy.governance.security_guard.failures import WINDOW, Attempts, wait
from symphainy.governance.security_guard.people import People, digest, handle_of, principal_of
from symphainy.governance.security_guard.refresh import RefreshTokens
from symphainy.governance.security_guard.rights import RightsSnapshot
from symphainy.governance.workflow_ids import is_tenant
from symphainy.runtime.store.tokens import PendingLoginRow, Tokens
from symphainy.runtime.store.users import CredentialRow, Users

__all__ = ["AuthenticationResult", "LoggedIn", "SecurityGuardSdk", "Sessions"]

EVERYBODY = "*"
"""The tenant under which log-ins at a provider wait, and failures of an address are counted: whoever sprays does not stop at one tenant."""

AT_THE_PROVIDER = timedelta(minutes=10)
"""How long somebody may take at an identity provider."""


class Sessions(Protocol):
    """The runtime's sessions, as far as logging in and out needs them."""

    async def create(self, principal: Principal) -> SessionContext:
        """A new session, under a new id."""
        ...

    async def get(self, tenant: str, session_id: str) -> SessionContext:
        """The live session; NotFound or Unauthenticated."""
        ...

    async def renew(self, tenant: str, session_id: str) -> SessionContext:
        """Move its idle end on."""
        ...

    async def revoke(self, tenant: str, session_id: str, reason: str = "logout") -> bool:
        """End it."""
        ...

    async def revoke_all(self, tenant: str, principal_id: str, reason: str, *, keep: str = "") -> int:
        """End every session of a principal but one."""
        ...


@dataclass(frozen=True)
class AuthenticationResult:
    """Who bears a token, with the rights of this moment, and in which session."""

    principal: Principal
    session: SessionContext


@dataclass(frozen=True)
class LoggedIn:
    """What a login gives. ``expires_in`` is of the access token, in seconds."""

    principal: Principal
    session: SessionContext
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int

    @property
    def session_id(self) -> str:
        """The session that began or goes on."""
        return self.session.session_id


class SecurityGuardSdk:
    """Authenticate, register, log in and out, refresh. ``people`` administers users and their roles."""

    def __init__(
        self, auth: Auth, people: People, users: Users, tokens: Tokens, sessions: Sessions, rights: RightsSnapshot, clock: Clock,
        access_lifetime: timedelta = timedelta(minutes=15), refresh_lifetime: timedelta = timedelta(days=30),
        provider: IdentityProvider | None = None,
    ) -> None:  # fmt: skip
        self._auth, self.people, self._users, self._failures = auth, people, users, tokens
        self._sessions, self._rights, self._clock, self._lifetime = sessions, rights, clock, access_lifetime
        self._refresh = RefreshTokens(tokens, clock, refresh_lifetime)
        self.keys, self._provider = ApiKeys(users, sessions, clock), provider

    async def authenticate(self, token: str) -> AuthenticationResult:
        """Who bears an access token; Unauthenticated if nobody, or a user disabled or logged out meanwhile."""
        if is_key(token):
            principal, session = await self.keys.bearer(token)
            principal = await self._as_now(principal)
            return AuthenticationResult(principal, session.model_copy(update={"principal": principal}))
        claims = self._auth.verify("access", token)
        try:
            tenant, session_id = str(claims["tenant"]), str(claims["sid"])
            session = await self._sessions.get(tenant, session_id)
        except (KeyError, NotFound) as error:
            raise Unauthenticated("The token's session does not exist.", remedy="Log in again.") from error
        if session.principal.id != claims.get("sub"):
            raise Unauthenticated("The token's session is somebody else's.", remedy="Log in again.")
        principal = await self._as_now(session.principal)
        return AuthenticationResult(principal, session.model_copy(update={"principal": principal}))

    async def register(self, tenant: str, email: str, password: str, *, name: str = "", address: str = "") -> Principal:
        """A new user; the first of a tenant founds it. Invalid names the field, Refused where nobody may join."""
        return await self.people.register(tenant, email, password, name)

    async def login(self, tenant: str, email: str, password: str, *, address: str = "") -> LoggedIn:
        """Tokens for a password, in a new session; Unauthenticated, or RateLimited after too many failures."""
        try:
            handle = handle_of(email) if is_tenant(tenant) else ""
        except Invalid:
            handle = ""
        home = tenant if handle else EVERYBODY
        account = digest(home, handle or email[:320])
        await self._not_too_often(home, account, address)
        row = await self._users.by_handle(home, handle)
        credential = await self._users.credential(home, row.user_id if row else "", "password")
        check = await self._auth.check(password, credential.secret if credential else None)
        if row is None or not check.ok or row.disabled_at is not None:
            await self._failures.failed(home, "account", account, self._clock.now())
            await self._failures.failed(EVERYBODY, "address", digest(address), self._clock.now())
            raise Unauthenticated("Address or password is wrong.", remedy="Check both, and the tenant.")
        await self._failures.forget(home, "account", account)
        if check.rehash is not None:
            renewed = CredentialRow(
                tenant=home, user_id=row.user_id, kind="password", secret=check.rehash, changed_at=self._clock.now()
            )
            await self._users.set_credential(renewed)
        principal = principal_of(row)
        return await self._logged_in(principal, await self._sessions.create(principal))

    async def refresh(self, refresh_token: str) -> LoggedIn:
        """New tokens for a refresh token, once; a second use ends session and family."""
        spent, good = await self._refresh.spend(refresh_token)
        if not good:
            await self._sessions.revoke(spent.tenant, spent.session_id, "refresh token used twice")
            raise Unauthenticated("The refresh token was used before; its session has ended.", remedy="Log in again.")
        try:
            session = await self._sessions.renew(spent.tenant, spent.session_id)
        except NotFound as error:
            raise Unauthenticated("The session has ended.", remedy="Log in again.") from error
        return await self._logged_in(await self._as_now(session.principal), session, spent.family)

    async def logout(self, token: str) -> None:
        """End the token's session, and what could renew it, at once."""
        session = (await self.authenticate(token)).session
        await self._sessions.revoke(session.tenant, session.session_id)
        await self._refresh.revoke_session(session.tenant, session.session_id)

    async def change_password(self, token: str, old: str, new: str) -> None:
        """Another password for whoever bears the token; every other session of theirs ends."""
        found = await self.authenticate(token)
        tenant, user_id = found.principal.tenant, found.principal.id
        account = digest(tenant, "user", user_id)
        await self._not_too_often(tenant, account, "")
        credential = await self._users.credential(tenant, user_id, "password")
        if is_key(token) or not (await self._auth.check(old, credential.secret if credential else None)).ok:
            await self._failures.failed(tenant, "account", account, self._clock.now())
            raise Unauthenticated("The old password is wrong.", remedy="Check it.")
        secret, now = await self._auth.hash(new), self._clock.now()
        await self._users.set_credential(
            CredentialRow(tenant=tenant, user_id=user_id, kind="password", secret=secret, changed_at=now)
        )
        await self._sessions.revoke_all(tenant, user_id, "password changed", keep=found.session.session_id)
        await self._refresh.revoke_others(tenant, user_id, found.session.session_id)

    async def begin_login(self, tenant: str) -> LoginStart:
        """Send somebody to the identity provider; NotFound where none is set."""
        if self._provider is None:
            raise NotFound("No identity provider is set here.", code="oidc_off", remedy="Log in with a password.")
        if not is_tenant(tenant):
            raise Invalid("A tenant's name is made of lower-case letters, digits and hyphens.", field="tenant")
        started, now = await self._provider.begin(), self._clock.now()
        kept = json.dumps({"tenant": tenant, "nonce": started.nonce, "verifier": started.verifier})
        row = PendingLoginRow(
            tenant=EVERYBODY, state_digest=digest(started.state), kept=kept, expires_at=now + AT_THE_PROVIDER
        )
        await self._failures.pend(row, now)
        return started

    async def finish_login(self, state: str, code: str, *, begun: str, issuer: str | None = None) -> LoggedIn:
        """Tokens for whoever comes back from the provider, in the browser that went there (``begun``: its state)."""
        if self._provider is None:
            raise NotFound("No identity provider is set here.", code="oidc_off", remedy="Log in with a password.")
        same = secrets.compare_digest(state.encode(), begun.encode())
        kept = await self._failures.take(EVERYBODY, digest(state), self._clock.now()) if same else None
        if kept is None:
            raise Unauthenticated("This log-in was not begun here, or took too long.", remedy="Begin again.")
        told = json.loads(kept)
        started = LoginStart(url="", state=state, nonce=told["nonce"], verifier=told["verifier"])
        who = await self._provider.finish(started, state=state, code=code, issuer=issuer)
        email = who.email if who.email and who.email_verified else ""
        row = await self.people.through(
            told["tenant"], who.issuer, who.subject, email=email or "", name=who.name or "", groups=who.groups
        )
        if row.disabled_at is not None:
            raise Unauthenticated("The user is disabled.", remedy="Ask an administrator.")
        principal = principal_of(row)
        return await self._logged_in(principal, await self._sessions.create(principal))

    def jwks(self) -> dict[str, Any]:
        """The public keys that access tokens verify with."""
        return self._auth.jwks()

    async def _logged_in(self, principal: Principal, session: SessionContext, family: str = "") -> LoggedIn:
        claims = {"sub": principal.id, "tenant": principal.tenant, "sid": session.session_id}
        access = self._auth.issue("access", claims, expires=self._clock.now() + self._lifetime)
        refresh = await self._refresh.issue(principal.tenant, principal.id, session.session_id, family)
        return LoggedIn(principal, session, access, refresh, int(self._lifetime.total_seconds()))

    async def _as_now(self, principal: Principal) -> Principal:
        """The principal with the roles of this moment."""
        rights = await self._rights.of(principal.tenant, principal)
        if rights is None or rights.disabled:
            raise Unauthenticated("The user does not exist any more, or is disabled.", remedy="Ask an administrator.")
        scope = principal.scope
        roles = rights.roles if scope is None else tuple(role for role in rights.roles if role in scope)
        return principal.model_copy(update={"roles": roles, "attributes": rights.attributes})

    async def _not_too_often(self, tenant: str, account: str, address: str) -> None:
        now = self._clock.now()
        of_account = Attempts(*await self._failures.failures(tenant, "account", account, now - WINDOW))
        of_address = Attempts(*await self._failures.failures(EVERYBODY, "address", digest(address), now - WINDOW))
        if (left := wait(of_account, of_address, now)) is not None:
            seconds = max(1, int(left.total_seconds()))
            raise RateLimited("Too many failed logins.", remedy=f"Try again in {seconds} s.", retry_after=seconds)
