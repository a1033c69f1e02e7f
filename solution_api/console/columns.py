"""Target columns on a page: which are taken, what each is called and becomes; all of it can be changed before a mash is made."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from symphainy.foundations.language.model import Json
from symphainy.solution_api.console.widgets import Words, cell, share, table

TYPES = ("text", "integer", "decimal", "date", "timestamp", "boolean")
SURE = 0.75
"""What is less sure is not taken unless a person says so."""


class Columns:
    """A row per column of a mash. ``about`` has, by target, how sure it is (``sure``) and what speaks for it (``evidence``)."""

    def __init__(self, columns: Sequence[dict[str, Any]], about: Mapping[str, dict[str, Any]] | None = None) -> None:
        self._columns, self._about, self._scored = columns, about or {}, about is not None
        self._rows = list[tuple[ui.checkbox, ui.input, ui.select]]()
        head = ("Take", "Target", "From", "Type", *(("Sure", "Why") if self._scored else ()))
        rows = table(head, "Target columns")
        for each in columns:
            with rows.row():
                self._row(each)

    def _row(self, each: dict[str, Any]) -> None:
        name = str(each["name"])
        about = self._about.get(name, {})
        with cell():
            take = ui.checkbox(value=float(about.get("sure", 1.0)) >= SURE).props("dense")
            take.props["aria-label"] = f"Take {name}"
        with cell():
            target = ui.input(value=name).props("outlined dense")
            target.props["aria-label"] = f"Name of {name}"
        with cell("mono small"):
            Words(origin(each))
        with cell():
            kind = ui.select(list(TYPES), value=each.get("type", "text")).props("outlined dense options-dense")
            kind.props["aria-label"] = f"Type of {name}"
        if self._scored:
            with cell("nowrap"):
                share(float(about.get("sure", 0.0)), f"Sure of {name}")
                Words(f" {about.get('sure', 0.0):.0%}", "span", "small")
            with cell("small dim"):
                Words("; ".join(about.get("evidence") or ()))
        self._rows.append((take, target, kind))

    def taken(self) -> list[Json]:
        """What is to be made, as a mash takes it."""
        return [
            {**each, "name": str(target.value or "").strip() or each["name"], "type": kind.value}
            for each, (take, target, kind) in zip(self._columns, self._rows, strict=True)
            if take.value
        ]


def origin(column: Mapping[str, Any]) -> str:
    """Where a target column comes from, in words.

    >>> origin({"name": "a", "column": "s.b"}), origin({"name": "a", "concat": ["s.b", "s.c"], "separator": "-"})
    ('s.b', 's.b - s.c')
    >>> origin({"name": "a", "constant": "EUR"})
    'always EUR'
    """
    if column.get("column"):
        return str(column["column"])
    if column.get("concat"):
        return f" {column.get('separator', ' ').strip()} ".replace("  ", " ").join(column["concat"])
    return f"always {column['constant']}" if column.get("constant") is not None else str(column.get("expression") or "")
