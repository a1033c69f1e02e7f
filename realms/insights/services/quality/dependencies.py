"""Approximate functional dependencies: what nearly always goes with what, and the rows where it does not."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from symphainy.realms.insights.models.grid import absent
from symphainy.realms.insights.services.quality.found import Finding, finding

HOLDS: Final = 0.85
"""The share of rows, in groups of several, that have to agree with their group's majority for a rule to be a rule."""
GROUPED: Final = 0.5
"""The share of rows that have to stand in groups of at least ``SIZE``: else the left side is a key and explains anything."""
SIZE: Final = 4
ANOTHER: Final = 3
"""Rows of a group in which a second value is a case of its own (Portland in Maine), no error."""
MAJORITY: Final = 0.7
"""The share of its group from which a value is the group's."""
WIDEST: Final = 60
"""Columns that are compared with one another: 3,540 pairs."""


def dependencies(names: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Finding]:
    """Rules ``a → b`` with the cells of ``b`` that differ from what their ``a`` has elsewhere."""
    found = []
    rows = len(columns[0]) if columns else 0
    plain = [[value.strip().lower() for value in column] for column in columns[:WIDEST]]
    for a, left in enumerate(plain):
        groups: dict[str, list[int]] = defaultdict(list)
        for r, value in enumerate(left):
            if not absent(value):
                groups[value].append(r)
        large = [members for members in groups.values() if len(members) >= SIZE]
        if sum(map(len, large)) < GROUPED * rows or len(large) < 3:
            continue
        for b, right in enumerate(plain):
            if a != b and len(set(right)) > 1 and (cells := _broken(large, right, b)) is not None and cells:
                text = f"{names[a]} says what {names[b]} is."
                found.append(finding("dependency", (a, b), text, cells, rows))
    return found


def _broken(groups: Sequence[Sequence[int]], right: Sequence[str], place: int) -> list[tuple[int, int]] | None:
    """The cells that break the rule, or None where there is no rule; a rule that one value alone makes true is none."""
    agree = total = 0
    cells: list[tuple[int, int]] = []
    leaders = set()
    for members in groups:
        counts = Counter(right[r] for r in members)
        leader, count = counts.most_common(1)[0]
        agree += count
        total += len(members)
        leaders.add(leader)
        if count >= MAJORITY * len(members):
            cells += [(r, place) for r in members if right[r] != leader and counts[right[r]] < ANOTHER]
    return cells if agree >= HOLDS * total and len(leaders) > 1 else None
