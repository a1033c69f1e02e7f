"""What all pages have in common: who is there, the way round, light and dark, and a page that fails in words."""

import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from symphainy.foundations.language.errors import SymphainyError, Unauthenticated
from symphainy.solution_api.console.desk import Desk, tell
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import Words, box, link

Builder = Callable[..., Awaitable[None]]
MENU = (
    ("/", "Home", "home"), ("/content", "Content", "description"), ("/insights", "Insights", "lightbulb"),
    ("/runs", "Runs", "timeline"), ("/lineage", "Lineage", "account_tree"), ("/solutions", "Solutions", "widgets"),
    ("/chat", "Chat", "forum"),
)  # fmt: skip
THEME = "symphainy-theme"
RENEW = "fetch('/console/renew', {method: 'POST', credentials: 'same-origin'})"
RENEW_SECONDS = 300.0
STYLE = (Path(__file__).parent / "console.css").read_text("utf-8")


def page(path: str, title: str, places: Places) -> Callable[[Builder], Builder]:
    """Register a page: its builder is called with the desk of who looks, and with the path's parts by name."""

    def register(build: Builder) -> Builder:
        async def show(request: Request, **given: Any) -> Response | None:
            desk = await Desk.open(request, places)
            if desk is None:
                there = f"/console{request.url.path.removeprefix('/console')}"
                there += f"?{request.url.query}" if request.url.query else ""
                return RedirectResponse(f"/console/renew?next={quote(there, safe='')}", status_code=303)
            client = ui.context.client
            client.on_delete(desk.close)
            client.on_exception(tell)
            with _frame(desk, path, title, request):
                try:
                    await build(desk, **given)
                except Unauthenticated as error:
                    tell(error)
                except SymphainyError as error:
                    problem(error)
                # Last: a timer waits for the browser, and what is not built by then comes after the page.
                ui.timer(RENEW_SECONDS, lambda: ui.run_javascript(RENEW), immediate=False)
            return None

        asked = [p for p in inspect.signature(build).parameters.values() if p.name != "desk"]
        first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
        show.__signature__ = inspect.Signature([first, *asked])  # type: ignore[attr-defined]
        ui.page(path, title=f"{title} · Symphainy", response_timeout=20.0)(show)
        return build

    return register


def problem(error: SymphainyError) -> None:
    """A refusal where the page would be."""
    with box("section", "card problem").props('role="alert"'):
        told = error.problem()
        Words(told.title, "h2")
        Words(told.detail or "The platform gave no reason.", "p")
        if told.remedy:
            Words(told.remedy, "p", "dim")


def _frame(desk: Desk, path: str, title: str, request: Request) -> ui.element:
    chosen = {"light": False, "dark": True}.get(request.cookies.get(THEME, ""))
    if chosen is not None:
        ui.dark_mode(chosen)
    ui.colors(primary="#3550c9", positive="#1d7a37", negative="#b3261e")
    with ui.context.client.layout:
        side = ui.element("nav").classes("side").props('aria-label="Pages"')
    side.move(target_index=0)  # before the page, in reading order as on the screen
    with side:
        link("Symphainy", "/", "brand")
        for to, word, icon in MENU:
            here = to == path or (to != "/" and path.startswith(to))
            with ui.link(target=to).classes("entry here" if here else "entry") as entry:
                ui.icon(icon).props('aria-hidden="true"')
                Words(word)
            if here:
                entry.props('aria-current="page"')
        with box("div", "foot"):
            Words(desk.tenant, "b")
            Words(", ".join(desk.session.principal.roles) or "no role", "span", "dim small")
            with box("div", "tools"):
                _theme()
                with ui.element("form").props('method="post" action="/logout"'):
                    Words("Log out", "button", "quiet").props('type="submit"')
    place = box("div", "main").props('tabindex="-1"')
    with place:
        Words(title, "h1")
    ui.skip_link("Skip to the page", target=place)
    return place


def _theme() -> None:
    turn = (
        "() => { Quasar.Dark.toggle(); document.cookie = "
        f"'{THEME}=' + (Quasar.Dark.isActive ? 'dark' : 'light') + '; path=/console; max-age=31536000; samesite=strict' }}"
    )
    Words("Light / dark", "button", "quiet").props('type="button"').on("click", js_handler=turn)
