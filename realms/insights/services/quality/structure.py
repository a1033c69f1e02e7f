"""Faults of a table's frame: headers, blank and repeated rows, rows that are too short or too long."""

from collections import Counter
from collections.abc import Sequence

from symphainy.realms.insights.services.quality.found import Finding, finding


def structure(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Finding]:
    """The faults of the frame; a header's faults stand in row -1.

    >>> [f.check for f in structure(["id", "id", ""], [["1", "a", "b"], ["", "", ""], ["2"]])]
    ['blank_header', 'duplicate_header', 'blank_row', 'missing_cell']
    """
    found = [
        finding("blank_header", (i,), "A column has a name.", [(-1, i)], 1)
        for i, name in enumerate(header)
        if not name.strip()
    ]
    counts = Counter(name.strip() for name in header if name.strip())
    found += [
        finding("duplicate_header", (i,), f"No two columns are called {name.strip()}.", [(-1, i)], 1)
        for i, name in enumerate(header)
        if counts[name.strip()] > 1 and name.strip() in {n.strip() for n in header[:i]}
    ]
    total, width = len(rows), len(header)
    blank = [r for r, row in enumerate(rows) if not any(cell.strip() for cell in row)]
    if blank:
        found.append(finding("blank_row", (), "A row says something.", [(r, -1) for r in blank], total))
    empty = set(blank)
    short = [(r, i) for r, row in enumerate(rows) if r not in empty for i in range(len(row), width)]
    if short:
        found.append(finding("missing_cell", (), f"A row has {width} cells.", short, total))
    long = [(r, i) for r, row in enumerate(rows) if r not in empty for i in range(width, len(row))]
    if long:
        found.append(finding("extra_cell", (), f"A row has {width} cells and no more.", long, total))
    if again := _repeated(rows, empty):
        found.append(finding("duplicate_row", (), "No row stands twice.", [(r, -1) for r in again], total))
    return found


def _repeated(rows: Sequence[Sequence[str]], empty: set[int]) -> list[int]:
    seen: set[tuple[str, ...]] = set()
    again = []
    for r, row in enumerate(rows):
        key = tuple(row)
        if r not in empty and key in seen:
            again.append(r)
        seen.add(key)
    return again
