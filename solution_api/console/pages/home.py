"""Home: the six planes and how they are, the roll of the city, the realms with what they can do, agents, solutions."""

import asyncio
from typing import Any

from symphainy.foundations.experience.models import Health
from symphainy.foundations.experience.solution_models import CatalogView, PlaneStatus, Solution
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.errors import SymphainyError
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import Words, away, box, card, cell, link, nothing, state, table

REALMS = ("content", "insights", "journey", "solution")


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/", "Home", places)(build)


async def build(desk: Desk) -> None:
    """Ask both planes once, at the same time."""
    status, catalog, solutions, health = await asyncio.gather(
        desk.solution.status(), desk.solution.capabilities(), desk.solution.solutions(), _health(desk)
    )
    live = [each for each in solutions.items if each.status == "deployed"]
    with box("div", "stack"):
        _planes(desk, status, catalog, health, live)
        _city(status)
        _realms(catalog)
        with box("div", "two"):
            _agents([c for c in catalog.contracts if c.agent])
            _solutions(live)


async def _health(desk: Desk) -> Health:
    try:
        return await desk.platform.health()
    except SymphainyError:
        return Health(status="unavailable")


def planes(
    status: PlaneStatus, catalog: CatalogView, health: Health, live: list[Solution]
) -> list[tuple[str, str, str, str]]:
    """The six planes of document 001: name, state, what says so, and what it is for."""
    owners = {c.owner for c in catalog.contracts}
    runtime = str(status.planes.get("runtime", ""))
    realms = [name for name in REALMS if name in owners]
    surfaces = sum(len(each.bindings) for each in live)
    return [
        ("Agentic IDP", "ok" if catalog.contracts else "away", f"{len(catalog.contracts)} capabilities registered", "build the platform"),
        ("Runtime", "ok" if runtime.startswith("alive") else "away", runtime, "execute"),
        ("Smart City", "ok" if len(status.city) == 8 else "degraded", f"{len(status.city)} services observing and governing", "govern"),
        ("Realm", "ok" if len(realms) == len(REALMS) else "degraded", f"{len(realms)} of {len(REALMS)} registered", "make capabilities"),
        ("Solution", "ok", f"{len(live)} deployed", "define and watch"),
        ("Experience", health.status, f"{surfaces} surfaces bound", "deliver"),
    ]  # fmt: skip


def _planes(desk: Desk, status: PlaneStatus, catalog: CatalogView, health: Health, live: list[Solution]) -> None:
    references = {"Solution": f"{desk.places.solution}/docs", "Experience": f"{desk.places.experience}/docs"}
    references["Runtime"] = desk.places.temporal_ui
    with box("div", "grid").props('aria-label="Planes" role="list"'):
        for name, word, says, purpose in planes(status, catalog, health, live):
            with box("section", "card").props('role="listitem"'):
                with box("header", "card-head"):
                    Words(name, "h2")
                    state(word, "alive" if word == "ok" else word)
                Words(says, "p")
                Words(purpose, "p", "dim small")
                if name in references:
                    away("Temporal Web UI" if name == "Runtime" else "API reference", references[name], "small")


def _city(status: PlaneStatus) -> None:
    with card("Smart City", "the roll of its services, in the order in which they wrap a step"):
        if not status.city:
            return nothing("No service has answered the roll. Is a worker up? `symphainy status` tells.")
        rows = table(("Service", "State", "Rules", "Offers"), "Services of the Smart City")
        for entry in status.city:
            about: dict[str, Any] = entry if isinstance(entry, dict) else {"service": entry}
            with rows.row():
                with cell("nowrap"):
                    Words(str(about.get("service", "")).replace("_", " ").title(), "b")
                with cell("nowrap"):
                    state("ok" if about.get("alive", True) else "away", "on duty")
                for key in ("rules", "offers"):
                    with cell():
                        _chips(about.get(key) or ())


def _realms(catalog: CatalogView) -> None:
    with box("div", "two"):
        for realm in REALMS:
            mine = [c for c in catalog.contracts if c.owner == realm]
            intents = [r.intent for r in catalog.routes if r.owner == realm]
            with card(f"{realm.title()} realm", f"{len(mine)} capabilities, answers {len(intents)} intents"):
                if not mine:
                    nothing("No worker has registered it.")
                with box("div", "chips"):
                    for contract in mine:
                        Words(contract.ref, "span", f"chip {contract.determinism}").tooltip(
                            f"{contract.title or contract.name}: {contract.determinism}"
                        )
                if intents:
                    Words("Intents", "h3")
                    _chips(intents)


def _agents(agents: list[Contract]) -> None:
    with card("Agents", "reason over facts, cite them, change nothing"):
        if not agents:
            nothing("No agent is attached to a realm.")
        for each in agents:
            with box("div", "line"):
                Words(each.title or each.name, "b")
                Words(each.ref, "span", "mono")
                Words(each.determinism, "span", "dim small")


def _solutions(live: list[Solution]) -> None:
    with card("Deployed solutions", "and where they can be met"):
        if not live:
            nothing("Nothing is deployed yet.")
            link("Define and deploy one", "/solutions")
        for each in live:
            with box("div", "line"):
                link(each.title or each.name, "/solutions")
                Words(f"{each.name} {each.version}", "span", "mono")
            _chips(surface(binding) for binding in each.bindings)


def surface(binding: Any) -> str:
    """A binding in one line: where a solution is met, and by which name.

    >>> surface({"kind": "rest", "name": "ask", "about": {"path": "/ask", "method": "POST"}})
    'rest · POST /ask'
    >>> surface({"kind": "chat", "name": "desk", "about": {"method": "POST", "field": "question"}})
    'chat · desk'
    """
    about = {**(binding.get("about") or {}), **binding}
    kind = about.get("kind") or about.get("surface") or "surface"
    where = " ".join(str(about[key]) for key in ("method", "path") if about.get(key)) if kind == "rest" else ""
    return f"{kind} · {where or about.get('name', '')}"


def _chips(words: Any) -> None:
    with box("div", "chips"):
        for word in words:
            Words(word, "span", "chip")
