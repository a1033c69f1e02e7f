"""The tools of Insights: the way between them, and running what one asks for while its result is waited for."""

from typing import Any

from nicegui import ui

from symphainy.foundations.experience import Result
from symphainy.foundations.language.errors import from_problem
from symphainy.foundations.language.model import Json
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.widgets import Words, box, button, link, nothing, state

TOOLS = (
    ("/insights", "Ask"),
    ("/insights/quality", "Quality"),
    ("/insights/map", "Mapping"),
    ("/insights/mash", "Mash"),
)
PATIENCE = 600.0
"""Seconds for which a page waits; what takes longer goes on, and is found in Runs."""


def tools(here: str) -> None:
    """Links to all tools, the one that is open marked."""
    with ui.element("nav").classes("tabs").props('aria-label="Tools of Insights"'):
        for to, word in TOOLS:
            entry = link(word, to, "tab here" if to == here else "tab")
            if to == here:
                entry.props('aria-current="true"')


class Place:
    """Where a result is drawn; while it is waited for, what is done and a way to stop it."""

    def __init__(self, desk: Desk, label: str, hint: str) -> None:
        self._desk, self._run = desk, ""
        self.area = ui.element("div").classes("stack").props('aria-live="polite" role="region"')
        self.area.props["aria-label"] = label
        with self.area:
            nothing(hint)

    def clear(self) -> None:
        """Nothing there."""
        self.area.clear()

    async def run(self, doing: str, intent: str, payload: dict[str, Json]) -> dict[str, Any] | None:
        """Submit and wait; the output, or None where there is none: then the page says why."""
        self._wait(doing)
        try:
            accepted = await self._desk.platform.submit(intent, payload)
            self._run = accepted.execution_id
            found = await self._desk.platform.result(self._run, wait=PATIENCE)
        finally:
            self.clear()
        if isinstance(found.output, dict) and found.status == "completed":
            return found.output
        with self.area:
            _why(found)
            self.how()
        return None

    def how(self, what: str = "this") -> None:
        """A link to the run that the last result came from."""
        link(f"How {what} came about", f"/runs/{self._run}", "small")

    def _wait(self, doing: str) -> None:
        self._run = ""
        self.clear()
        with self.area, box("div", "line"):
            ui.spinner(size="1.2rem").props('aria-hidden="true"')
            Words(doing, "span", "dim")
            button("Stop", self._stop, kind="plain")

    async def _stop(self) -> None:
        if self._run:
            await self._desk.platform.cancel(self._run)


def _why(found: Result) -> None:
    if found.error is not None:
        frame.problem(from_problem(found.error))
    else:
        state(found.status)
        nothing("It was stopped." if found.closed else "It takes longer than this page waits; it goes on, see its run.")
