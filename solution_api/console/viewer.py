"""A document to read, leaf by leaf, with a span marked; and the citations that open one."""

from nicegui import ui

from symphainy.foundations.experience.models import Passage
from symphainy.foundations.language.errors import SymphainyError
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.frame import problem
from symphainy.solution_api.console.spans import Cited, leaf_of, leaves, marked
from symphainy.solution_api.console.widgets import Words, box, button, link

SHOW = "document.getElementById('span')?.scrollIntoView({block: 'center'})"


class Viewer:
    """Shows one leaf of a document at a time."""

    def __init__(self, desk: Desk, about: Passage, span: tuple[int, int] | None = None) -> None:
        self._desk, self._about, self._span = desk, about, span
        self._leaves = leaves(about.pages, about.characters)
        self._at = leaf_of(self._leaves, span[0]) if span else 0
        with box("div", "line"):
            self._back = button("Previous", lambda: self.turn(-1), kind="plain")
            self._where = Words("", "span", "dim").props('aria-live="polite"')
            self._next = button("Next", lambda: self.turn(1), kind="plain")
        self._paper = ui.html("", sanitize=False).classes("paper").props('tabindex="0" role="document"')
        self._paper.props(f'aria-label="Text of {about.line.document_id}"')

    async def turn(self, by: int) -> None:
        """On, or back."""
        self._at = min(max(self._at + by, 0), len(self._leaves) - 1)
        await self.show()

    async def show(self) -> None:
        """Fetch the leaf and show it, scrolled to the span if it is there."""
        leaf, spans = self._leaves[self._at], [self._span] if self._span else []
        end = max(
            [leaf.end, *(e for s, e in spans if leaf.start <= s < leaf.end)]
        )  # a span may run over its page's end
        found = await self._desk.platform.document(
            self._about.line.document_id, start=leaf.start, length=end - leaf.start
        )
        self._paper.content = marked(found.text, found.start, spans)
        name = "Page" if self._about.pages else "Part"
        self._where.text = f"{name} {self._at + 1} of {len(self._leaves)}"
        self._back.set_enabled(self._at > 0)
        self._next.set_enabled(self._at < len(self._leaves) - 1)
        if self._span:
            ui.run_javascript(f"setTimeout(() => {SHOW}, 60)")


async def opened(desk: Desk, cite: Cited) -> None:
    """A sheet over the page: the document at the place that is cited."""
    with desk.page, ui.dialog().props('aria-label="Cited place"') as dialog, box("div", "sheet stack"):
        dialog.on("hide", dialog.delete)
        with box("div", "line"):
            Words(cite.place, "h2", "grow")
            link("Open the document", f"/content/{cite.document}?start={cite.start}&end={cite.end}")
            button("Close", dialog.close, kind="plain")
        try:
            about = await desk.platform.document(cite.document, length=0)
            viewer = Viewer(desk, about, (cite.start, cite.end))
            await viewer.show()
        except SymphainyError as error:
            problem(error)
    dialog.open()


def citation(desk: Desk, cite: Cited) -> None:
    """A quote that opens its place."""
    with ui.element("button").classes("cite").props('type="button"') as made:
        Words(f"“{' '.join(cite.quote.split())}”" if cite.quote else "Open the place", "div")
        Words(cite.place, "div", "dim small")
    made.on("click", lambda: opened(desk, cite))
