"""Mash: several tables to one data set: a leading table, others joined to it, the columns that are wanted."""

import re
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from symphainy.foundations.experience.models import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.columns import Columns
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.mashing import Mash
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.tables import Chosen, TableChoice, called
from symphainy.solution_api.console.tools import tools
from symphainy.solution_api.console.widgets import Words, box, button, card, nothing

KINDS = {"left": "keep rows without a partner", "inner": "drop rows without a partner"}


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/insights/mash", "Insights", places)(build)


async def build(desk: Desk) -> None:
    """Sources, columns, a data set."""
    tools("/insights/mash")
    Masher(desk, await desk.platform.documents())


class Masher:
    """The page: what is chosen so far."""

    def __init__(self, desk: Desk, documents: tuple[Document, ...]) -> None:
        self._desk, self._documents, self._joins = desk, documents, list["Join"]()
        self._columns: Columns | None = None
        self._drawn: object = None
        with box("div", "stack"):
            with card("Sources", "the first table leads: each of its rows is one of the data set"):
                self._lead = TableChoice(desk, documents, "Table", self.look)
                self._others = box("div", "stack")
                self._more = button("Join another table", self.add, icon="add", kind="plain")
                self._more.disable()
            with card("Columns", "what each is called and becomes; a value that does not fit refuses its row"):
                self._place = box("div")
            with card("Data set"):
                Mash(desk, self.asked)
        self.look()

    def add(self) -> None:
        """One table more."""
        with self._others:
            self._joins.append(Join(self._desk, self._documents, self))

    def drop(self, join: "Join") -> None:
        """One table less."""
        self._joins.remove(join)
        self.look()

    def sources(self) -> list[tuple[str, Chosen]]:
        """The chosen tables by name, the leading one first."""
        found: dict[str, Chosen] = {}
        for choice in (self._lead, *(join.choice for join in self._joins)):
            if choice.chosen:
                found[called(choice.chosen.title, found)] = choice.chosen
        return list(found.items())

    def look(self, _: object = None) -> None:
        """Something was chosen: draw what depends on it anew."""
        lead, found = self._lead.chosen, self.sources()
        self._more.set_enabled(lead is not None)
        for place, join in enumerate(self._joins, 1):
            join.offer(found[:place], dict(found[place : place + 1]))
        keys = {join.key for join in self._joins}
        if self._drawn == (found, keys):
            return
        self._drawn = (found, keys)
        self._place.clear()
        with self._place:
            self._columns = Columns(wanted(found, keys)) if lead else None
            if lead is None:
                nothing("Choose a table first.")

    def asked(self) -> dict[str, Json]:
        """The mash as it stands; Invalid while something of it is open."""
        found = self.sources()
        if self._columns is None or len(found) != len(self._joins) + 1:
            raise Invalid("A table is not chosen yet.", remedy="Choose one, or remove its join.")
        sources: list[Json] = [
            {"name": name, "data": table.data.model_dump(mode="json"), "table": table.number} for name, table in found
        ]
        joins: list[Json] = [join.asked(name) for join, (name, _) in zip(self._joins, found[1:], strict=True)]
        return {"sources": sources, "joins": joins, "columns": self._columns.taken()}


class Join:
    """A table that is joined, and by which columns."""

    def __init__(self, desk: Desk, documents: tuple[Document, ...], page: Masher) -> None:
        self._page = page
        with box("div", "join stack") as self._all:
            self.choice = TableChoice(desk, documents, "Joined table", page.look)
            with box("div", "ask"):
                self._left = ui.select([], label="where").props("outlined dense options-dense").classes("grow")
                Words("=", "span", "dim")
                self._right = ui.select([], label="equals").props("outlined dense options-dense").classes("grow")
                self._how = ui.select(KINDS, value="left", label="and").props("outlined dense options-dense")
                button("Remove", self._drop, kind="plain")
        self._left.on_value_change(page.look)
        self._right.on_value_change(page.look)

    @property
    def key(self) -> str:
        """The joined table's column of the key: it says nothing that the other side does not."""
        return str(self._right.value or "")

    def offer(self, before: Sequence[tuple[str, Chosen]], mine: dict[str, Chosen]) -> None:
        """Columns to join by; a name that both sides have is proposed."""
        left = [f"{name}.{column}" for name, table in before for column in table.columns]
        right = [f"{name}.{column}" for name, table in mine.items() for column in table.columns]
        pair = shared(left, right)
        self._left.set_options(left, value=self._left.value if self._left.value in left else pair[0])
        self._right.set_options(right, value=self._right.value if self._right.value in right else pair[1])

    def asked(self, name: str) -> Json:
        """As a mash takes it; Invalid while a column of the key is open."""
        if not self._left.value or not self._right.value:
            raise Invalid(f"It is not chosen by which columns {name} is joined.", remedy="Choose both.")
        return {"source": name, "on": [[self._left.value, self._right.value]], "how": self._how.value}

    def _drop(self) -> None:
        self._page.drop(self)
        self._all.delete()


def shared(left: Sequence[str], right: Sequence[str]) -> tuple[str | None, str | None]:
    """The first two columns of one name; case, signs and the ways to write *number* aside.

    >>> shared(["a.claim", "a.policy_number"], ["b.PolicyNo"]), shared(["a.x"], ["b.y"])
    (('a.policy_number', 'b.PolicyNo'), (None, None))
    """
    known = {_bare(name): name for name in reversed(right)}
    return next(((name, known[_bare(name)]) for name in left if _bare(name) in known), (None, None))


def _bare(name: str) -> str:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name.partition(".")[2])
    return "".join("number" if word.lower() in ("no", "nr", "num") else word.lower() for word in words)


def wanted(sources: Sequence[tuple[str, Chosen]], keys: set[str]) -> list[dict[str, Any]]:
    """A target column per source column, but for the keys of joins; a name that is taken is told by its source.

    >>> from symphainy.foundations.language.artifact import ArtifactRef
    >>> one = Chosen("a", ArtifactRef.of(b""), 0, 1, ("id", "x"))
    >>> [each["name"] for each in wanted([("a", one), ("b", one)], {"b.id"})]
    ['id', 'x', 'b_x']
    """
    made: dict[str, dict[str, Any]] = {}
    for source, table in sources:
        for column in table.columns:
            if (origin := f"{source}.{column}") not in keys:
                name = column if column not in made else f"{source}_{column}"
                made[name] = {"name": name, "column": origin}
    return list(made.values())
