"""What needs a person: tasks that somebody is asked to decide, and work items that only a person can settle."""

from typing import Literal

from nicegui import ui

from symphainy.foundations.experience.solution_models import WorkItem
from symphainy.foundations.experience.task_models import TaskLine
from symphainy.foundations.language.errors import Refused, SymphainyError
from symphainy.solution_api.console.approvals import tasks
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.frame import problem
from symphainy.solution_api.console.widgets import Words, box, button, card, cell, facts, link, moment, state, table

Resolution = Literal["retry", "undone", "kept"]
SETTLED = {
    "retry": "It is tried again.", "undone": "It counts as undone by hand.", "kept": "What was done stays.",
}  # fmt: skip


class Needs:
    """A place on a page, of one run or of all; nothing is drawn where nothing is needed."""

    def __init__(self, desk: Desk, execution_id: str = "") -> None:
        self._desk, self._execution = desk, execution_id
        self._shown: tuple[tuple[TaskLine, ...], tuple[WorkItem, ...]] = ((), ())
        self._place = ui.element("div").classes("stack")

    async def refresh(self) -> None:
        """Ask again; what is there stays while nothing has changed."""
        found = (await self._tasks(), await self._work())
        if found == self._shown or self._place.is_deleted:
            return
        self._shown = found
        self._place.clear()
        with self._place:
            if found[0]:
                with card("Decisions that runs wait for", f"{len(found[0])} open"):
                    tasks(self._desk, found[0], self.refresh)
            if found[1]:
                with card("Needs a person", f"{len(found[1])} open"):
                    _items(self._desk, found[1], self)

    async def _tasks(self) -> tuple[TaskLine, ...]:
        try:
            found = await self._desk.platform.tasks()
        except Refused:
            return ()
        return tuple(each for each in found if self._execution in ("", each.execution_id))

    async def _work(self) -> tuple[WorkItem, ...]:
        try:
            return await self._desk.solution.work(self._execution)
        except Refused:
            return ()  # a member's list is still of use without the governors' part


def _items(desk: Desk, items: tuple[WorkItem, ...], place: Needs) -> None:
    rows = table(("What", "Run", "Step", "Why", "Since", "Answer"), "Work items")
    for item in items:
        with rows.row():
            with cell("nowrap"):
                state("bad", item.kind.replace("_", " "))
            with cell("mono small"):
                link(f"{item.execution_id[:12]}…", f"/runs/{item.execution_id}")
            with cell("mono small"):
                Words(item.capability or item.effect_key)
            with cell():
                Words(item.reason)
            with cell("nowrap"):
                moment(item.opened_at)
            with cell("nowrap"):
                button("Settle", lambda item=item: _settle(desk, item, place), kind="plain")


def _settle(desk: Desk, item: WorkItem, place: Needs) -> None:
    async def settled(resolution: Resolution) -> None:
        fault.clear()
        try:
            await desk.solution.settle(item.item_id, resolution, str(note.value or ""))
        except SymphainyError as error:
            with fault:
                problem(error)
            return
        with desk.page:
            ui.notify(SETTLED[resolution], type="positive")
        dialog.close()
        await place.refresh()

    with desk.page, ui.dialog().props('aria-label="Settle"') as dialog, box("div", "sheet stack"):
        dialog.on("hide", dialog.delete)
        Words("Settle what needs a person", "h2")
        facts(
            (("What", item.kind.replace("_", " ")), ("Step", item.capability or item.effect_key), ("Why", item.reason))
        )
        note = ui.input("Note for the record").props("outlined dense maxlength=500")
        fault = box("div")
        with box("div", "line"):
            button("Try again", lambda: settled("retry"), icon="replay")
            button("I have undone it", lambda: settled("undone"), kind="plain")
            button("Leave it as it is", lambda: settled("kept"), kind="plain")
            Words("", "span", "grow")
            button("Later", dialog.close, kind="plain")
    dialog.open()
