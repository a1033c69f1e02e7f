"""Runs: what runs and what has run, newest first, and what needs a person."""

from datetime import UTC, datetime

from nicegui import ui

from symphainy.foundations.experience.models import Execution, Executions, Status
from symphainy.foundations.language.errors import Refused
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk, tell
from symphainy.solution_api.console.needs import Needs
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import (
    Words,
    box,
    button,
    card,
    cell,
    link,
    moment,
    nothing,
    state,
    table,
    took,
)

EVERY = 3.0
"""Seconds between two looks at the list."""
STATES = {"": "All", "running": "Running", "waiting": "Waiting", "suspended": "Suspended", "pending": "Pending",
          "completed": "Completed", "faulted": "Faulted", "cancelled": "Cancelled"}  # fmt: skip


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/runs", "Runs", places)(build)


async def build(desk: Desk, status: str = "", solution: str = "") -> None:
    """The list, and above it what waits for a person."""
    with box("div", "stack"):
        needs = Needs(desk)
        await needs.refresh()
        found = Listing(desk, status if status in STATES else "", solution)
        await found.refresh()

    async def look() -> None:
        await found.look()
        await needs.refresh()

    ui.timer(EVERY, look)


class Listing:
    """The tenant's executions; for who may not see all of them, their own."""

    def __init__(self, desk: Desk, status: str, solution: str) -> None:
        self._desk, self._mine, self._more, self._shown = desk, False, list[Execution](), object()
        with card("Executions", classes="grow"):
            with box("div", "line"):
                self._status = ui.select(STATES, value=status, label="State", on_change=self.refresh)
                self._status.props("outlined dense options-dense").style("min-width: 9rem")
                self._solution = ui.input("Solution", value=solution).props("outlined dense clearable debounce=400")
                self._solution.on_value_change(self.refresh)
                self._note = Words("", "span", "dim small")
            self._place = ui.element("div")
            self._next = button("Older", self.older, kind="plain")
            self._next.set_visibility(False)

    async def look(self) -> None:
        """Ask again, unless older pages are open; a list that blinks away under the reader helps nobody."""
        if not self._more:
            try:
                await self.refresh()
            except Exception as error:
                tell(error)

    async def refresh(self) -> None:
        """The newest page."""
        self._more = []
        self._draw(await self._page(None))

    async def older(self) -> None:
        """The page after what is shown."""
        found = await self._page(self._cursor)
        self._more = [*self._items]
        self._draw(found)

    async def _page(self, after: str | None) -> Executions:
        status: Status | None = self._status.value or None
        solution = str(self._solution.value or "").strip()
        try:
            return await self._desk.solution.executions(status=status, solution=solution, mine=self._mine, after=after)
        except Refused:
            if self._mine:
                raise
            self._mine, self._note.text = True, "your own"
            return await self._page(after)

    def _draw(self, page: Executions) -> None:
        self._items, self._cursor = [*self._more, *page.items], page.next
        self._next.set_visibility(page.next is not None)
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        if self._shown == (shown := (tuple(self._items), now)):
            return
        self._shown = shown
        self._place.clear()
        with self._place:
            if not self._items:
                return nothing(
                    "No execution fits. Upload a document in Content, or ask in Insights, and it appears here."
                )
            rows = table(("Intent", "State", "Solution", "Started", "Took", "Run"), "Executions")
            for each in self._items:
                with rows.row():
                    _run(each)


def _run(each: Execution) -> None:
    with cell():
        link(each.intent or each.definition or each.execution_id, f"/runs/{each.execution_id}")
    with cell("nowrap"):
        state(each.status)
        if each.compensation != "none":
            state(each.compensation)
    with cell():
        Words(each.solution or "")
    with cell("nowrap"):
        moment(each.started_at)
    with cell("nowrap"):
        Words(took(each.started_at, each.closed_at))
    with cell("mono small dim"):
        Words(f"{each.execution_id[:12]}…").props(f'title="{each.execution_id}"')
