"""My sessions."""

from symphainy.foundations.experience.http import Client
from symphainy.foundations.experience.models import Session


class Sessions(Client):
    """Session verbs; without an id they mean the session of the token."""

    async def session(self, session_id: str | None = None) -> Session:
        """A session; NotFound for one that is not mine."""
        return await self._http.get(f"/api/session/{session_id}" if session_id else "/api/session", Session)

    async def new_session(self) -> Session:
        """Another session for the same user."""
        return await self._http.post("/api/session", Session)

    async def renew_session(self, session_id: str) -> Session:
        """Move its end."""
        return await self._http.post(f"/api/session/{session_id}/renew", Session)

    async def end_session(self, session_id: str) -> None:
        """End it, for good."""
        await self._http.request("DELETE", f"/api/session/{session_id}")
