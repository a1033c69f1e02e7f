"""PDF: page text with exact spans, in reading order, with tables, form fields and attachments; scans by OCR (pypdfium2)."""

from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_PAGES, within
from symphainy.realms.content.services.parse import recognition
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.pdf_blocks import Level, Line, Page, add_page, levels_of
from symphainy.realms.content.services.parse.pdf_facts import attachments, form_fields
from symphainy.realms.content.services.parse.tables import Found

MAX_TABLE_PAGES: Final = 200
"""Pages whose tables are looked for: each takes up to a tenth of a second, and reports with more are read by their text."""
MAX_OCR_PAGES: Final = 50
MAX_OBJECTS: Final = 20_000
"""Drawn things of one page: a page with more is a map, and its lines are no table."""
_DPI: Final = 300
"""Dots per inch that a scanned page is drawn with: what tesseract was trained on."""


def parse_pdf(path: str, sha256: str, name: str) -> Document:
    """The document in a PDF. Invalid when it is encrypted, broken, or a scan that cannot be read here; TooLarge over a limit."""
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from error
    try:
        within("pages", len(pdf), MAX_PAGES)
        pages = [_page(pdf, number) for number in range(len(pdf))]
        facts: dict[str, Json] = {
            k.lower(): v
            for k, v in pdf.get_metadata_dict(skip_empty=True).items()
            if k in ("Title", "Author", "Subject")
        }
        fields, attached = form_fields(pdf), attachments(pdf)
        builder, scanned = _built(pdf, path, pages, fields)
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from error
    finally:
        pdf.close()
    facts |= {**scanned, **({"attachments": attached} if attached else {})}
    if fields:
        facts["form_fields"] = {key: value for page in fields.values() for key, value in page.items()}
    return builder.document(sha256=sha256, media_type="application/pdf", name=name, metadata=facts)


def _built(
    pdf: pypdfium2.PdfDocument, path: str, pages: list[Page], fields: dict[int, dict[str, str]]
) -> tuple[Builder, dict[str, Json]]:
    empty = [number for number, page in enumerate(pages) if not page.lines]
    ocr = recognition.available() and 0 < len(empty) <= MAX_OCR_PAGES
    if len(empty) == len(pages) and not ocr and not fields:
        raise Invalid(
            "The PDF has no text layer: it is a scan or holds only pictures, and text recognition (OCR) "
            + ("would take too many pages." if recognition.available() else "is not installed here."),
            code="content.no_text",
            remedy="Run text recognition (OCR) on it and upload the result, or install tesseract on the workers.",
        )
    levels: dict[float, Level] = levels_of(pages)
    found, confidence, builder = _tables(path, pages), list[float](), Builder()
    for number, page in enumerate(pages):
        builder.start_page()
        if number in empty and ocr:
            confidence += recognition.recognise(_picture(pdf, number), builder)
        else:
            add_page(builder, page, levels, found.get(number, []))
        for key, value in fields.get(number, {}).items():
            builder.add(f"{key}: {value}", kind="other")
        builder.end_page()
    facts: dict[str, Json] = {"pages_without_text": len(empty)} if empty else {}
    if ocr:
        facts |= {"text_by": "ocr" if len(empty) == len(pages) else "layer and ocr", **recognition.sure(confidence)}
        if not builder.blocks:
            raise recognition.no_text("The PDF")
    return builder, facts


def _tables(path: str, pages: list[Page]) -> dict[int, list[Found]]:
    """Tables by page, of the pages that may have one."""
    wanted = [number for number, page in enumerate(pages[:MAX_TABLE_PAGES]) if page.may_have_tables]
    if not wanted:
        return {}
    import pdfplumber
    from pdfminer.pdfexceptions import PDFException

    from symphainy.realms.content.services.parse.tables import tables_of

    found: dict[int, list[Found]] = {}
    try:
        with pdfplumber.open(path, pages=[number + 1 for number in wanted]) as pdf:
            for page in pdf.pages:
                found[page.page_number - 1] = tables_of(page)
                page.close()
    except (PDFException, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        return found  # the second reader is stricter than the first: the text is there, the tables stay in it
    return found


def _picture(pdf: pypdfium2.PdfDocument, number: int) -> Any:
    page = pdf[number]
    width, height = page.get_size()
    scale = _DPI / 72
    recognition.bounded(int(width * scale), int(height * scale))
    image = page.render(scale=scale, grayscale=True).to_pil()
    page.close()
    return image


def _unreadable(error: pypdfium2.PdfiumError) -> Invalid:
    if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower():
        return Invalid(
            "The PDF is encrypted.", code="content.encrypted", remedy="Remove its password and upload it again."
        )
    return Invalid(f"The PDF is broken: {error}", code="content.broken", remedy="Export it anew and upload the result.")


def _page(pdf: pypdfium2.PdfDocument, number: int) -> Page:
    try:
        page = pdf[number]
    except pypdfium2.PdfiumError:
        return Page()
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
    figured = sum(any(sign.isdigit() for sign in line.text) for line in lines)
    objects = pdfium.FPDFPage_CountObjects(page.raw)
    tabular = placed and page.get_rotation() == 0 and 0 < objects <= MAX_OBJECTS and (figured >= 3 or _drawn(page))
    _, lower, _, upper = page.get_mediabox()
    page.close()
    return Page(tuple(lines), upper - lower, tabular)


def _drawn(page: pypdfium2.PdfPage) -> bool:
    """Whether something on the page is drawn with lines."""
    paths = 0
    for _ in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_PATH,), max_depth=2):
        paths += 1
        if paths >= 4:
            return True
    return False


def _placed(text_page: pypdfium2.PdfTextPage, line: str, at: int) -> Line:
    first = at + len(line) - len(line.lstrip())
    last = at + len(line.rstrip()) - 1
    left, bottom, _, top = text_page.get_charbox(first, loose=True)
    _, _, right, _ = text_page.get_charbox(last, loose=True)
    size = float(pdfium.FPDFText_GetFontSize(text_page.raw, first))
    bold = int(pdfium.FPDFText_GetFontWeight(text_page.raw, first)) >= 600
    return Line(line.strip(), round(top, 1), round(bottom, 1), round(left, 1), round(right, 1), round(size, 1), bold)
