"""PDF: page text with exact spans, in reading order, with headings told by their size (pypdfium2)."""

import re
from collections import Counter
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_PAGES, within
from symphainy.realms.content.services.parse.builder import BlockKind, Builder

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


def parse_pdf(path: str, sha256: str, name: str) -> Document:
    """The document in a PDF. Invalid when it is encrypted, broken or a scan; TooLarge over the page limit."""
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from error
    try:
        within("pages", len(pdf), MAX_PAGES)
        pages = [_lines(pdf, number) for number in range(len(pdf))]
        facts = {
            k.lower(): v
            for k, v in pdf.get_metadata_dict(skip_empty=True).items()
            if k in ("Title", "Author", "Subject")
        }
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from error
    finally:
        pdf.close()
    empty = sum(not page for page in pages)
    if empty == len(pages):
        raise Invalid(
            "The PDF has no text layer: it is a scan or holds only pictures.",
            code="content.no_text",
            remedy="Run text recognition (OCR) on it and upload the result.",
        )
    metadata: dict[str, Json] = {**facts, **({"pages_without_text": empty} if empty else {})}
    return _build(pages).document(sha256=sha256, media_type="application/pdf", name=name, metadata=metadata)


def _unreadable(error: pypdfium2.PdfiumError) -> Invalid:
    if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
        return Invalid(
            "The PDF is encrypted.", code="content.encrypted", remedy="Remove its password and upload it again."
        )
    return Invalid(f"The PDF is broken: {error}", code="content.broken", remedy="Export it anew and upload the result.")


def _lines(pdf: pypdfium2.PdfDocument, number: int) -> list[Line]:
    try:
        page = pdf[number]
    except pypdfium2.PdfiumError:
        return []
    text_page = page.get_textpage()
    count = text_page.count_chars()
    text = text_page.get_text_range(0, count) if count > 0 else ""
    # Where pdfium drops characters, indices of text and boxes no longer agree: the text alone is kept.
    placed = len(text) == count
    lines, at = [], 0
    for raw in text.split("\n"):
        line = raw.rstrip("\r")
        if line.strip():
            lines.append(_placed(text_page, line, at) if placed else Line(line.strip()))
        at += len(raw) + 1
    text_page.close()
    page.close()
    return lines


def _placed(text_page: pypdfium2.PdfTextPage, line: str, at: int) -> Line:
    first = at + len(line) - len(line.lstrip())
    last = at + len(line.rstrip()) - 1
    left, bottom, _, top = text_page.get_charbox(first, loose=True)
    _, _, right, _ = text_page.get_charbox(last, loose=True)
    size = float(pdfium.FPDFText_GetFontSize(text_page.raw, first))
    bold = int(pdfium.FPDFText_GetFontWeight(text_page.raw, first)) >= 600
    return Line(line.strip(), round(top, 1), round(bottom, 1), round(left, 1), round(right, 1), round(size, 1), bold)


def _build(pages: list[list[Line]]) -> Builder:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    large = sorted((size for size in sizes if body and size >= 1.15 * body), reverse=True)
    levels = {size: min(rank, 6) for rank, size in enumerate(large, start=1)}
    builder = Builder()
    for page in pages:
        builder.start_page()
        for kind, level, text in _blocks(page, levels):
            builder.add(text, kind=kind, level=level)
        builder.end_page()
    return builder


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
