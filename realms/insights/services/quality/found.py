"""What one check hands on: a rule and the cells that break it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from symphainy.realms.insights.models.quality import Check, Part

PARTS: Final[dict[Check, Part]] = {
    "blank_header": "validity", "duplicate_header": "uniqueness", "blank_row": "completeness", "duplicate_row": "uniqueness",
    "missing_cell": "completeness", "extra_cell": "validity", "absent_spelling": "completeness", "unit_in_cell": "consistency",
    "form": "validity", "misspelling": "validity", "misplaced": "consistency", "dependency": "consistency", "duplicate_key": "uniqueness",
    "future": "timeliness", "stale": "timeliness",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A rule over columns (by place) and the cells (row from 0, column) that break it; column -1 is the whole row."""

    check: Check
    columns: tuple[int, ...]
    text: str
    cells: tuple[tuple[int, int], ...]
    holds: float = 1.0


def finding(check: Check, columns: Iterable[int], text: str, cells: Iterable[tuple[int, int]], rows: int) -> Finding:
    """A finding; how far its rule holds follows from the rows that do not break it."""
    kept = tuple(sorted(set(cells)))
    return Finding(check, tuple(columns), text, kept, round(1 - len({row for row, _ in kept}) / max(rows, 1), 4))
