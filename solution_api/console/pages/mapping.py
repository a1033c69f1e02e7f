"""Mapping: the fields of a table onto those of another, or of a model, with what speaks for each; looked at, changed, and made."""

from typing import Any

from nicegui import ui

from symphainy.foundations.language.model import Json
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.columns import Columns
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.mashing import Mash
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.tables import TableChoice, called
from symphainy.solution_api.console.tools import Place, tools
from symphainy.solution_api.console.widgets import Words, box, button, card, nothing

FIELDS = "One field per line; what it means after a colon"


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/insights/map", "Insights", places)(build)


async def build(desk: Desk) -> None:
    """Two sides, a proposal, a data set."""
    tools("/insights/map")
    documents = await desk.platform.documents()
    with box("div", "stack"):
        page = Mapper(desk)
        with card("Map a table", "onto another table, or onto the fields of a model"):
            with box("div", "two"):
                source = TableChoice(desk, documents, "From", page.look)
                with box("div", "stack"):
                    target = TableChoice(desk, documents, "Onto", page.look)
                    model = ui.textarea("… or onto these fields", placeholder=FIELDS, on_change=page.look)
                    model.props("outlined dense autogrow input-style='min-height: 3.2rem'").classes("grow")
            page.draw(source, target, model)


class Mapper:
    """The page: two sides, and what was proposed for them."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._source = desk, dict[str, Json]()

    def draw(self, source: TableChoice, target: TableChoice, model: ui.textarea) -> None:
        """The button, and where the results go."""
        self._from, self._onto, self._model = source, target, model
        self._go = button("Propose a mapping", self.propose)
        self._go.disable()
        self._place = Place(self._desk, "Proposal", "Choose both sides. Nothing is done by a proposal.")

    def look(self, _: object = None) -> None:
        """A side was chosen, or changed."""
        if hasattr(self, "_go"):
            self._go.set_enabled(self._from.chosen is not None and self._target() is not None)

    def _target(self) -> dict[str, Json] | None:
        named = fields(str(self._model.value or ""))
        chosen = self._onto.chosen
        return {"fields": named} if named else chosen.side() if chosen else None

    async def propose(self) -> None:
        """Run ``insights.match``, then ``insights.map`` on what it found."""
        source, target = self._from.chosen, self._target()
        if source is None or target is None:
            return
        self._go.disable()
        name = called(source.title)
        self._source = {"name": name, "data": source.data.model_dump(mode="json"), "table": source.number}
        try:
            matched = await self._place.run(
                "Comparing fields", "insights.match", {"source": source.side(), "target": target}
            )
            if matched is None:
                return
            asked = {"source": name, **{key: matched[key] for key in ("pairs", "further", "derived", "open")}}
            found = await self._place.run("Weighing what was found", "insights.map", asked)
        finally:
            self._go.enable()
        if found is not None:
            with self._place.area:
                self._proposed(found, matched["unmatched"])

    def _proposed(self, found: dict[str, Any], unmatched: list[str]) -> None:
        value = found["value"]
        if not value["columns"]:
            nothing("Nothing of one side was found on the other.")
            return self._place.how()
        Words(found["answer"], "p", "answer")
        for line in value["look"]:
            Words(line, "p", "look")
        chosen = Columns(value["columns"], {fact["target"]: fact for fact in found["facts"]})
        for label, names in (("Not reached", value["open"]), ("Not used", unmatched)):
            if names:
                with box("div", "line"):
                    Words(label, "h3")
                    for name in names:
                        Words(name, "span", "chip")
        self._place.how()
        Mash(
            self._desk, lambda: {"sources": [self._source], "columns": chosen.taken()}, f"{self._source['name']}-mapped"
        )


def fields(text: str) -> list[Json]:
    r"""A model's fields from lines.

    >>> fields("id\nborn: date of birth\n\n")
    [{'name': 'id', 'description': ''}, {'name': 'born', 'description': 'date of birth'}]
    """
    cut = (line.partition(":") for line in text.splitlines())
    return [{"name": name.strip(), "description": said.strip()} for name, _, said in cut if name.strip()]
