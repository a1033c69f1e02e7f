"""What is this file? Asked of its bytes: magic numbers, the members of a zip, the shape of its lines."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import puremagic
from charset_normalizer import from_bytes

from symphainy.foundations.curator import capability
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import Detected, File, Kind

HEAD = 64 * 1024
"""Bytes looked at: a CSV's dialect and a text's encoding show in the first few hundred lines."""
_OFFICE: dict[str, tuple[Kind, str]] = {
    "word/document.xml": ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xl/workbook.xml": ("unsupported", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ppt/presentation.xml": (
        "unsupported",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "content.xml": ("unsupported", "application/vnd.oasis.opendocument"),
}  # fmt: skip
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_MARKDOWN = re.compile(r"^(#{1,6} \S|```|[-*] \[[ x]\] |\|[ :-]+\|)", re.MULTILINE)
_PRINTABLE = re.compile(r"[^\x00-\x08\x0e-\x1f\x7f]")
DELIMITERS = ",;\t|"


class Found(NamedTuple):
    """What the bytes say."""

    kind: Kind
    media_type: str
    encoding: str | None
    evidence: str
    delimiter: str | None = None


@capability("content.detect", input=File, output=Detected, title="Detect a file's kind")
async def detect(step: Step[File]) -> Outcome[Detected]:
    """Name the kind, media type and encoding of a file by its content. Invalid when the file is empty."""
    path = await step.tools.fetch(step.input.file)
    found: Found = await step.tools.compute(sniff, str(path))
    return Outcome(
        Detected(
            file=step.input.file,
            kind=found.kind,
            media_type=found.media_type,
            encoding=found.encoding,
            delimiter=found.delimiter,
            evidence=found.evidence,
        )
    )


def sniff(path: str) -> Found:
    """The kind of the file at ``path``; pure."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Invalid("The file is empty.", code="content.empty", remedy="Upload a file with content.")
    if b"%PDF-" in head[:1024]:
        return Found("pdf", "application/pdf", None, "starts with %PDF")
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _in_zip(path)
    encoding = encoding_of(head)
    text = _decoded(head, encoding) if encoding else None
    if encoding is None or text is None:
        return Found("unsupported", _magic(head), None, "binary")
    return _in_text(text, encoding, complete=len(head) < HEAD)


def encoding_of(head: bytes) -> str | None:
    """The encoding of a text that begins with ``head``, or None when it is no text.

    >>> encoding_of("Müller".encode()), encoding_of(bytes(range(32)))
    ('utf-8', None)
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    try:
        text = _cut(head).decode("utf-8")
    except UnicodeDecodeError:
        if head.count(0) > len(head) // 20 and not _looks_utf16(head):
            return None
        best = from_bytes(head, enable_fallback=False).best()
        return best.encoding if best else None
    return "utf-8" if len(_PRINTABLE.findall(text)) >= 0.98 * len(text) else None


def _cut(head: bytes) -> bytes:
    """``head`` without a character that its end cuts in two."""
    if len(head) < HEAD:
        return head
    for back in range(1, 4):
        if head[-back] & 0xC0 == 0xC0:
            return head[:-back]
        if head[-back] < 0x80:
            break
    return head


def _looks_utf16(head: bytes) -> bool:
    return head[1::2].count(0) > len(head) // 5 or head[::2].count(0) > len(head) // 5


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return head.decode(encoding, errors="ignore" if len(head) == HEAD else "strict")
    except (UnicodeDecodeError, LookupError):
        return None


def _in_zip(path: str) -> Found:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Invalid(
            f"The file starts like a zip archive but is broken: {error}.", remedy="Upload it again."
        ) from error
    for member, (kind, media_type) in _OFFICE.items():
        if member in names:
            return Found(kind, media_type, None, f"zip with {member}")
    return Found("unsupported", "application/zip", None, f"zip with {len(names)} members")


def _in_text(text: str, encoding: str, *, complete: bool) -> Found:
    start = text.lstrip("\ufeff \t\r\n")
    if start[:1] in "{[" and _is_json(start, complete):
        return Found("unsupported", "application/json", encoding, "JSON")
    if start[:1] == "<" and re.match(r"<(!doctype html|html|head|body)\b", start, re.IGNORECASE):
        return Found("unsupported", "text/html", encoding, "HTML")
    if start.startswith("<?xml") or re.match(r"<[A-Za-z][\w:.-]*(\s[^<>]*)?>", start):
        return Found("unsupported", "application/xml", encoding, "XML")
    if re.match(r"(From |Return-Path:|Received:|MIME-Version:|Delivered-To:|Message-ID:)", start, re.IGNORECASE):
        return Found("unsupported", "message/rfc822", encoding, "mail headers")
    if delimiter := delimiter_of(text, complete=complete):
        return Found("csv", "text/csv", encoding, f"columns separated by {delimiter!r}", delimiter)
    if len(_MARKDOWN.findall(text)) >= 2:
        return Found("markdown", "text/markdown", encoding, "Markdown headings")
    return Found("text", "text/plain", encoding, "plain text")


def _is_json(start: str, complete: bool) -> bool:
    first = start if complete else start.partition("\n")[0]
    try:
        json.JSONDecoder().raw_decode(first)
    except ValueError:
        return not complete and re.match(r'\{\s*"[^"]*"\s*:|\[\s*[\[{"\d]', start) is not None
    return True


def delimiter_of(text: str, *, complete: bool = True) -> str | None:
    r"""The character that cuts ``text`` into columns of one width, or None when none does so convincingly.

    >>> delimiter_of("id;name\n007;Bond\n008;Bill"), delimiter_of("Well, this\nis prose, is it not, dear reader?")
    (';', None)
    """
    lines = text if complete else text[: text.rfind("\n") + 1]
    best: tuple[float, int, str] | None = None
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter) if any(row)][:200]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        if not widths:
            continue
        width = max(set(widths), key=lambda w: (widths.count(w), w))
        agreement = widths.count(width) / len(widths)
        if width < 2 or agreement < 0.8 or (len(rows) == 1 and width < 3) or _is_prose(rows, delimiter):
            continue
        score = (round(agreement, 2), width, delimiter)
        best = max(best, score) if best else score
    return best[2] if best else None


def _is_prose(rows: list[list[str]], delimiter: str) -> bool:
    """Sentences have commas too: their cells begin with a space and run long."""
    rest = [cell for row in rows for cell in row[1:]]
    spaced = sum(cell.startswith(" ") for cell in rest) > 0.8 * len(rest)
    return delimiter == "," and spaced and sum(len(cell.split()) for cell in rest) > 3 * len(rest)


def _magic(head: bytes) -> str:
    try:
        return str(puremagic.from_string(head, mime=True)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
