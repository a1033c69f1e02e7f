"""Lineage: where a value came from, down to file, step and definition; or what came from it."""

from urllib.parse import quote

from nicegui import ui

from symphainy.foundations.experience.branches import Branch, branches
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import Words, box, button, card, link, nothing

SHOWN = 300
"""Lines of a tree that are drawn: more is not read, it is asked anew from a node further on."""
WAYS = {"back": "Where it came from", "forward": "What came from it"}
PAGES = {"run": "/runs/", "document": "/content/"}


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/lineage", "Lineage", places)(build)


async def build(desk: Desk, value: str = "", direction: str = "back") -> None:
    """``value``: an id of a run or document, a SHA-256, or a node of a tree before."""

    async def trace() -> None:
        asked = str(field.value or "").strip()
        if not asked:
            return
        found = await desk.solution.lineage(asked, str(way.value))
        place.clear()
        with place:
            _tree(branches(found.edges, forward=way.value == "forward"))

    with card("Trace a value", "file, span, step, run, definition, capability and policies that made it"):
        with box("div", "ask"):
            field = ui.input("Id of a run or a document, or SHA-256", value=value[:512]).props(
                "outlined dense maxlength=512"
            )
            field.classes("grow").on("keydown.enter", trace)
            way = ui.select(WAYS, value=direction if direction in WAYS else "back", label="Direction")
            way.props("outlined dense options-dense")
            button("Trace", trace)
        place = ui.element("div").props('aria-live="polite" role="region" aria-label="Lineage"')
        with place:
            nothing("A run's id, a document's id or the SHA-256 of a file begins a trace.")
    if value:
        await trace()


def _tree(found: list[Branch]) -> None:
    if not found:
        return nothing("Nothing is known of it.")
    with box("ul", "tree"):
        for one in found[:SHOWN]:
            with ui.element("li").style(f"padding-left: {min(one.depth, 20) * 1.4}rem"):
                if one.relation:
                    Words(one.relation.replace("-", " "), "span", "dim small")
                _node(one.node)
                if one.again:
                    Words("shown above", "span", "dim small")
    if len(found) > SHOWN:
        nothing(f"{len(found) - SHOWN:,} more; trace a node further on.")


def _node(node: str) -> None:
    kind, _, name = node.partition(":")
    Words(kind, "span", "chip")
    link(name, f"{PAGES[kind]}{name}" if kind in PAGES else f"/lineage?value={quote(node, safe='')}", "mono small")
