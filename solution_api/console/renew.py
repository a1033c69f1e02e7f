"""``/console/renew``: new tokens for a log-in, so that a page may stay open for as long as its session lives.

A refresh token works once. Two tabs that renew in the same moment get the same answer, not the end of their session.
"""

import asyncio
import hashlib
import time
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from symphainy.foundations.experience import Login, SymphainyClient
from symphainy.foundations.language.errors import SymphainyError
from symphainy.solution_api.console.desk import renewed
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.cookies import forget, local, refresh_name, remember

SHARED = 30.0
"""Seconds for which the answer to a refresh token is given again."""


class Renewals:
    """Renewals of the last half minute, by digest of the token that was spent."""

    def __init__(self, experience: str) -> None:
        self._experience, self._known = experience, dict[str, tuple[float, asyncio.Task[Login]]]()

    async def renew(self, token: str) -> Login:
        """The new log-in; what the platform raises for a token that is none."""
        now, digest = time.monotonic(), hashlib.sha256(token.encode()).hexdigest()
        self._known = {k: v for k, v in self._known.items() if now - v[0] < SHARED}
        if digest not in self._known:
            self._known[digest] = (now, asyncio.create_task(self._ask(token)))
        return await asyncio.shield(self._known[digest][1])

    async def _ask(self, token: str) -> Login:
        async with SymphainyClient(self._experience) as platform:
            platform.tokens.refresh = token
            return await platform.refresh()


def router(places: Places) -> APIRouter:
    """The two routes: one for a browser on its way to a page, one for a page that is open."""
    routes, renewals = APIRouter(), Renewals(places.experience)

    @routes.get("/renew", include_in_schema=False)
    async def on_the_way(request: Request, next: Annotated[str, Query(max_length=2_000)] = "/console/") -> Response:
        """On to the page with new tokens, or to the log-in."""
        target = local(next, "/console/")
        login = await _login(renewals, request)
        answer = RedirectResponse(target if login else f"/login?next={quote(target, safe='')}", status_code=303)
        return _kept(answer, request, login)

    @routes.post("/renew", include_in_schema=False)
    async def while_open(request: Request) -> Response:
        """New tokens for the browser and for all open pages of the session: 204, or 401."""
        login = await _login(renewals, request)
        return _kept(Response(status_code=204 if login else 401), request, login)

    return routes


async def _login(renewals: Renewals, request: Request) -> Login | None:
    token = request.cookies.get(refresh_name(request))
    try:
        return await renewals.renew(token) if token else None
    except SymphainyError as error:
        if error.status >= 500:
            raise
        return None


def _kept(answer: Response, request: Request, login: Login | None) -> Response:
    if login is None:
        forget(answer, request)
    else:
        remember(answer, request, login)
        renewed(login)
    return answer
