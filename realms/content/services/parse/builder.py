"""Builds a document piece by piece, so that every span is exact by construction."""

import re
from collections.abc import Iterable
from typing import Literal

from symphainy.foundations.language.document import Block, Document, Span, Table
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_CHARS, within

BlockKind = Literal["paragraph", "heading", "list_item", "code", "caption", "other"]
_SPACE = re.compile(r"\s+")


class Builder:
    """Collects text; each ``add`` says where its piece now stands.

    >>> built = Builder()
    >>> built.add("Cover", kind="heading", level=1)
    Span(start=0, end=5, page=None)
    >>> built.add("We pay.")
    Span(start=7, end=14, page=None)
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.length = 0
        self.blocks: list[Block] = []
        self.tables: list[Table] = []
        self.pages: list[Span] = []
        self._page: int | None = None
        self._page_start = 0

    def start_page(self) -> None:
        """Everything from here stands on the next page."""
        if self.length:
            self._parts.append("\n\n")
            self.length += 2
        self._page = len(self.pages) + 1
        self._page_start = self.length

    def end_page(self) -> None:
        """Close the page that was started."""
        self.pages.append(Span(start=self._page_start, end=self.length, page=self._page))

    def add(self, text: str, *, kind: BlockKind = "paragraph", level: int | None = None) -> Span:
        """Append a block; empty text adds nothing but a place."""
        text = _clean(text).strip()
        if not text:
            return Span(start=self.length, end=self.length, page=self._page)
        self._separate("\n\n" if kind != "list_item" or not self._after_item() else "\n")
        span = self._append(text)
        self.blocks.append(Block(kind=kind, text=text, span=span, level=level))
        return span

    def add_table(
        self,
        rows: list[tuple[str, ...]],
        *,
        name: str = "",
        header: bool = True,
        labelled: bool = True,
        between: str = " | ",
    ) -> None:
        """Append a table as one line per row; with a header and ``labelled`` each cell carries its column's name."""
        if not rows:
            return
        self._separate("\n\n")
        cells = [tuple(_clean(cell).strip() for cell in row) for row in rows]
        names = cells[0] if header and labelled else ()
        lines = [_line(cells[0], between=between), *(_line(row, names, between) for row in cells[1:])]
        span = self._append("\n".join(lines))
        self.tables.append(Table(name=name, rows=tuple(cells), header=header, span=span))

    def include(self, blocks: Iterable[Block], tables: Iterable[Table]) -> None:
        """Append what another document has, in its order; its spans are made anew here."""
        items: list[Block | Table] = [*blocks, *tables]
        for item in sorted(items, key=lambda item: item.span.start if item.span else 0):
            if isinstance(item, Table):
                self.add_table(list(item.rows), name=item.name, header=item.header)
            else:
                self.add(item.text, kind=item.kind, level=item.level)

    def document(self, *, sha256: str, media_type: str, name: str, metadata: dict[str, Json] | None = None) -> Document:
        """What was built; TooLarge when its text is over the limit."""
        text = "".join(self._parts)
        within("characters", len(text), MAX_CHARS)
        return Document(
            sha256=sha256,
            media_type=media_type,
            name=name,
            text=text,
            pages=tuple(self.pages),
            blocks=tuple(self.blocks),
            tables=tuple(self.tables),
            metadata=metadata or {},
        )

    def _after_item(self) -> bool:
        return bool(self.blocks) and self.blocks[-1].kind == "list_item" and self.blocks[-1].span.end == self.length

    def _separate(self, mark: str) -> None:
        """Set ``mark`` between two pieces of one page; a page begins without one."""
        if self.length > self._page_start:
            self._parts.append(mark)
            self.length += len(mark)

    def _append(self, text: str) -> Span:
        start = self.length
        self._parts.append(text)
        self.length += len(text)
        within("characters", self.length, MAX_CHARS)
        return Span(start=start, end=self.length, page=self._page)


def _clean(text: str) -> str:
    """Without what no store can hold: NUL and half surrogate pairs."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _line(row: tuple[str, ...], names: tuple[str, ...] = (), between: str = " | ") -> str:
    """One row as one line of text."""
    flat = [_SPACE.sub(" ", cell) for cell in row]
    if len(names) != len(flat):
        return between.join(flat)
    return between.join(
        f"{_SPACE.sub(' ', name)}: {cell}" if name else cell for name, cell in zip(names, flat, strict=True)
    )
