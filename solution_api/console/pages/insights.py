"""Insights: a question, answered by the exact words of a document; and the quality of a table, column by column."""

from typing import Any

from nicegui import ui

from symphainy.foundations.experience import Result
from symphainy.foundations.experience.models import Document, Passage
from symphainy.foundations.language.errors import from_problem
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.answers import show_answer
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import Words, box, button, card, cell, facts, link, nothing, state, table


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/insights", "Insights", places)(build)


async def build(desk: Desk, profile: str = "", number: int = 0) -> None:
    """Asking above, measuring below. ``profile`` and ``number`` name what to measure at once."""
    documents = await desk.platform.documents()
    with box("div", "stack"):
        _ask(desk, documents)
        quality = Quality(desk, documents, profile, number)
    if profile:
        await quality.choose()
        await quality.measure()


def _ask(desk: Desk, documents: tuple[Document, ...]) -> None:
    async def ask() -> None:
        question = str(asked.value or "").strip()
        if not question:
            return
        place.clear()
        with place:
            ui.spinner(size="1.5rem").props('aria-label="Reading"')
        try:
            found = await desk.platform.run("insights.ask", {"question": question, "documents": list(only.value or ())})
        finally:
            place.clear()
        with place:
            _answered(desk, found)

    with card("Ask", "the answer is a sentence of your documents, word for word, or an honest no"):
        with box("div", "ask"):
            asked = ui.input("Question").props("outlined dense maxlength=1000").classes("grow").on("keydown.enter", ask)
            button("Ask", ask)
        names = {each.document_id: each.title or each.document_id for each in documents}
        only = ui.select(names, multiple=True, label="Only in these documents", clearable=True)
        only.props("outlined dense options-dense use-chips").classes("grow")
        place = ui.element("div").props('aria-live="polite" role="region" aria-label="Answer"')
        with place:
            nothing("Upload documents in Content, then ask about them." if not documents else "Answers appear here.")


def _answered(desk: Desk, found: Result) -> None:
    if found.status != "completed":
        if found.error is None:
            state(found.status)
        else:
            frame.problem(from_problem(found.error))
    else:
        show_answer(desk, found.output)
    link("How this answer came about", f"/runs/{found.execution_id}", "small")


class Quality:
    """Measures a table of a document."""

    def __init__(self, desk: Desk, documents: tuple[Document, ...], chosen: str, number: int) -> None:
        self._desk, self._number, self._about = desk, number, dict[str, Passage]()
        names = {each.document_id: each.title or each.document_id for each in documents}
        with card("Quality of a table", "how full, how distinct, of which type each column is"):
            with box("div", "ask"):
                self._document = ui.select(names, label="Document", value=chosen if chosen in names else None)
                self._document.props("outlined dense options-dense").classes("grow")
                self._table = ui.select({}, label="Table").props("outlined dense options-dense").classes("grow")
                self._go = button("Measure", self.measure)
            self._place = ui.element("div").props('aria-live="polite" role="region" aria-label="Profile"')
        self._table.set_visibility(False)
        self._go.disable()
        self._document.on_value_change(self.choose)
        with self._place:
            nothing("Choose a document with a table, a CSV file for example.")

    async def choose(self) -> None:
        """Look which tables the chosen document has."""
        self._place.clear()
        name = self._document.value
        if not name:
            return
        about = self._about[name] = await self._desk.platform.document(name, length=0)
        names = {i: t.name or f"table {i + 1} ({t.rows:,} rows)" for i, t in enumerate(about.tables)}
        self._table.set_options(names, value=self._number if self._number in names else next(iter(names), None))
        self._table.set_visibility(len(names) > 1)
        self._go.set_enabled(bool(names))
        with self._place:
            if not names:
                nothing("This document has no table.")

    async def measure(self) -> None:
        """Run ``insights.profile`` on the chosen table."""
        about = self._about[self._document.value]
        asked = {"text": about.parsed.model_dump(mode="json"), "table": self._table.value}
        self._go.disable()
        try:
            found = await self._desk.platform.run("insights.profile", asked)
        finally:
            self._go.enable()
        self._place.clear()
        with self._place:
            if found.error is not None:
                frame.problem(from_problem(found.error))
            elif isinstance(found.output, dict):
                _profile(found.output)
            link("How this came about", f"/runs/{found.execution_id}", "small")


def _profile(found: dict[str, Any]) -> None:
    facts(
        (
            ("Table", found.get("name")), ("Rows", f"{found['rows']:,}"), ("Duplicate rows", f"{found['duplicates']:,}"),
            ("Complete", f"{found['completeness']:.1%}"),
        )
    )  # fmt: skip
    rows = table(("Column", "Type", "Complete", "Distinct", "Unique", "Least", "Most"), "Columns of the table")
    for each in found["columns"]:
        with rows.row():
            with cell():
                Words(each["name"], "b")
            with cell():
                Words(each["type"], "span", "chip")
            for text in (f"{each['completeness']:.1%}", f"{each['distinct']:,}", f"{each['uniqueness']:.1%}"):
                with cell("nowrap"):
                    Words(text)
            for key in ("least", "most"):
                with cell("nowrap"):
                    Words(each.get(key) or "", "span", "mono")
