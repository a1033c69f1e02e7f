"""Making a data set from chosen columns, and what came of it: rows, refusals, joins, where each column comes from; into Content."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.tools import Place
from symphainy.solution_api.console.widgets import Words, box, button, cell, facts, link, state, table

Mapping = Callable[[], dict[str, Json]]
"""Sources, joins and columns of a mash, as they stand on the page; Invalid while something of it is open."""
FORMATS = {"csv": "CSV", "xlsx": "Excel"}


class Mash:
    """The last step of mapping and mashing: a name, a format, a button, and the result."""

    def __init__(self, desk: Desk, asked: Mapping, name: str = "mash") -> None:
        self._desk, self._asked = desk, asked
        with box("div", "ask"):
            self._name = (
                ui.input("Name of the data set", value=name).props("outlined dense maxlength=80").classes("grow")
            )
            self._format = ui.select(FORMATS, value="csv", label="Format").props("outlined dense options-dense")
            self._go = button("Create the data set", self.create)
        self._place = Place(desk, "Data set", "It is made from the columns that are taken, and kept with its lineage.")

    async def create(self) -> None:
        """Run ``data_mash.create``."""
        asked = self._asked()
        if not asked["columns"]:
            raise Invalid("No column is taken.", remedy="Take at least one.")
        self._go.disable()
        payload: dict[str, Json] = {**asked, "name": str(self._name.value or "mash"), "format": self._format.value}
        try:
            found = await self._place.run("Reading, joining and casting", "data_mash.create", payload)
        finally:
            self._go.enable()
        if found is not None:
            with self._place.area:
                _facts(found)
                Admission(self._desk, found["data"])
                _details(found)
                self._place.how()


class Admission:
    """A data set on its way into Content, where it can be read, searched, measured and mashed again."""

    def __init__(self, desk: Desk, data: dict[str, Json]) -> None:
        self._desk, self._data = desk, data
        with box("div", "line"):
            self._go = button("Put it into Content", self._put, kind="plain")
            self._said = box("span")
            link("Where it came from", f"/lineage?value={data['sha256']}", "small")

    async def _put(self) -> None:
        self._go.disable()
        with self._said:
            state("running", "on its way")
        found = await self._desk.platform.run("content.upload", {"file": self._data})
        self._said.clear()
        document = found.output.get("document") if isinstance(found.output, dict) else None
        with self._said:
            if document:
                link("Open it in Content", f"/content/{document}")
            else:
                state(found.status)
                link("What became of it", f"/runs/{found.execution_id}")
                self._go.enable()


def _facts(found: dict[str, Any]) -> None:
    facts(
        (
            ("Data set", found["data"]["name"]), ("Rows", f"{found['rows']:,}"), ("Refused", f"{found['rejected']:,}"),
            ("Size", f"{found['data']['size']:,} bytes"), ("SHA-256", found["data"]["sha256"]),
        )
    )  # fmt: skip


def _details(found: dict[str, Any]) -> None:
    refused = [(r["column"], r["reason"], f"{r['rows']:,}") for r in found["reasons"]]
    counted = ("unmatched", "orphans", "fan_out", "most_partners")
    joins = [(j["source"], *(f"{j[key]:,}" for key in counted)) for j in found["joins"]]
    _lines("Refused rows", ("Column", "Why", "Rows"), refused)
    _lines(
        "Joins",
        ("Joined", "Rows without a partner", "Partners not asked for", "Rows with several", "Most partners"),
        joins,
    )
    origins = [(c["target"], ", ".join(c["sources"]), c["rule"]) for c in found["columns"]]
    _lines("Lineage of columns", ("Column", "From", "Rule"), origins)
    with box("details"):
        Words("As SQL", "summary")
        Words(found["sql"], "pre", "json")


def _lines(label: str, head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    if not lines:
        return
    Words(label, "h3")
    rows = table(head, label)
    for line in lines:
        with rows.row():
            for text in line:
                with cell():
                    Words(text)
