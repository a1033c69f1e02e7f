"""Cells that are formed otherwise than their column: absent values spelled out, units in cells, rare forms, misplaced words."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from symphainy.realms.insights.models.grid import absent
from symphainy.realms.insights.models.kinds import shape
from symphainy.realms.insights.services.quality.found import Finding, finding

COMMON: Final = 0.05
"""The share of a column from which a form is one of its forms."""
RARE: Final = 0.02
"""The share below which a form is an outlier, where the common forms cover nearly all."""
COVERED: Final = 0.9
_UNIT: Final = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*([^\W\d_].*)")
_FIGURE: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_MARKED: Final = re.compile(r"[$€£]?\s*[+-]?\d+(\.\d+)?\s*[%$€£]?")


def absences(name: str, place: int, values: Sequence[str]) -> list[Finding]:
    """Absent values that are spelled out, as ``N/A``."""
    cells = [(r, place) for r, value in enumerate(values) if value.strip() and absent(value)]
    text = f"An absent {name} is an empty cell, not a word."
    return [finding("absent_spelling", (place,), text, cells, len(values))] if cells else []


def units(name: str, place: int, values: Sequence[str]) -> list[Finding]:
    """A column of figures whose cells carry a unit, spelled in several ways: no cell can be calculated with."""
    found = [_UNIT.fullmatch(value.strip()) for value in values]
    counts = Counter(match[2].strip() for match in found if match)
    spelled = [unit for unit, count in counts.items() if count >= COMMON * len(values)]
    filled = sum(not absent(value) for value in values)
    hits = [(r, place) for r, match in enumerate(found) if match]
    one = len({unit[0].lower() for unit in spelled}) == 1  # oz and ounce are one unit; south and drayton are streets
    if len(hits) < COVERED * max(filled, 1) or len(spelled) < 2 or not one or len(counts) > 40:
        return []
    text = f"{name} holds figures; its unit is spelled in {len(counts)} ways inside the cells."
    return [finding("unit_in_cell", (place,), text, hits, len(values))]


def marks(name: str, place: int, values: Sequence[str]) -> list[Finding]:
    """A column of plain figures of which some carry a sign of currency or per cent."""
    filled = [(r, value.strip()) for r, value in enumerate(values) if not absent(value)]
    plain = sum(bool(_FIGURE.fullmatch(value)) for _, value in filled)
    marked = [(r, place) for r, value in filled if not _FIGURE.fullmatch(value) and _MARKED.fullmatch(value)]
    if not marked or plain < len(filled) / 2 or plain + len(marked) < COVERED * len(filled):
        return []
    return [finding("form", (place,), f"{name} holds plain figures, without a sign.", marked, len(values))]


def forms(name: str, place: int, values: Sequence[str]) -> list[Finding]:
    """Cells whose form is rare in a column of few forms. Free text has many forms and is left alone."""
    shaped = [(r, shape(value)) for r, value in enumerate(values) if not absent(value)]
    counts = Counter(form for _, form in shaped)
    usual = {form for form, count in counts.items() if count >= COMMON * len(shaped)}
    if len(shaped) < 20 or not any(sign == "9" for form in usual for sign in form):
        return []
    if sum(counts[form] for form in usual) < COVERED * len(shaped):
        return []
    cells = [(r, place) for r, form in shaped if counts[form] < RARE * len(shaped)]
    told = ", ".join(sorted(usual)[:4])
    return [finding("form", (place,), f"{name} is written as {told}.", cells, len(values))] if cells else []


def misplaced(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Finding]:
    """A cell that ends with what belongs into another column, which is empty in that row."""
    found = []
    for j, column in enumerate(columns):
        known = {v.strip() for v, n in Counter(column).items() if v.strip() and n > 1 and " " not in v.strip()}
        if not 2 <= len(known) <= 300 or all(v.replace(".", "").isdigit() for v in known):
            continue
        gaps = [r for r, value in enumerate(column) if not value.strip()]
        for i, other in enumerate(columns):
            rows = [r for r in gaps if " " in (v := other[r].strip()) and v.rsplit(" ", 1)[1] in known]
            if i != j and len(rows) >= 3 and len(rows) >= 0.5 * len(gaps):
                text = f"{names[j]} stands in its own column, not at the end of {names[i]}."
                cells = [(r, place) for r in rows for place in (i, j)]
                found.append(finding("misplaced", (i, j), text, cells, len(column)))
    return found
