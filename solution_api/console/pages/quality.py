"""The quality of a table: a score by its parts, the rules that the table suggests and where they are broken, every column measured."""

from collections import defaultdict
from typing import Any

from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.tables import TableChoice
from symphainy.solution_api.console.tools import Place, tools
from symphainy.solution_api.console.widgets import Words, box, button, card, cell, facts, nothing, share, table

SHOWN = 12
"""Cells that are named per rule; all are in the run's artifact."""


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/insights/quality", "Insights", places)(build)


async def build(desk: Desk, document: str = "", number: int = 0) -> None:
    """Choose, and measure. ``document`` and ``number`` name what to measure at once."""
    tools("/insights/quality")
    documents = await desk.platform.documents()
    with box("div", "stack"):
        page = Quality(desk)
        with card("Quality of a table", "how full, how consistent, of which type: found from the table itself"):
            page.draw(TableChoice(desk, documents, "Document", page.look))
    if document:
        await page.choice.choose(document, number)
        await page.measure()


class Quality:
    """The page: what is chosen, and what was measured of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def draw(self, choice: TableChoice) -> None:
        """The button, and where the results go."""
        self.choice, self._go = choice, button("Measure", self.measure)
        self._go.disable()
        self._verdict = Place(self._desk, "Verdict", "Choose a document with a table, a CSV file for example.")
        self._columns = Place(self._desk, "Profile", "")

    def look(self) -> None:
        """A table was chosen, or none."""
        self._go.set_enabled(self.choice.chosen is not None)

    async def measure(self) -> None:
        """Run ``insights.quality``, then ``insights.profile``."""
        found = self.choice.chosen
        if found is None:
            return
        self._go.disable()
        self._columns.clear()
        try:
            verdict = await self._verdict.run(
                "Looking for rules and what breaks them", "insights.quality", found.side()
            )
            if verdict is not None:
                with self._verdict.area:
                    _verdict(verdict)
                    self._verdict.how()
            asked = {"text": found.data.model_dump(mode="json"), "table": found.number}
            measured = await self._columns.run("Measuring the columns", "insights.profile", asked)
            if measured is not None:
                with self._columns.area:
                    _profile(measured)
                    self._columns.how()
        finally:
            self._go.enable()


def _verdict(found: dict[str, Any]) -> None:
    with box("div", "scores"):
        for name, value in (("score", found["score"]), *found["parts"].items()):
            with box("div", "score whole" if name == "score" else "score"):
                Words(f"{value:.1%}", "b")
                Words(name, "span", "dim small")
                share(value, name)
    if not found["whole"]:
        nothing(f"The first {found['rows']:,} rows were looked at.")
    if not found["rules"]:
        return nothing("Nothing breaks a rule that this table suggests.")
    at: dict[str, list[str]] = defaultdict(list)
    for one in found["first"]:
        at[one["rule"]].append(_cell(one))
    Words(f"{len(found['rules'])} rules are broken, in {found['broken']:,} places", "h3")
    rows = table(("Rule", "Kind", "Holds", "Broken", "Where"), "Broken rules")
    for rule in found["rules"]:
        with rows.row():
            with cell():
                Words(rule["text"])
            with cell():
                Words(rule["check"].replace("_", " "), "span", "chip")
            with cell("num"):
                Words(f"{rule['holds']:.1%}")
            with cell("num"):
                Words(f"{rule['violations']:,}")
            with cell("small"):
                Words(_where(at[rule["id"]], rule["violations"]))


def _cell(one: dict[str, Any]) -> str:
    """A place in words.

    >>> _cell({"row": 0, "column": "a"}), _cell({"row": 3, "column": "a"}), _cell({"row": 3, "column": ""})
    ('header a', 'row 3 a', 'row 3')
    """
    row = f"row {one['row']:,}" if one["row"] else "header"
    return f"{row} {one['column']}".strip()


def _where(cells: list[str], total: int) -> str:
    """Where a rule is broken, as far as it is told here.

    >>> _where(["row 1 a"], 3)
    'row 1 a, and 2 more'
    """
    shown = cells[:SHOWN]
    more = [f"and {total - len(shown):,} more"] if total > len(shown) else []
    return ", ".join(shown + more)


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
