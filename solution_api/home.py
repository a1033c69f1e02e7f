"""``/``: where everything is, in one page made on the server; and the log-in that the Temporal Web UI's codec needs."""

from html import escape
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from symphainy.foundations.experience.edge import origins, reference
from symphainy.foundations.experience.edge.pings import look
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.experience.models import Login
from symphainy.foundations.language.errors import Refused, SymphainyError, TooLarge, Unauthenticated
from symphainy.solution_api.parts import SolutionParts
from symphainy.solution_api.security import Parts, cookie_name

router = APIRouter(include_in_schema=False)
FORM_BYTES = 8_192
_FORM = (
    '<form method="post" action="/login" class="card"><p><label>Tenant<br><input name="tenant" required></label></p>'
    '<p><label>E-mail<br><input name="email" type="email" required></label></p>'
    '<p><label>Password<br><input name="password" type="password" required></label></p><p><button>Log in</button></p></form>'
)


@router.get("/")
async def home(request: Request, parts: Parts) -> HTMLResponse:
    """Links, and whether what the plane rests on is there."""
    health = await look(parts.pings)
    who = await _who(request, parts)
    links = parts.links
    cards = "".join(
        f'<a class="card" href="{escape(to)}"><b>{escape(title)}</b><p>{escape(about)}</p></a>'
        for title, to, about in (
            ("Temporal Web UI", links.temporal_ui, "Every run, step by step; readable once you are logged in here."),
            ("Solution plane", "/docs", "Definitions, solutions, capabilities, governance: the reference of this API."),
            ("Experience plane", f"{links.experience}/docs", "Intents, executions, events, uploads: the reference of that API."),
            ("Executions", "/api/executions", "What runs and what has run, as JSON (with a token)."),
        )
    )  # fmt: skip
    rests = "".join(
        f'<p><span class="{word}">●</span> {escape(name)}: {word}</p>' for name, word in health.parts.items()
    )
    person = (
        f"<p>{escape(who.principal.id)} · {escape(who.tenant)}</p>" if who else '<p><a href="/login">Log in</a></p>'
    )
    body = (
        "<h1>Symphainy</h1><p>Intent in, governed and durable execution, experience out.</p>"
        f'{person}<div class="grid">{cards}</div><h2>Rests on</h2>{rests or "<p>nothing that could be away</p>"}'
    )
    return HTMLResponse(reference.document("Symphainy", body))


@router.get("/login")
async def login_form(failed: Annotated[bool, Query()] = False) -> HTMLResponse:
    """The form."""
    said = '<p class="away">Address or password is wrong.</p>' if failed else ""
    return HTMLResponse(reference.document("Log in · Symphainy", f"<h1>Log in</h1>{said}{_FORM}"))


@router.post("/login")
async def login(request: Request, parts: Parts) -> Response:
    """Exchange a password for a session cookie: for this host, unreadable for scripts, not sent from foreign pages."""
    if not origins.admitted(request.headers.get("origin", ""), request.headers.get("host", "")):
        raise Refused("this form is sent from its own page only", code="origin")
    form = dict(parse_qsl((await _body(request)).decode("utf-8", "replace"), max_num_fields=8))
    address = request.client.host if request.client else ""
    try:
        found = await parts.guard.login(
            form.get("tenant", ""), form.get("email", ""), form.get("password", ""), address=address
        )
    except Unauthenticated:
        return RedirectResponse("/login?failed=true", status_code=303)
    issued = Login.model_validate(found, from_attributes=True)
    response = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    response.set_cookie(
        cookie_name(request),
        issued.access_token,
        max_age=issued.expires_in,
        httponly=True,
        secure=secure,
        samesite="strict",
    )
    return response


@router.post("/logout")
async def logout(request: Request, parts: Parts) -> Response:
    """End the session and forget the cookie."""
    if not origins.admitted(request.headers.get("origin", ""), request.headers.get("host", "")):
        raise Refused("this form is sent from its own page only", code="origin")
    if who := await _who(request, parts):
        await parts.guard.logout(who.token)
    response = RedirectResponse("/", status_code=303)
    response.delete_cookie(cookie_name(request))
    return response


async def _who(request: Request, parts: SolutionParts) -> Caller | None:
    cookie = request.cookies.get(cookie_name(request))
    try:
        return await identify(parts.guard, cookie) if cookie else None
    except SymphainyError:
        return None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise TooLarge("the form is over its limit")
    return body
