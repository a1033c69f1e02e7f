"""Choosing a table: a document, then one of its tables; what the capabilities of Insights take for it."""

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from nicegui import ui

from symphainy.foundations.experience.models import Document, Passage
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.model import Json
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.widgets import Words, box


@dataclass(frozen=True)
class Chosen:
    """Table ``number`` of a document; ``data`` refers to the parsed document."""

    title: str
    data: ArtifactRef
    number: int
    rows: int
    columns: tuple[str, ...]

    def side(self) -> dict[str, Json]:
        """As a side of a match, and as what a check of quality takes."""
        return {"data": self.data.model_dump(mode="json"), "table": self.number}


def called(title: str, taken: Collection[str] = ()) -> str:
    """What expressions call a source: a word that is not taken.

    >>> called("Claims 2026.csv"), called("2026", ()), called("claims", {"claims", "claims_2"})
    ('claims_2026', 't_2026', 'claims_3')
    """
    word = re.sub(r"\W+", "_", re.sub(r"\.\w{1,5}$", "", title), flags=re.ASCII).strip("_").lower()[:32] or "table"
    name = word if word[0].isalpha() else f"t_{word}"
    return next(one for one in (name, *(f"{name}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)


class TableChoice:
    """Two selects; the second is there only where a document has several tables. ``changed`` hears of every choice."""

    def __init__(
        self, desk: Desk, documents: tuple[Document, ...], label: str, changed: Callable[[], Awaitable[None] | None]
    ) -> None:
        self._desk, self._changed, self._about = desk, changed, dict[str, Passage]()
        self._wanted = "", 0
        names = {each.document_id: each.title or each.document_id for each in documents}
        with box("div", "choice"):
            with box("div", "ask"):
                self._document = ui.select(names, label=label).props("outlined dense options-dense").classes("grow")
                self._table = (
                    ui.select({}, label=f"{label}: table").props("outlined dense options-dense").classes("grow")
                )
            self._note = Words("", "p", "dim small")
        self._table.set_visibility(False)
        self._document.on_value_change(self._look)
        self._table.on_value_change(self._told)

    @property
    def chosen(self) -> Chosen | None:
        """The table; None while there is none."""
        about, number = self._about.get(self._document.value or ""), self._table.value
        if about is None or number is None or number >= len(about.tables):
            return None
        table = about.tables[number]
        title = table.name or about.line.title or about.line.document_id
        return Chosen(title, about.parsed, number, table.rows, table.columns)

    async def choose(self, document: str, number: int = 0) -> None:
        """Choose from outside; a document that is not there is not chosen."""
        if document in (self._document.options or ()):
            self._wanted = document, number
            self._document.set_value(document)
            await self._look()

    async def _look(self, _: object = None) -> None:
        name = str(self._document.value or "")
        number = self._wanted[1] if name == self._wanted[0] else 0
        if name and name not in self._about:
            self._about[name] = await self._desk.platform.document(name, length=0)
        tables = self._about[name].tables if name else ()
        names = {i: each.name or f"table {i + 1} ({each.rows:,} rows)" for i, each in enumerate(tables)}
        self._table.set_options(names, value=number if number in names else next(iter(names), None))
        self._table.set_visibility(len(names) > 1)
        await self._told()

    async def _told(self, _: object = None) -> None:
        found = self.chosen
        self._note.text = (
            f"{found.rows:,} rows, {len(found.columns)} columns: {', '.join(found.columns[:12])}"
            f"{' …' if len(found.columns) > 12 else ''}" if found
            else "This document has no table." if self._document.value else ""
        )  # fmt: skip
        if (waiting := self._changed()) is not None:
            await waiting
