"""HTML: headings, paragraphs, lists and tables in the order of the page; scripts and styles left out (selectolax)."""

import re
from pathlib import Path
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.builder import BlockKind, Builder
from symphainy.realms.content.services.parse.text import decode

MAX_HTML_BYTES: Final = 16 * 2**20
"""Bytes of a page: its tree takes ten times as much memory."""
MAX_DEPTH: Final = 400
MAX_OPEN: Final = 4_000
"""Open tags at once, by a count that forgives those which pages forget to close."""
_PAIRED: Final = re.compile(
    r"<(/?)(?!p\b|li\b|t[drh]\b|dt\b|dd\b|option\b|br\b|hr\b|img\b|input\b|meta\b|link\b|col\b|wbr\b)[a-zA-Z]"
)
MAX_SPAN: Final = 1_000
"""Columns or rows that one cell may claim, as browsers bound it."""
_LEFT_OUT: Final = frozenset(
    ("script", "style", "noscript", "template", "head", "svg", "iframe", "object", "select", "button", "-comment")
)
_BLOCKS: Final = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header "
    "hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul h1 h2 h3 h4 h5 h6".split()
)
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")


def parse_html(path: str, sha256: str, name: str, encoding: str | None) -> Document:
    """The document in a page. TooLarge over a limit, Invalid where it nests beyond reason."""
    within("bytes", Path(path).stat().st_size, MAX_HTML_BYTES)
    text, used = decode(path, encoding)
    builder, facts = read_page(text)
    return builder.document(sha256=sha256, media_type="text/html", name=name, metadata={**facts, "encoding": used})


def read_page(text: str) -> tuple[Builder, dict[str, Json]]:
    """What a page says, and a few facts of it."""
    _shallow(text)
    tree = LexborHTMLParser(text)
    page = _Page()
    if tree.body is not None:
        page.walk(tree.body, 0)
    page.flush()
    title = tree.css_first("head > title")
    facts: dict[str, Json] = {
        **({"title": _SPACE.sub(" ", title.text()).strip()} if title is not None and title.text().strip() else {}),
        "tables": len(tree.css("table")),
        "headings": len(tree.css("h1, h2, h3, h4, h5, h6")),
        "list_items": len(tree.css("li")),
        "links": len(tree.css("a[href]")),
    }
    return page.builder, facts


def _shallow(text: str) -> None:
    """Invalid where tags that must be closed are opened and opened: the tree's builder takes a square of the time for it."""
    depth = 0
    for match in _PAIRED.finditer(text):
        depth = max(depth + (-1 if match[1] else 1), 0)
        if depth > MAX_OPEN:
            raise _too_deep()


def _too_deep() -> Invalid:
    return Invalid(
        f"The page nests deeper than {MAX_DEPTH} levels.",
        code="content.too_deep",
        remedy="Save it as text and upload that.",
    )


class _Page:
    """Walks a page; running text is gathered until a block ends it."""

    def __init__(self) -> None:
        self.builder, self.rows = Builder(), 0
        self._text: list[str] = []
        self._kind: BlockKind = "paragraph"
        self._level: int | None = None

    def walk(self, node: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise _too_deep()
        child = node.child
        while child is not None:
            self._one(child, child.tag, depth)
            child = child.next

    def _one(self, node: Any, tag: str, depth: int) -> None:
        if tag == "-text":
            self._text.append(node.text_content or "")
        elif tag == "br":
            self._text.append("\n")
        elif tag in _LEFT_OUT:
            return
        elif tag == "table":
            self.flush()
            self._table(node)
        elif tag == "pre":
            self.flush()
            self.builder.add(node.text(), kind="code")
        elif tag in _BLOCKS:
            self._block(node, tag, depth)
        else:
            self.walk(node, depth + 1)

    def _block(self, node: Any, tag: str, depth: int) -> None:
        self.flush()
        before = self._kind, self._level
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._kind, self._level = "heading", int(tag[1])
        elif tag in ("li", "dd"):
            self._kind, self._level = "list_item", None
        elif tag in ("figcaption", "caption"):
            self._kind, self._level = "caption", None
        self.walk(node, depth + 1)
        self.flush()
        self._kind, self._level = before

    def flush(self) -> None:
        """End the running text."""
        lines = [_SPACE.sub(" ", line).strip() for line in "".join(self._text).split("\n\n")] if self._text else []
        text = "\n".join(line for line in lines if line)
        self._text = []
        if text:
            self.builder.add(text, kind=self._kind, level=self._level)

    def _table(self, node: Any) -> None:
        caption = node.css_first("caption")
        rows = [row for row in node.css("tr") if _owner(row) == node]
        grid, header = cells_of(rows)
        self.rows += len(grid)
        within("rows", self.rows, MAX_ROWS)
        if max(map(len, grid), default=0) < 2 and len(grid) < 2:  # a frame for the layout, no table
            for row in rows:
                for cell in _cells(row):
                    self._block(cell, "div", 0)
            return
        name = _SPACE.sub(" ", caption.text()).strip() if caption is not None else ""
        if name:
            self.builder.add(name, kind="caption")
        self.builder.add_table(grid, name=name, header=header)


def _owner(row: Any) -> Any:
    node = row.parent
    while node is not None and node.tag != "table":
        node = node.parent
    return node


def _cells(row: Any) -> list[Any]:
    found, child = [], row.child
    while child is not None:
        if child.tag in ("td", "th"):
            found.append(child)
        child = child.next
    return found


def cells_of(rows: list[Any]) -> tuple[list[tuple[str, ...]], bool]:
    """The table's grid, with a cell that spans several in each of them, and whether its first row is a header."""
    grid: list[dict[int, str]] = [{} for _ in rows]
    header = bool(rows) and bool(_cells(rows[0])) and all(cell.tag == "th" for cell in _cells(rows[0]))
    total = 0
    for number, row in enumerate(rows):
        at = 0
        for cell in _cells(row):
            while at in grid[number]:
                at += 1
            text = _SPACE.sub(" ", cell.text(separator=" ")).strip()
            width, height = _span(cell, "colspan"), min(_span(cell, "rowspan"), len(rows) - number)
            total += width * height
            within("cells", total, 1_000_000)
            for below in range(number, number + height):
                grid[below].update(dict.fromkeys(range(at, at + width), text))
            at += width
    width = max((max(row, default=-1) + 1 for row in grid), default=0)
    return [tuple(row.get(at, "") for at in range(width)) for row in grid if row], header


def _span(cell: Any, name: str) -> int:
    value = str(cell.attributes.get(name) or "1").strip()
    return min(max(int(value[:6]), 1), MAX_SPAN) if value[:6].isdigit() else 1
