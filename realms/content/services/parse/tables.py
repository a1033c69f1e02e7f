"""Tables on a page of a PDF: where rules draw them (pdfplumber), and where words alone stand in columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any, Final

Box = tuple[float, float, float, float]
"""Left, top, right, bottom, in points from the top left corner."""
MAX_TABLES: Final = 40
MAX_WORDS: Final = 20_000
"""Words of one page: a page with more is no page to read, and its tables are left in its text."""
_NEAR: Final = 3.0
_LEAST_ROWS: Final = 3


@dataclass(frozen=True)
class Word:
    """One word, or several with plain spaces between, with its place."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def middle(self) -> float:
        """Half its height down."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Found:
    """One table: where it stands, and its rows."""

    box: Box
    rows: tuple[tuple[str, ...], ...]

    @cached_property
    def words(self) -> frozenset[str]:
        """All words of its cells."""
        return frozenset(word for row in self.rows for cell in row for word in cell.split())

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in it."""
        return self.box[0] - 1 <= x <= self.box[2] + 1 and self.box[1] - 1 <= y <= self.box[3] + 1


def tables_of(page: Any) -> list[Found]:
    """The tables of a pdfplumber page, from top to bottom."""
    words = [
        Word(w["text"], w["x0"], w["top"], w["x1"], w["bottom"])
        for w in page.extract_words(x_tolerance=1.5, y_tolerance=2, keep_blank_chars=False)
    ]
    if not words or len(words) > MAX_WORDS:
        return []
    found: list[Found] = []
    boxes = sorted((table for table in page.find_tables()), key=lambda t: -_area(t.bbox))[:MAX_TABLES]
    for table in boxes:
        if any(_inside(table.bbox, other.box) for other in found):
            continue
        rows = _ruled([tuple(cell) for cell in table.cells], words)
        if len(rows) >= 2 and max(map(len, rows)) >= 2 and not _is_layout(rows):
            found.append(Found(tuple(table.bbox), rows))
    rest = [w for w in words if not any(f.holds((w.x0 + w.x1) / 2, w.middle) for f in found)]
    found += [free for free in _free(rest) if not any(_overlap(free.box, f.box) for f in found)]
    return sorted(found, key=lambda f: (f.box[1], f.box[0]))[:MAX_TABLES]


def _is_layout(rows: tuple[tuple[str, ...], ...]) -> bool:
    """A frame around columns of running text is no table."""
    cells = [cell for row in rows for cell in row if cell]
    return sum(len(cell.split()) for cell in cells) > 60 * len(cells)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _inside(box: Box, other: Box) -> bool:
    return all((
        box[0] >= other[0] - _NEAR, box[1] >= other[1] - _NEAR, box[2] <= other[2] + _NEAR, box[3] <= other[3] + _NEAR,
    ))  # fmt: skip


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


# ---------------------------------------------------------------------------------------------------- drawn by rules


def _ruled(cells: list[Box], words: list[Word]) -> tuple[tuple[str, ...], ...]:
    """Rows of a ruled table: a cell drawn inside another is part of it, an empty column is a double line."""
    whole = [c for c in cells if not any(c != o and _inside(c, o) and _area(o) > 1.2 * _area(c) for o in cells)]
    held: dict[Box, list[Word]] = {cell: [] for cell in whole}
    for word in words:
        x = (word.x0 + word.x1) / 2
        for cell in whole:
            if cell[0] <= x <= cell[2] and cell[1] <= word.middle <= cell[3]:
                held[cell].append(word)
                break
    tops, lefts = _steps(c[1] for c in whole), _steps(c[0] for c in whole)
    grid: list[list[list[Word]]] = [[[] for _ in lefts] for _ in tops]
    for cell, inside in held.items():
        grid[_at(tops, cell[1])][_at(lefts, cell[0])] += inside
    used = [at for at in range(len(lefts)) if any(row[at] for row in grid)]
    used = _joined(grid, used)
    rows = [line for row in grid for line in _split([row[at] for at in used])]
    return tuple(row for row in rows if any(row))


def _joined(grid: list[list[list[Word]]], used: list[int]) -> list[int]:
    """Columns that never hold something in one row are one, cut by lines that do not go through."""
    kept: list[int] = []
    for at in used:
        if kept and all(not (row[kept[-1]] and row[at]) for row in grid) and _beside(grid, kept[-1], at):
            for row in grid:
                row[kept[-1]] += row[at]
        else:
            kept.append(at)
    return kept


def _beside(grid: list[list[list[Word]]], one: int, other: int) -> bool:
    left, right = ([w for row in grid for w in row[at]] for at in (one, other))
    return min(w.x0 for w in right) < max(w.x1 for w in left) + _NEAR


def _split(cells: list[list[Word]]) -> list[tuple[str, ...]]:
    """One ruled row as the rows that its lines are, where the rules only set off a head; as one row elsewhere."""
    lines = [list(_lines(cell)) for cell in cells]
    if levels := _levels(lines):
        return [
            tuple(_text([line for line in cell if abs(line[0].middle - y) < _NEAR]) for cell in lines) for y in levels
        ]
    if starts := _labels(lines):
        return [tuple(_text([line for line in cell if a <= line[0].middle < b]) for cell in lines) for a, b in starts]
    return [tuple(_text(cell) for cell in lines)]


def _levels(lines: list[list[list[Word]]]) -> list[float]:
    """Where each line stands, if every line of figures stands beside a line of the first filled column; else empty."""
    filled = [cell for cell in lines if cell]
    if len(filled) < 2 or len(filled[0]) < 2:
        return []
    levels = [line[0].middle for line in filled[0]]
    others = [line for cell in filled[1:] for line in cell]
    beside = all(any(abs(line[0].middle - level) < _NEAR for level in levels) for line in others)
    figured = [cell for cell in filled[1:] if all(any(c.isdigit() for c in _text([line])) for line in cell)]
    return levels if beside and any(len(cell) > 1 for cell in figured) and len(figured) >= 0.5 * len(filled[1:]) else []


def _labels(lines: list[list[list[Word]]]) -> list[tuple[float, float]]:
    """Where rows begin, told by labels in the first column that stand apart while the others run on; empty where not so."""
    first, others = lines[0], [line for cell in lines[1:] for line in cell]
    if len(first) < 2 or len(others) < 2 * len(first):
        return []
    pitch = median([w.bottom - w.top for line in others for w in line[:1]]) * 1.25
    steps = [b[0].middle - a[0].middle for a, b in zip(first, first[1:], strict=False)]
    levels = [any(abs(line[0].middle - other[0].middle) < _NEAR for other in others) for line in first]
    if max(steps) < 1.9 * pitch or not all(levels[1:]):
        return []
    edges = [line[0].top - 1 for line in first]
    return list(zip(edges, [*edges[1:], float("inf")], strict=True))


def _steps(values: Iterator[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > _NEAR:
            kept.append(value)
    return kept


def _at(steps: list[float], value: float) -> int:
    return max((i for i, step in enumerate(steps) if step <= value + 0.01), default=0)


def _lines(words: list[Word]) -> Iterator[list[Word]]:
    """Words by line, each from left to right."""
    line: list[Word] = []
    for word in sorted(words, key=lambda w: (w.middle, w.x0)):
        if line and word.middle - line[0].middle > 0.5 * (line[0].bottom - line[0].top):
            yield sorted(line, key=lambda w: w.x0)
            line = []
        line.append(word)
    if line:
        yield sorted(line, key=lambda w: w.x0)


def _text(lines: list[list[Word]]) -> str:
    return "\n".join(" ".join(word.text for word in line) for line in lines)


# ------------------------------------------------------------------------------------------------ set by words alone


def _free(words: list[Word]) -> Iterator[Found]:
    """Runs of lines whose pieces stand below each other, with gaps between that no line crosses."""
    lines = [_pieces(line) for line in _lines(words)]
    run: list[list[Word]] = []
    for line in [*lines, []]:
        if len(line) > 1 and (not run or _goes_on(run, line)):
            run.append(line)
            continue
        if table := _as_table(run):
            yield table
        run = [line] if len(line) > 1 else []


def _pieces(line: list[Word]) -> list[Word]:
    """Words with no more than plain spaces between them, as one."""
    pieces: list[Word] = []
    for word in line:
        last = pieces[-1] if pieces else None
        if last and word.x0 - last.x1 < 0.55 * (word.bottom - word.top):
            pieces[-1] = Word(
                f"{last.text} {word.text}", last.x0, min(last.top, word.top), word.x1, max(last.bottom, word.bottom)
            )
        else:
            pieces.append(word)
    return pieces


def _goes_on(run: list[list[Word]], line: list[Word]) -> bool:
    height = line[0].bottom - line[0].top
    gap = min(w.top for w in line) - max(w.bottom for w in run[-1])
    # A head may stand off a little from what it heads.
    return gap < (1.6 if len(run) == 1 else 1.3) * height and len(_columns([*run, line])) >= 2


def _columns(lines: list[list[Word]]) -> list[tuple[float, float]]:
    """Spans of width that the pieces of all lines cover together, with free gaps between."""
    spans: list[tuple[float, float]] = []
    for x0, x1 in sorted((w.x0, w.x1) for line in lines for w in line):
        if spans and x0 < spans[-1][1] + 2:
            spans[-1] = (spans[-1][0], max(spans[-1][1], x1))
        else:
            spans.append((x0, x1))
    return spans


def _counts(rows: list[tuple[str, ...]]) -> bool:
    """Whether the first column only numbers the lines, as transcripts do."""
    numbers = [int(row[0]) for row in rows if row[0].isdigit() and len(row[0]) < 5]
    return len(numbers) == len(rows) and all(b - a == 1 for a, b in zip(numbers, numbers[1:], strict=False))


def _figure(cell: str) -> bool:
    """Whether a cell has a figure; a sign that the font does not name is none."""
    return any(c.isdigit() for c in cell) and not cell.startswith("(cid:")


def _as_table(run: list[list[Word]]) -> Found | None:
    if len(run) < _LEAST_ROWS:
        return None
    columns = _columns(run)
    rows = [tuple(" ".join(w.text for w in line if a <= w.x0 <= b) for a, b in columns) for line in run]
    cells = [cell for row in rows for cell in row if cell]
    filled = len(cells) / (len(rows) * len(columns))
    figures = sum(map(_figure, cells)) / len(cells)
    words = sum(len(cell.split()) for cell in cells) / len(cells)
    if len(columns) < 2 or filled < 0.6 or words > 5 or figures < (0.25 if len(columns) > 2 else 0.4):
        return None
    if len(columns) == 2 and _counts(rows):
        return None
    flat = [w for line in run for w in line]
    box = min(w.x0 for w in flat), min(w.top for w in flat), max(w.x1 for w in flat), max(w.bottom for w in flat)
    return Found(box, tuple(rows))
