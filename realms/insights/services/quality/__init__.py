"""Data quality: rules that a table suggests by itself, the rows and cells that break them, and a score with its parts."""

import csv
from collections.abc import Sequence
from datetime import date
from itertools import islice
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import ArtifactRef, NewArtifact
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models.grid import JSON, absent, read_grid
from symphainy.realms.insights.models.quality import Part, Quality, Rule, ToCheck, Violation, Violations
from symphainy.realms.insights.services.quality.dependencies import dependencies
from symphainy.realms.insights.services.quality.forms import absences, forms, marks, misplaced, units
from symphainy.realms.insights.services.quality.found import PARTS, Finding
from symphainy.realms.insights.services.quality.spelling import spelling, words_of
from symphainy.realms.insights.services.quality.structure import structure
from symphainy.realms.insights.services.quality.timeliness import timeliness

MAX_ROWS: Final = 100_000
"""Rows that are checked: what is beyond them is not looked at, and ``whole`` says so."""


@capability("insights.quality", input=ToCheck, output=Quality, title="Check a table's quality")
async def quality(step: Step[ToCheck]) -> Outcome[Quality]:
    """Inferred rules, the rows and cells that break them, and a score by parts. It quotes no value: those may name people."""
    given = step.input.data
    path = await step.tools.fetch(given)
    await step.tools.progress(0.2, "checking")
    found, data = await step.tools.compute(checked, str(path), step.input)
    kept = NewArtifact.of(data, media_type=JSON, name="violations.json")
    edge = Edge(source=f"artifact:{given.sha256}", target=f"artifact:{kept.ref.sha256}", relation="checked-from")
    return Outcome(found.model_copy(update={"violations": kept.ref}), artifacts=(kept,), lineage=(edge,))


def checked(path: str, asked: ToCheck) -> tuple[Quality, bytes]:
    """The verdict on the table at ``path``, and all violations as JSON; pure, for the process pool."""
    header, rows = raw(path, asked.data, asked.table)
    whole, rows = len(rows) <= MAX_ROWS, rows[:MAX_ROWS]
    found = findings(header, rows, as_of=asked.as_of, fresh_days=asked.fresh_days)
    rules, broken = [], []
    for number, one in enumerate(found, 1):
        names = tuple(header[c] if c < len(header) else f"column {c + 1}" for c in one.columns)
        rules.append(
            Rule(
                id=f"r{number}", check=one.check, part=PARTS[one.check], columns=names, text=one.text, holds=one.holds,
                violations=len(one.cells),
            )
        )  # fmt: skip
        broken += [
            Violation(
                rule=f"r{number}",
                row=r + 1,
                column="" if c < 0 else header[c] if c < len(header) else f"column {c + 1}",
            )
            for r, c in one.cells
        ]
    parts = _parts(found, header, rows, timely=asked.as_of is not None)
    verdict = Quality(
        rows=len(rows), whole=whole, score=round(sum(parts.values()) / len(parts), 4), parts=parts, rules=tuple(rules[:200]),
        broken=len(broken),
        first=tuple(broken[: max(0, min(asked.inline, 200))]), violations=asked.data,
    )  # fmt: skip
    return verdict, Violations(violations=tuple(broken)).model_dump_json().encode()


def raw(path: str, ref: ArtifactRef, number: int) -> tuple[list[str], list[list[str]]]:
    """Header and rows as they stand: a CSV keeps its short and long rows, all else has been squared before."""
    with open(path, "rb") as file:
        head = file.read(64).lstrip()
    if not head.startswith(b"PAR1") and ref.media_type != JSON and head[:1] not in (b"{", b"["):
        read_grid(path, ref, number, 1)  # the same refusals as everywhere
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = list(islice(csv.reader(file), MAX_ROWS + 2))
        return (lines[0], lines[1:]) if lines else ([], [])
    table = read_grid(path, ref, number, MAX_ROWS + 1)
    return list(table.names), [list(row) for row in zip(*table.columns, strict=True)]


def findings(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, as_of: date | None = None, fresh_days: int | None = None
) -> list[Finding]:
    """Every rule that is broken somewhere; pure."""
    width = len(header)
    names = [name or f"column {i + 1}" for i, name in enumerate(header)]
    columns = [[row[i] if i < len(row) else "" for row in rows] for i in range(width)]
    found = structure(header, rows)
    everywhere = words_of(columns)
    for place, (name, values) in enumerate(zip(names, columns, strict=True)):
        found += absences(name, place, values)
        spelled = units(name, place, values)
        found += spelled or [*marks(name, place, values), *forms(name, place, values)]
        found += [] if spelled else spelling(name, place, values, everywhere)
    found += misplaced(names, columns)
    found += dependencies(names, columns)
    return found + (timeliness(names, columns, as_of, fresh_days) if as_of else [])


def _parts(
    found: Sequence[Finding], header: Sequence[str], rows: Sequence[Sequence[str]], *, timely: bool
) -> dict[Part, float]:
    """The share of cells that no rule of a part objects to; completeness also counts the empty cells, timeliness counts rows."""
    total = max(len(header) * len(rows), 1)
    bad: dict[Part, set[tuple[int, int]]] = {
        "completeness": set(),
        "validity": set(),
        "uniqueness": set(),
        "consistency": set(),
    }
    if timely:
        bad["timeliness"] = set()
    for one in found:
        for r, c in one.cells:
            bad[PARTS[one.check]] |= {(r, i) for i in range(len(header))} if c < 0 else {(r, c)}
    bad["completeness"] |= {(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if absent(cell)}
    if timely:
        late = {row for row, _ in bad["timeliness"]}
        bad["timeliness"] = {(row, column) for row in late for column in range(len(header))}
    return {part: round(max(0.0, 1 - len(cells) / total), 4) for part, cells in bad.items()}
