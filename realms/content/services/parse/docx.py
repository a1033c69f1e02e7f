"""DOCX: headings, lists and tables in the order of the document (python-docx)."""

import re
from typing import Any

import docx
from docx.document import Document as Word
from docx.opc.exceptions import OpcError
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError  # type: ignore[import-untyped]

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.services.parse.archive import inspect
from symphainy.realms.content.services.parse.builder import BlockKind, Builder

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HEADING = re.compile(r"^heading (\d)", re.IGNORECASE)


def parse_docx(path: str, sha256: str, name: str) -> Document:
    """The document in a DOCX file. Invalid when it is broken or unsafe, TooLarge over the archive's or row limits."""
    inspect(path)
    try:
        word = docx.Document(path)
        builder = _build(word)
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, IndexError, TypeError) as error:
        raise Invalid(
            f"The Word document is broken: {type(error).__name__}: {error}.",
            code="content.broken",
            remedy="Open it in a word processor, save it anew and upload the result.",
        ) from error
    return builder.document(sha256=sha256, media_type=MEDIA_TYPE, name=name, metadata=_facts(word))


def _build(word: Word) -> Builder:
    builder, rows = Builder(), 0
    for part in word.iter_inner_content():
        if isinstance(part, Paragraph):
            kind, level = _kind(part)
            builder.add(part.text, kind=kind, level=level)
        else:
            cells = _cells(part)
            rows += len(cells)
            within("rows", rows, MAX_ROWS)
            builder.add_table(cells, header=_is_header(cells))
    return builder


def _kind(paragraph: Paragraph) -> tuple[BlockKind, int | None]:
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if match := _HEADING.match(style):
        return "heading", int(match.group(1))
    if style == "Title":
        return "heading", 1
    properties = paragraph._p.pPr
    if style.startswith("List") or (properties is not None and properties.numPr is not None):
        return "list_item", None
    return ("caption", None) if style == "Caption" else ("paragraph", None)


def _cells(table: WordTable) -> list[tuple[str, ...]]:
    """Each row's cells once, a merged cell in its first place and empty in the others."""
    return [tuple(text for cell in row._tr.tc_lst for text in _spread(cell, table)) for row in table.rows]


def _spread(cell: Any, table: WordTable) -> list[str]:
    continued = cell.vMerge == "continue"
    text = "" if continued else "\n".join(Paragraph(p, table).text for p in cell.iterchildren("{*}p"))
    return [text.strip(), *[""] * (int(cell.grid_span) - 1)]


def _is_header(rows: list[tuple[str, ...]]) -> bool:
    """A first row of distinct, filled cells without a figure of its own heads the table."""
    first = rows[0] if rows else ()
    return (
        len(rows) > 1
        and all(first)
        and len(set(first)) == len(first)
        and not any(re.fullmatch(r"[\d.,%-]+", c) for c in first)
    )


def _facts(word: Word) -> dict[str, Json]:
    properties = word.core_properties
    told: dict[str, Json] = {
        key: value for key in ("title", "author", "subject") if (value := getattr(properties, key))
    }
    titles = sum(bool(p.text.strip()) and p.style is not None and p.style.name == "Title" for p in word.paragraphs)
    return {**told, **({"titles": titles} if titles else {})}
