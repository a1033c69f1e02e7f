"""Content: files in, watched until they can be found; the documents that are there; search, with the exact words marked."""

import tempfile
from pathlib import Path

from nicegui import events, ui

from symphainy.foundations.experience import Result, Uploaded
from symphainy.foundations.experience.models import Document
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.records import Event
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk, tell
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.spans import cited
from symphainy.solution_api.console.timeline import Timeline
from symphainy.solution_api.console.viewer import citation
from symphainy.solution_api.console.widgets import Words, box, button, card, cell, link, moment, nothing, state, table


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/content", "Content", places)(build)


async def build(desk: Desk) -> None:
    """Two columns: what is there, and finding in it."""
    with box("div", "two"):
        with box("div", "stack"):
            shelf = Shelf(desk)
            Intake(desk, shelf)
            await shelf.show()
        _search(desk)


class Shelf:
    """The admitted documents."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self) -> None:
        """Draw the list where we are."""
        with card("Documents", "admitted: agents may cite them"):
            self._place = ui.element("div")
        await self.refresh()

    async def refresh(self) -> None:
        """Ask again."""
        found = await self._desk.platform.documents()
        self._place.clear()
        with self._place:
            if not found:
                return nothing("There are no documents yet. Upload one above.")
            rows = table(("Title", "Id", "Since"), "Documents")
            for each in found:
                with rows.row():
                    _document(each)


def _document(each: Document) -> None:
    with cell():
        link(each.title or each.document_id, f"/content/{each.document_id}")
    with cell("mono small dim"):
        Words(f"{each.document_id[:14]}…").props(f'title="{each.document_id}"')
    with cell("nowrap"):
        moment(each.created_at)


class Intake:
    """Takes files in, and shows each on its way."""

    def __init__(self, desk: Desk, shelf: Shelf) -> None:
        self._desk, self._shelf = desk, shelf
        with card("Upload", f"up to {desk.places.upload // 2**20:,} MiB each"):
            ui.upload(
                label="Choose files, or drop them here", multiple=True, auto_upload=True, max_file_size=desk.places.upload,
                on_upload=self._taken, on_rejected=lambda: ui.notify("That file is too large.", type="negative"),
            ).props('flat bordered hide-upload-btn aria-label="Upload files"')  # fmt: skip
            self._jobs = ui.element("div").classes("stack")

    async def _taken(self, event: events.UploadEventArguments) -> None:
        with self._jobs, box("div", "job"):
            with box("div", "line"):
                Words(event.file.name, "b")
                Words(f"{event.file.size():,} bytes", "span", "dim small")
                status = state("running", "sending")
            bar = ui.linear_progress(0, show_value=False, size="4px").props(
                f'aria-label="Sending {len(event.file.name)}"'
            )
            line = Timeline(f"What happens to {event.file.name}")
        try:
            sent = await self._sent(event, bar)
            bar.delete()
            status.text = "working"
            await line.follow(self._desk, sent.execution_id, lambda e: _state(status, e))
            with line.items, box("li"):
                Words("")
                link("The whole run", f"/runs/{sent.execution_id}")
            await self._shelf.refresh()
        except SymphainyError as error:
            status.text = "failed"
            status.classes(remove="busy", add="bad")
            tell(error)

    async def _sent(self, event: events.UploadEventArguments, bar: ui.linear_progress) -> Uploaded:
        def moved(done: int, size: int) -> None:
            bar.value = done / size if size else 1.0

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            await event.file.save(path)
            return await self._desk.platform.upload(
                path, name=event.file.name, media_type=event.file.content_type or None,
                progress=moved,
            )  # fmt: skip


def _state(status: Words, event: Event) -> None:
    if event.type == "execution.completed":
        status.text = "can be found and cited"
        status.classes(remove="busy", add="ok")
    elif event.type in ("execution.faulted", "execution.cancelled", "execution.terminated", "intent.refused"):
        status.text = event.type.replace(".", " ")
        status.classes(remove="busy", add="bad")


def _search(desk: Desk) -> None:
    async def search() -> None:
        if not query.value.strip():
            return
        hits.clear()
        with hits:
            ui.spinner(size="1.5rem").props('aria-label="Searching"')
        try:
            found = await desk.platform.search(query.value.strip())
        finally:
            hits.clear()
        with hits:
            output = found.output if isinstance(found, Result) else None
            places = cited(output)
            if not places:
                nothing("Nothing was found in the admitted documents.")
            for place in places:
                citation(desk, place)

    with card("Search", "in all admitted documents; a hit opens its place"):
        with box("div", "ask"):
            query = ui.input("Words or a question").props("outlined dense").classes("grow").on("keydown.enter", search)
            button("Search", search)
        hits = ui.element("div").props('aria-live="polite" aria-label="Hits" role="region"')
        with hits:
            nothing("Hits appear here, best first.")
