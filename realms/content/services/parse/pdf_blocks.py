"""A page's lines as headings, paragraphs and list items, told by their size, their mark and the room between them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from symphainy.realms.content.services.parse.builder import BlockKind, Builder
from symphainy.realms.content.services.parse.delimited import has_header
from symphainy.realms.content.services.parse.tables import Found

Level = int
_ITEM = re.compile(r"^([\u2022\u25aa\u2023\u25e6\u00b7*\u2013-]|\(?([a-z]|[ivx]{1,4}|\d{1,2})\))\s+\S")
_HYPHENS = ("\ufffe", "\u00ad", "\x02")
"""How pdfium writes a hyphen that only breaks a line."""


@dataclass(frozen=True)
class Line:
    """One line of a page with its place; ``size`` in points, 0 where unknown."""

    text: str
    top: float = 0.0
    bottom: float = 0.0
    left: float = 0.0
    right: float = 0.0
    size: float = 0.0
    bold: bool = False


@dataclass(frozen=True)
class Page:
    """A page's lines in its order; ``top`` less a line's height is its place from the top, as the tables' reader counts."""

    lines: tuple[Line, ...] = ()
    top: float = 0.0
    may_have_tables: bool = False


def levels_of(pages: Sequence[Page]) -> dict[float, Level]:
    """Which sizes of type are headings, and how deep: those well above the size that most of the text has."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    large = sorted((size for size in sizes if body and size >= 1.15 * body), reverse=True)
    return {size: min(rank, 6) for rank, size in enumerate(large, start=1)}


def add_page(builder: Builder, page: Page, levels: dict[float, Level], tables: Sequence[Found]) -> None:
    """Add a page's blocks, with each table in the place of the lines that it is made of."""
    run: list[Line] = []
    waiting = list(tables)
    for line in page.lines:
        x, y = (line.left + line.right) / 2, page.top - (line.top + line.bottom) / 2
        if (table := next((t for t in tables if t.holds(x, y)), None)) is None or not _said(line, table):
            run.append(line)
            continue
        if table in waiting:
            _add_lines(builder, run, levels)
            run = []
            _add_table(builder, table)
            waiting.remove(table)
    _add_lines(builder, run, levels)
    for table in waiting:  # its words and the page's lines do not agree on where it stands
        _add_table(builder, table)


def _said(line: Line, table: Found) -> bool:
    """Whether the table says all that the line does: only then may it stand for it."""
    return all(word in table.words for word in line.text.split())


def _add_lines(builder: Builder, run: list[Line], levels: dict[float, Level]) -> None:
    for kind, level, text in _blocks(run, levels):
        builder.add(text, kind=kind, level=level)


def _add_table(builder: Builder, table: Found) -> None:
    rows = list(table.rows)
    builder.add_table(rows, header=has_header(rows), labelled=False, between="  ")


def _blocks(page: list[Line], levels: dict[float, int]) -> list[tuple[BlockKind, int | None, str]]:
    blocks: list[tuple[BlockKind, int | None, str]] = []
    edge = max((line.right for line in page), default=0.0)
    pitch = _pitch(page)
    before: Line | None = None
    for line in page:
        kind, level = _kind(line, levels)
        joins = before is not None and blocks and _continues(before, line, pitch)
        if (
            joins
            and blocks[-1][0] == kind
            and kind != "list_item"
            or (joins and blocks[-1][0] == "list_item" and kind == "paragraph")
        ):
            last_kind, last_level, text = blocks[-1]
            blocks[-1] = (
                last_kind,
                last_level,
                _join(text, line.text, full=before is not None and before.right >= 0.75 * edge),
            )
        else:
            blocks.append((kind, level, line.text))
        before = line
    return [(kind, level, _unhyphened(text)) for kind, level, text in blocks]


def _kind(line: Line, levels: dict[float, int]) -> tuple[BlockKind, int | None]:
    if line.size in levels and len(line.text) <= 200:
        return "heading", levels[line.size]
    if _ITEM.match(line.text):
        return "list_item", None
    if line.bold and len(line.text) <= 100 and not line.text.endswith((".", ",", ";")):
        return "heading", min(len(levels) + 1, 6)
    return "paragraph", None


def _pitch(page: list[Line]) -> float:
    """The usual distance between two lines."""
    steps = Counter(
        round(a.bottom - b.bottom) for a, b in zip(page, page[1:], strict=False) if 0 < a.bottom - b.bottom < 60
    )
    return float(steps.most_common(1)[0][0]) if steps else 0.0


def _continues(before: Line, line: Line, pitch: float) -> bool:
    """Whether ``line`` goes on where ``before`` ended: same size, next line of the same column."""
    if not line.top or not pitch:
        return True
    gap = before.bottom - line.bottom
    return 0 < gap <= 1.4 * pitch and abs(before.size - line.size) < 0.6 and line.left < before.right


def _join(text: str, line: str, *, full: bool) -> str:
    if text.endswith(_HYPHENS):
        return text[:-1] + line
    # A line that stops early ends there on purpose: an address, a row of figures.
    return f"{text} {line}" if full else f"{text}\n{line}"


def _unhyphened(text: str) -> str:
    for mark in _HYPHENS:
        text = text.replace(mark, "-" if mark == "\ufffe" else "")
    return text
