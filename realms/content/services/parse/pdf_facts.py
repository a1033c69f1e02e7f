"""What a PDF holds beside its pages: form fields with their values, and attached files."""

import ctypes
import hashlib
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from symphainy.foundations.language.model import Json

MAX_FIELDS: Final = 1_000
"""Fields of one page."""
MAX_ATTACHMENTS: Final = 100
MAX_PAGES: Final = 500
"""Pages whose fields are looked for."""


def form_fields(pdf: pypdfium2.PdfDocument) -> dict[int, dict[str, str]]:
    """Every field of the form by its full name, by page from 0; a button without a value is empty."""
    if pdf.get_formtype() == pdfium.FORMTYPE_NONE:
        return {}
    pdf.init_forms()
    if pdf.formenv is None:
        return {}
    found: dict[int, dict[str, str]] = {}
    for number in range(min(len(pdf), MAX_PAGES)):
        if fields := _fields(pdf, pdf[number]):
            found[number] = fields
    return found


def _fields(pdf: pypdfium2.PdfDocument, page: pypdfium2.PdfPage) -> dict[str, str]:
    found: dict[str, str] = {}
    for at in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), MAX_FIELDS)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, at)
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
            name = _text(pdfium.FPDFAnnot_GetFormFieldName, pdf.formenv.raw, annotation)
            value = _text(pdfium.FPDFAnnot_GetFormFieldValue, pdf.formenv.raw, annotation)
            if name:
                found[name] = found.get(name) or value
        pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _text(function: Any, form: Any, annotation: Any) -> str:
    """A text that pdfium gives as UTF-16 with a zero at its end, once its length is asked."""
    size = function(form, annotation, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(form, annotation, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace").strip()


def attachments(pdf: pypdfium2.PdfDocument) -> list[Json]:
    """Name, size and hash of each attached file."""
    told: list[Json] = []
    for number in range(min(pdf.count_attachments(), MAX_ATTACHMENTS)):
        attached = pdf.get_attachment(number)
        try:
            data = bytes(attached.get_data())
        except pypdfium2.PdfiumError:  # named, but its bytes are not there
            data = b""
        told.append({"name": attached.get_name(), "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    return told
