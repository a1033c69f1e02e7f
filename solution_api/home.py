"""``/``: where everything is, in one page made on the server; and the log-in that the Temporal Web UI's codec needs."""

from html import escape
from typing import Annotated
from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from symphainy.foundations.experience.edge import origins, reference
from symphainy.foundations.experience.edge.pings import look
from symphainy.foundations.experience.edge.ports import Caller, identify
from symphainy.foundations.experience.models import Login
from symphainy.foundations.language.errors import Invalid, Refused, SymphainyError, TooLarge, Unauthenticated
from symphainy.solution_api.cookies import cookie_name, forget, local, remember
from symphainy.solution_api.parts import SolutionParts
from symphainy.solution_api.security import Parts

router = APIRouter(include_in_schema=False)
FORM_BYTES = 8_192
Next = Annotated[str, Query(max_length=2_000)]
"""Where to go on after a form."""
_FORM = (
    '<form method="post" action="{to}" class="card form"><input type="hidden" name="next" value="{next}">'
    '<p><label>Tenant<br><input name="tenant" autocomplete="organization" required autofocus></label></p>'
    '<p><label>E-mail<br><input name="email" type="email" autocomplete="username" required></label></p>'
    '<p><label>Password<br><input name="password" type="password" autocomplete="{word}" required></label></p>'
    "<p><button>{says}</button></p></form>"
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
            ("Console", "/console/", "Content, insights, runs, solutions and the guide: the pages of builders and administrators."),
            ("Temporal Web UI", links.temporal_ui,
             "Every run, step by step. Values too, once you are logged in here and its codec setting "
             "“Include cross-origin credentials” is on."),
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
async def login_form(failed: Annotated[bool, Query()] = False, next: Next = "/") -> HTMLResponse:
    """The form; ``next`` is where to go on afterwards."""
    said = '<p class="away" role="alert">Tenant, address or password is wrong.</p>' if failed else ""
    to = escape(local(next))
    new = f'<p>New here? <a href="/register?next={escape(quote(local(next)))}">Create a user</a></p>'
    form = _FORM.format(to="/login", next=to, word="current-password", says="Log in")
    return HTMLResponse(reference.document("Log in · Symphainy", f"<h1>Log in</h1>{said}{form}{new}"))


@router.get("/register")
async def register_form(next: Next = "/") -> HTMLResponse:
    """The form for who is new; the first user of a tenant administers it."""
    return _new_user(local(next))


@router.post("/login")
async def login(request: Request, parts: Parts) -> Response:
    """Exchange a password for a session cookie."""
    form = await _form(request)
    try:
        return await _logged_in(request, parts, form)
    except (Unauthenticated, Invalid):
        more = f"&next={quote(local(form['next']))}" if form.get("next") else ""
        return RedirectResponse(f"/login?failed=true{more}", status_code=303)


@router.post("/register")
async def register(request: Request, parts: Parts) -> Response:
    """Create a user, and log them in."""
    form = await _form(request)
    try:
        await parts.guard.register(
            form.get("tenant", ""), form.get("email", ""), form.get("password", ""), address=_address(request)
        )
        return await _logged_in(request, parts, form)
    except SymphainyError as error:
        if error.status >= 500:
            raise
        said = f"{error.detail} {error.remedy or ''}".strip()
        return _new_user(local(form.get("next", "/")), said, status=error.status)


@router.post("/logout")
async def logout(request: Request, parts: Parts) -> Response:
    """End the session and forget the cookie."""
    _own_page(request)
    if who := await _who(request, parts):
        await parts.guard.logout(who.token)
    response = RedirectResponse("/", status_code=303)
    forget(response, request)
    return response


async def _who(request: Request, parts: SolutionParts) -> Caller | None:
    cookie = request.cookies.get(cookie_name(request))
    try:
        return await identify(parts.guard, cookie) if cookie else None
    except SymphainyError:
        return None


def _new_user(next: str, said: str = "", status: int = 200) -> HTMLResponse:
    told = f'<p class="away" role="alert">{escape(said)}</p>' if said else ""
    form = _FORM.format(to="/register", next=escape(next), word="new-password", says="Create and log in")
    return HTMLResponse(
        reference.document("New user · Symphainy", f"<h1>New user</h1>{told}{form}"), status_code=status
    )


async def _form(request: Request) -> dict[str, str]:
    _own_page(request)
    return dict(parse_qsl((await _body(request)).decode("utf-8", "replace"), max_num_fields=8))


async def _logged_in(request: Request, parts: SolutionParts, form: dict[str, str]) -> Response:
    found = await parts.guard.login(
        form.get("tenant", ""), form.get("email", ""), form.get("password", ""), address=_address(request)
    )
    response = RedirectResponse(local(form.get("next", "/")), status_code=303)
    remember(response, request, Login.model_validate(found, from_attributes=True))
    return response


def _own_page(request: Request) -> None:
    if not origins.admitted(request.headers.get("origin", ""), request.headers.get("host", "")):
        raise Refused("this form is sent from its own page only", code="origin")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise TooLarge("the form is over its limit")
    return body
