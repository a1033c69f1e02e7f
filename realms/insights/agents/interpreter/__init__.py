"""Interprets tables: what each column means, which are keys, which table refers to which, in what unit figures are; with reasons."""

from collections.abc import Iterator
from typing import Final

from symphainy.foundations.agentic import DeterministicAgent
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.model import Json
from symphainy.realms.insights.agents.interpreter.meanings import FORMS, MEANINGS, Meaning
from symphainy.realms.insights.models.interpret import ColumnFacts, Inclusion, Observed, TableFacts
from symphainy.realms.insights.services.match.words import opaque, root, words

SAYS: Final = 0.5
"""What a header that says a meaning counts: with nothing of the values against it, just enough."""
LAST: Final = 0.1
"""What it counts more where that word ends the header: a policy number is a number."""
ENOUGH: Final = 0.45
"""Support from which a meaning is told."""
COMPLETE: Final = 0.999


class Interpreter(DeterministicAgent[Observed]):
    """Says what columns mean, by rules: patterns of the values, words of the header, what holds across tables.

    ``value.tables`` has a line per column with its meaning, how sure that is, and its unit; ``value.keys`` and ``value.relations`` what
    identifies a row and what refers to what. A column that nothing speaks for has no meaning. Facts are what was observed; no
    value is quoted.
    """

    name = "insights.interpreter"

    def decide(self, input: Observed) -> ReasonedArtifact:
        """The interpretation; no answer where there is no column."""
        reasons: list[str] = []
        tables: list[Json] = []
        known = 0
        for table in input.tables:
            lines, said = _lines(table)
            tables.append({"name": table.name, "entity": _entity(table), "columns": list[Json](lines)})
            reasons += said
            known += sum(line["meaning"] is not None for line in lines)
        keys = {table.name: list(_keys(table)) for table in input.tables}
        relations = list(_relations(input, keys))
        reasons += [
            f"{table}: {name} is filled everywhere and never repeats."
            for table, names in keys.items()
            for name in names
        ]
        reasons += [_why(one) for one in relations]
        total = sum(len(table.columns) for table in input.tables)
        facts: tuple[Json, ...] = tuple(
            {"table": table.name, **column.model_dump(mode="json", exclude_defaults=True)}
            for table in input.tables for column in table.columns
        )[:200]  # fmt: skip
        return ReasonedArtifact(
            kind=self.kind, agent=self.name, facts=facts, reasons=tuple(reasons[:400]),
            answer=f"{known} of {total} columns have a meaning; {len(relations)} relations." if total else None,
            value={"tables": tables, "keys": keys, "relations": [one.model_dump(mode="json") for one in relations]},
        )  # fmt: skip


def _lines(table: TableFacts) -> tuple[list[dict[str, Json]], list[str]]:
    """A line per column, and the reasons of each meaning."""
    lines, reasons = list[dict[str, Json]](), list[str]()
    for column in table.columns:
        found = ranked(column)
        if lines and lines[-1]["meaning"] == "latitude":  # the order of ISO 6709: what may be either is the second
            found.sort(key=lambda one: one[0].name != "longitude")
        meaning, sure, why = found[0] if found else (None, 0.0, ())
        unit = {"unit": column.unit} if column.unit else {}
        lines.append({
            "name": column.name, "meaning": meaning.name if meaning else None, "class": meaning.group if meaning else None, "sure": sure,
            "else": [other.name for other, _, _ in found[1:3]], "kind": column.kind, **unit,
        })  # fmt: skip
        if meaning:
            reasons.append(f"{table.name}.{column.name} is {meaning.name}: {'; '.join(why)}.")
        if column.unit:
            reasons.append(
                f"{table.name}.{column.name} is in {column.unit}: the {column.unit_from} say it.".replace(
                    "header say", "header says"
                )
            )
    return lines, reasons


def ranked(column: ColumnFacts) -> list[tuple[Meaning, float, tuple[str, ...]]]:
    """The meanings that are supported enough, the best first, with what speaks for each.

    >>> [meaning.name for meaning, _, _ in ranked(ColumnFacts(name="col3", kind="email", filled=1, distinct=1, patterns={"email": 1.0}))]
    ['email']
    """
    said = [] if opaque(column.name) else list(words(column.name))
    found = []
    for meaning in MEANINGS:
        support, why = _support(meaning, column, said)
        if support >= ENOUGH:
            found.append((meaning, round(min(support, 0.99), 2), why))
    return sorted(found, key=lambda one: -one[1])


def _support(meaning: Meaning, column: ColumnFacts, said: list[str]) -> tuple[float, tuple[str, ...]]:
    """How much speaks for a meaning: the values, the header, both together more than either."""
    if meaning.kinds and column.kind not in meaning.kinds:
        return 0.0, ()
    shown, by = max(
        ((column.patterns.get(pattern, 0.0) * weight, pattern) for pattern, weight in meaning.patterns.items()),
        default=(0.0, ""),
    )
    heads = {root(word) for word in meaning.headers}
    named = [word for word in said if root(word) in heads]
    says = (SAYS + LAST * (root(said[-1]) in heads)) if named else 0.0
    if not shown and column.filled and FORMS & meaning.patterns.keys() or meaning.named and not named:
        return 0.0, ()
    why = [f"{column.patterns[by]:.0%} of the values look like it"] if shown >= 0.1 else []
    why += [f"the header says {', '.join(named)}"] if named else []
    return shown + says * (1 - 0.5 * shown), tuple(why)


def _entity(table: TableFacts) -> str | None:
    """What a row is of: the class of the first column that names something."""
    for column in table.columns:
        for meaning, _, _ in ranked(column)[:1]:
            if meaning.group in ("person", "organisation", "place", "work", "species"):
                return meaning.group
    return None


def _keys(table: TableFacts) -> Iterator[str]:
    """Columns that could identify a row: filled everywhere, never repeated, and no measure or free text."""
    for column in table.columns:
        if table.rows < 2 or column.filled < COMPLETE or column.distinct < COMPLETE:
            continue
        if column.kind not in ("decimal", "money", "percent", "date", "datetime") and column.words <= 3:
            yield column.name


def _relations(input: Observed, keys: dict[str, list[str]]) -> Iterator[Inclusion]:
    """Inclusions that are references: into a key, of values that are no mere figures, or of a like name."""
    best: dict[tuple[str, str], Inclusion] = {}
    facts = {(table.name, column.name): column for table in input.tables for column in table.columns}
    for one in input.inclusions:
        if one.into_column not in keys.get(one.into, ()) or one.table == one.into and not _alike(one):
            continue
        if facts[one.table, one.column].kind in ("integer", "boolean") and not _alike(one):
            continue  # small figures stand in any row of figures
        known = best.get((one.table, one.column))
        if known is None or (_alike(one), one.share, one.used) > (_alike(known), known.share, known.used):
            best[one.table, one.column] = one
    for one in best.values():
        back = best.get((one.into, one.into_column))
        mutual = back is not None and (back.into, back.into_column) == (one.table, one.column)
        if not mutual or (one.table, one.column) > (one.into, one.into_column):
            yield one


def _alike(one: Inclusion) -> bool:
    """Whether the names share a word that is not as general as ``id``, or the column is called after the other table."""
    general = {"identifier", "number", "code", "name", "key"}
    mine, theirs = (
        {root(w) for w in words(name)} - {root(g) for g in general} for name in (one.column, one.into_column)
    )
    table = {root(word) for word in words(one.into)}
    return bool(mine & theirs or mine & table)


def _why(one: Inclusion) -> str:
    rest = "" if one.share >= 1 else f"; {1 - one.share:.0%} have no partner"
    return f"{one.table}.{one.column} refers to {one.into}.{one.into_column}: {one.share:.0%} of {one.values:,} values stand there{rest}."
