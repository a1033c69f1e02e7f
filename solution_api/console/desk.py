"""The person at a page: a client of the platform with their token, for as long as the page is open."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any
from weakref import WeakSet

from fastapi import Request
from nicegui import background_tasks, ui

from symphainy.foundations.experience import Login, Session, SolutionClient, SymphainyClient
from symphainy.foundations.language.errors import SymphainyError, Unauthenticated
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.cookies import cookie_name

_OPEN: dict[str, WeakSet["Desk"]] = {}
"""Open pages by session: a renewed log-in reaches them all."""


class Desk:
    """One page of one person. ``platform`` is the Experience plane's client, ``solution`` the Solution plane's.

    ``page`` is where to put what must outlive the part of the page that asked for it: dialogs, notices, background work.
    """

    def __init__(self, platform: SymphainyClient, session: Session, places: Places) -> None:
        self.platform, self.session, self.places = platform, session, places
        self.page = ui.context.client.content
        self._tasks: set[asyncio.Task[None]] = set()
        _OPEN.setdefault(session.session_id, WeakSet()).add(self)

    @classmethod
    async def open(cls, request: Request, places: Places) -> "Desk | None":
        """The desk of who sends this request; None for nobody."""
        token = request.cookies.get(cookie_name(request))
        if not token:
            return None
        platform = SymphainyClient(places.experience, places.solution, token)
        try:
            return cls(platform, await platform.session(), places)
        except Unauthenticated:
            await platform.close()
            return None

    @property
    def solution(self) -> SolutionClient:
        """The Solution plane."""
        return self.platform.solution

    @property
    def tenant(self) -> str:
        """The tenant that everything on the page belongs to."""
        return self.session.tenant

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something while the page is open; what the platform refuses is told on the page."""
        task = background_tasks.create(self._told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _told(self, work: Awaitable[None]) -> None:
        with self.page:
            try:
                await work
            except SymphainyError as error:
                if not self.page.is_deleted:
                    tell(error)

    async def close(self) -> None:
        """The page is gone."""
        for task in self._tasks:
            task.cancel()
        seats = _OPEN.get(self.session.session_id)
        if seats is not None:
            seats.discard(self)
            if not seats:
                _OPEN.pop(self.session.session_id, None)
        await self.platform.close()


def renewed(login: Login) -> None:
    """Every open page of a session goes on with its new token."""
    for desk in _OPEN.get(login.session_id, ()):
        desk.platform.tokens.access = login.access_token


def tell(error: Exception) -> None:
    """Say on the page what went wrong, and the way out; without a session, go and get one."""
    if isinstance(error, Unauthenticated):
        ui.run_javascript(
            "location.href = '/console/renew?next=' + encodeURIComponent(location.pathname + location.search)"
        )
    elif isinstance(error, SymphainyError):
        ui.notify(
            " ".join(filter(None, (error.detail, error.remedy))), type="negative", timeout=8_000, close_button="Close"
        )
    else:
        ui.notify("Something unexpected happened on this page; it has been logged.", type="negative")
