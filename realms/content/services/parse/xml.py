"""XML: titles, paragraphs, tables and records of any vocabulary; entities and external references are refused (defusedxml)."""

import re
from html.entities import html5
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import XMLParser  # type: ignore[import-untyped]

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.builder import Builder

MAX_XML_BYTES: Final = 16 * 2**20
"""Bytes of a file: its tree takes ten times as much memory."""
MAX_DEPTH: Final = 256
MAX_ELEMENTS: Final = 300_000
_SPACE: Final = re.compile(r"\s+")
_TITLES: Final = frozenset(
    "title article-title invention-title title-of-invention heading head subtitle caption-title h1 h2 h3 h4 h5 h6".split()
)
_PARAGRAPHS: Final = frozenset("p paragraph para abstract-p claim-text li list-item item verse td".split())
_INLINE: Final = frozenset(
    "b i u sub sup bold italic subscript superscript highlight xref ref a em strong span ext-link email claim-ref figref number "
    "cross-reference maths o smallcaps chemistry math crossref sc styled-content named-content inline-formula br emphasis".split()
)
_ROWS: Final = frozenset(("row", "tr"))
_ENTRIES: Final = frozenset(("entry", "td", "th"))
_LEFT_OUT: Final = frozenset("colspec spanspec tex-math processing-instruction script style".split())


def parse_xml(path: str, sha256: str, name: str) -> Document:
    """The document in an XML file. Invalid where it is broken, declares entities or nests too deep; TooLarge over a limit."""
    within("bytes", Path(path).stat().st_size, MAX_XML_BYTES)
    root, counted = _tree(path)
    page = _Walk()
    page.walk(root, 1)
    page.flush()
    facts: dict[str, Json] = {"root": local(root), "elements": counted.elements, "tables": counted.tables}
    return page.builder.document(sha256=sha256, media_type="application/xml", name=name, metadata=facts)


class _Counting(TreeBuilder):
    """Builds the tree and keeps every limit while it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.elements = self.tables = 0

    def start(self, tag: Any, attributes: Any, /) -> Element:
        self.depth, self.elements = self.depth + 1, self.elements + 1
        self.tables += tag.rpartition("}")[2] == "table"
        within("elements", self.elements, MAX_ELEMENTS)
        if self.depth > MAX_DEPTH:
            raise Invalid(
                f"The XML nests deeper than {MAX_DEPTH} levels.", code="content.too_deep", remedy="Flatten it."
            )
        return super().start(tag, attributes)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag)


class _Signs(dict[str, str]):
    """Signs named by a DTD that is not read (``&lsqb;``): ISO's names, most of which are HTML's; others stay as they stand."""

    def __missing__(self, name: str) -> str:
        return f"&{name};"


_GREEK: Final = dict(
    zip(
        "agr bgr ggr dgr egr zgr eegr thgr igr kgr lgr mgr ngr xgr ogr pgr rgr sgr tgr ugr phgr khgr psgr ohgr".split(),
        "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc\u03bd\u03be\u03bf\u03c0\u03c1\u03c3\u03c4\u03c5\u03c6\u03c7\u03c8\u03c9",
        strict=True,
    )
)


class _Parser(XMLParser):  # type: ignore[misc]
    """Refuses entities that stand for text or for a file; a picture declared beside the text is only a name, and passes."""

    def defused_unparsed_entity_decl(self, *about: Any) -> None:
        """Nothing is read for it."""

    def defused_entity_decl(self, name: str, is_parameter: bool, *about: Any) -> None:
        if about[-1] is None:  # no notation: it would be expanded
            super().defused_entity_decl(name, is_parameter, *about)


def _tree(path: str) -> tuple[Element, _Counting]:
    target = _Counting()
    # A document type is only a name until it declares something: journals and patents carry one.
    parser = _Parser(target=target, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    parser.entity = _Signs({**_GREEK, **{name.rstrip(";"): sign for name, sign in html5.items()}})
    try:
        with open(path, "rb") as file:
            while piece := file.read(1 << 18):
                parser.feed(piece)
        return parser.close(), target
    except DefusedXmlException as error:
        raise Invalid(
            f"The XML declares what must not be expanded: {type(error).__name__}.",
            code="content.unsafe_xml",
            remedy="Write the text in place of its entities.",
        ) from error
    except (ParseError, ValueError, LookupError) as error:
        raise Invalid(f"The XML is broken: {error}.", code="content.broken", remedy="Export it anew.") from error


def local(element: Element) -> str:
    """An element's name without its namespace.

    >>> local(Element("{urn:x}p"))
    'p'
    """
    return str(element.tag).rpartition("}")[2]


class _Walk:
    """Walks the tree; text between two blocks is a paragraph of its own."""

    def __init__(self) -> None:
        self.builder, self.rows = Builder(), 0
        self._text: list[str] = []

    def walk(self, element: Element, depth: int) -> None:
        self._text.append(element.text or "")
        if records := _records(element):
            self.flush()
            self._table(records, local(element))
            return
        for child in element:
            self._child(child, depth)
            self._text.append(child.tail or "")

    def _child(self, child: Element, depth: int) -> None:
        name = local(child)
        if name in _LEFT_OUT:
            return
        if name in _INLINE and not any(local(below) not in _INLINE for below in child.iter()):
            self._text.append("".join(child.itertext()))
            return
        self.flush()
        if name in _TITLES:
            self.builder.add(flat(child), kind="heading", level=min(depth, 6))
        elif rows := [row for row in child.iter() if local(row) in _ROWS] if name == "table" else []:
            self._table(_grid(rows), name)
        else:
            self.walk(child, depth + 1)
            self.flush()

    def flush(self) -> None:
        """End the running text."""
        text = _SPACE.sub(" ", "".join(self._text)).strip()
        self._text = []
        if text:
            self.builder.add(text)

    def _table(self, rows: list[tuple[str, ...]], name: str) -> None:
        self.rows += len(rows)
        within("rows", self.rows, MAX_ROWS)
        self.builder.add_table(rows, name=name, header=name != "table")


def flat(element: Element) -> str:
    """All text in an element, with single spaces."""
    return _SPACE.sub(" ", "".join(element.itertext())).strip()


def _records(element: Element) -> list[tuple[str, ...]]:
    """The rows of a list of like elements that hold one text each per name, header first; empty where it is none."""
    if len(element) < 2 or len({child.tag for child in element}) != 1:
        return []
    if local(element[0]) in _INLINE | _PARAGRAPHS | _TITLES | _ROWS or any(
        len(leaf) for child in element for leaf in child
    ):
        return []
    names = list(
        dict.fromkeys(
            [
                *(f"@{key}" for child in element for key in child.attrib),
                *(local(leaf) for child in element for leaf in child),
            ]
        )
    )
    if not any(len(child) for child in element) or any((child.text or "").strip() for child in element):
        return []
    if any(len({leaf.tag for leaf in child}) < len(child) for child in element):
        return []
    rows = []
    for child in element:
        found = {f"@{key}": value for key, value in child.attrib.items()} | {local(leaf): flat(leaf) for leaf in child}
        rows.append(tuple(found.get(name, "") for name in names))
    return [tuple(names), *rows]


def _grid(rows: list[Element]) -> list[tuple[str, ...]]:
    """Rows of a table; a cell that spans columns stands in each, by its names (CALS) or its number (HTML)."""
    grid = []
    for row in rows:
        cells: list[str] = []
        for cell in row:
            if local(cell) not in _ENTRIES:
                continue
            first, last = (re.search(r"\d+$", cell.get(key, "")) for key in ("namest", "nameend"))
            width = int(last[0]) - int(first[0]) + 1 if first and last else int(cell.get("colspan", "1") or 1)
            cells += [flat(cell)] * min(max(width, 1), 1_000)
        grid.append(tuple(cells))
    width = max(map(len, grid), default=0)
    return [row + ("",) * (width - len(row)) for row in grid if any(row)]
