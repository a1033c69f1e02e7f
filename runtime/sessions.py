"""Sessions: who works here, since when, until when. The verbs and the rows are the runtime's, the rules Traffic Cop's.

SQL is the truth and survives every restart; hot state only saves the look-up. A cached session lives five seconds at most, so
a revocation holds at the next door within five seconds even where the cache could not be reached to be told.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import ValidationError

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.context import Principal, SessionContext
from symphainy.foundations.language.errors import NotFound, RateLimited, Unauthenticated, Unavailable
from symphainy.foundations.language.ids import is_id
from symphainy.foundations.public_works.abstractions.hot_state import HotState
from symphainy.runtime.ids import mint
from symphainy.runtime.store.sessions import SessionRow
from symphainy.runtime.store.sessions import Sessions as Rows
from symphainy.runtime.store.unit import Store

__all__ = ["CACHED_FOR", "SessionTerms", "Sessions"]

CACHED_FOR = timedelta(seconds=5)
_IMPLICIT = 10_000  # principals remembered per process; forgetting one costs a session row


class SessionTerms(Protocol):
    """What Traffic Cop grants a tenant's sessions."""

    @property
    def idle(self) -> timedelta:
        """How long a session lives without being renewed."""
        ...

    @property
    def absolute(self) -> timedelta:
        """How long it lives at most."""
        ...

    @property
    def count(self) -> int:
        """How many live ones one principal may hold."""
        ...


class Sessions:
    """Create, get, renew, revoke. ``rules`` gives the terms in force for a tenant, asked anew each time.

    Every verb names the tenant; another tenant's session is NotFound. ``hot`` None: every look-up goes to SQL.
    """

    def __init__(
        self,
        store: Store,
        hot: HotState | None,
        rules: Callable[[str], SessionTerms],
        clock: Clock,
        ids: Callable[[str], str] = mint,
    ) -> None:
        self._store, self._rows, self._hot = store, Rows(store), hot
        self._rules, self._clock, self._ids = rules, clock, ids
        self._implicit: dict[tuple[str, str], str] = {}

    async def create(self, principal: Principal) -> SessionContext:
        """A new session of ``principal``; RateLimited when it holds as many live ones as the terms allow."""
        terms, now, tenant = self._rules(principal.tenant), self._clock.now(), principal.tenant
        async with self._store.tenant(tenant) as tx:
            if await self._rows.live(tenant, principal.id, now, tx=tx) >= terms.count:
                raise RateLimited(
                    f"{principal.id} holds {terms.count} sessions, which is all that is allowed",
                    code="too_many_sessions",
                    remedy="log out of one, or wait until one ends",
                    retry_after=int(terms.idle.total_seconds()),
                )
            row = SessionRow(
                tenant=tenant, session_id=self._ids("session"), principal_id=principal.id,
                principal=principal.model_dump(mode="json"), created_at=now, seen_at=now,
                idle_at=min(now + terms.idle, now + terms.absolute), expires_at=now + terms.absolute,
            )  # fmt: skip
            await self._rows.add(row, tx=tx)
        return _context(row)

    async def get(self, tenant: str, session_id: str) -> SessionContext:
        """The live session. NotFound: no such id in this tenant; Unauthenticated: it has ended."""
        now = self._clock.now()
        cached = await self._cached(tenant, session_id)
        if cached is not None and cached.expires_at > now:
            return cached
        context = _live(await self._row(tenant, session_id), now)
        await self._cache(context, now)
        return context

    async def renew(self, tenant: str, session_id: str) -> SessionContext:
        """Move the idle end on, never past the absolute one. Errors as ``get``."""
        terms, now = self._rules(tenant), self._clock.now()
        row = await self._row(tenant, session_id)
        _live(row, now)
        idle_at = min(now + terms.idle, row.expires_at)
        if not await self._rows.renew(tenant, session_id, now, idle_at=idle_at):
            raise _ended("it was revoked")
        row.idle_at = idle_at
        context = _context(row)
        await self._cache(context, now)
        return context

    async def revoke(self, tenant: str, session_id: str, reason: str = "logout") -> bool:
        """End it; False when it had ended or never was."""
        return bool(await self._end(tenant, reason, session_id=session_id))

    async def revoke_all(self, tenant: str, principal_id: str, reason: str, *, keep: str = "") -> int:
        """End every session of a principal but ``keep``; how many were live."""
        return len(await self._end(tenant, reason, principal_id=principal_id, keep=keep))

    async def implicit(self, principal: Principal) -> SessionContext:
        """A session for a principal that brought none: the one this process made for it before, or a new one."""
        known, now = self._implicit.get((principal.tenant, principal.id)), self._clock.now()
        if known is not None:
            try:
                context = await self.get(principal.tenant, known)
                if context.expires_at - now < self._rules(principal.tenant).idle / 2:
                    context = await self.renew(principal.tenant, known)
                if context.principal == principal:  # roles may have changed since
                    return context
            except Unauthenticated:
                pass
        context = await self.create(principal)
        if len(self._implicit) >= _IMPLICIT:
            self._implicit.clear()
        self._implicit[principal.tenant, principal.id] = context.session_id
        return context

    async def _row(self, tenant: str, session_id: str) -> SessionRow:
        row = await self._rows.get(tenant, session_id) if is_id(session_id, "session") else None
        if row is None:
            raise NotFound("there is no such session", code="no_session", remedy="log in, or create a session")
        return row

    async def _end(
        self, tenant: str, reason: str, *, session_id: str = "", principal_id: str = "", keep: str = ""
    ) -> list[str]:
        ended = await self._rows.revoke(
            tenant, self._clock.now(), reason, session_id=session_id, principal_id=principal_id, keep=keep
        )
        for session_id in ended:
            await self._forget(tenant, session_id)
        return ended

    async def _cached(self, tenant: str, session_id: str) -> SessionContext | None:
        if self._hot is None or not is_id(session_id, "session"):
            return None
        try:
            found = await self._hot.get(_key(tenant, session_id))
            return SessionContext.model_validate_json(found) if found else None
        except (Unavailable, ValidationError):
            return None

    async def _cache(self, context: SessionContext, now: datetime) -> None:
        if self._hot is None:
            return
        ttl = min(CACHED_FOR, context.expires_at - now)
        try:
            value = context.model_dump_json().encode()
            await self._hot.set(_key(context.tenant, context.session_id), value, ttl=ttl)
        except Unavailable:
            pass  # a cache that is away costs a look-up, nothing else

    async def _forget(self, tenant: str, session_id: str) -> None:
        if self._hot is None:
            return
        try:
            await self._hot.delete(_key(tenant, session_id))
        except Unavailable:
            pass  # what it still holds ends within CACHED_FOR


def _key(tenant: str, session_id: str) -> str:
    return f"{tenant}/session/{session_id}"


def _context(row: SessionRow) -> SessionContext:
    return SessionContext(
        session_id=row.session_id,
        tenant=row.tenant,
        principal=Principal.model_validate(row.principal),
        created_at=row.created_at,
        expires_at=min(row.idle_at or row.expires_at, row.expires_at),
    )


def _live(row: SessionRow, now: datetime) -> SessionContext:
    if row.revoked_at is not None:
        raise _ended("it was revoked")
    context = _context(row)
    if context.expires_at <= now:
        raise _ended("its time is over")
    return context


def _ended(why: str) -> Unauthenticated:
    return Unauthenticated(f"the session has ended: {why}", code="session_ended", remedy="log in again")
