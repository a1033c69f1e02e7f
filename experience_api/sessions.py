"""``/api/session``: the caller's sessions."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from symphainy.experience_api.parts import ExperienceParts
from symphainy.experience_api.security import Parts, Who
from symphainy.foundations.experience.edge.ports import Caller
from symphainy.foundations.experience.models import Session
from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.errors import NotFound, Unauthenticated

router = APIRouter(prefix="/api/session", tags=["session"])
SessionId = Annotated[str, Path(max_length=64)]


@router.post("", status_code=201)
async def create(who: Who, parts: Parts) -> Session:
    """Begin another session for the caller."""
    return _session(await parts.sessions.create(who.principal))


@router.get("")
async def current(who: Who) -> Session:
    """The session of the token."""
    return _session(who.session)


@router.get("/{session_id}")
async def get(session_id: SessionId, who: Who, parts: Parts) -> Session:
    """One of the caller's own sessions."""
    return _session(await own(parts, who, session_id))


@router.post("/{session_id}/renew")
async def renew(session_id: SessionId, who: Who, parts: Parts) -> Session:
    """Move the session's end, within its absolute limit."""
    await own(parts, who, session_id)
    return _session(await parts.sessions.renew(who.tenant, session_id))


@router.delete("/{session_id}", status_code=204)
async def delete(session_id: SessionId, who: Who, parts: Parts) -> Response:
    """End a session: at once at every door, within a minute on open sockets."""
    await own(parts, who, session_id)
    await parts.sessions.revoke(who.tenant, session_id)
    return Response(status_code=204)


async def own(parts: ExperienceParts, who: Caller, session_id: str) -> SessionContext:
    """A live session of the caller's own; NotFound for ended ones and everybody else's, which are not told apart."""
    try:
        found = await parts.sessions.get(who.tenant, session_id)
    except Unauthenticated:
        found = None
    if found is None or found.principal.id != who.principal.id:
        raise NotFound("there is no such session", code="no_session")
    return found


def _session(found: SessionContext) -> Session:
    return Session.model_validate(found, from_attributes=True)
