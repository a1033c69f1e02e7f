"""What is this file? Asked of its bytes: magic numbers, the members of a zip, the shape of its lines."""

import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import puremagic

from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.content.models import Kind
from symphainy.realms.content.models.detection import shapes
from symphainy.realms.content.models.detection.dialect import delimiter_of
from symphainy.realms.content.models.detection.encoding import HEAD, decoded, encoding_of

__all__ = ["HEAD", "Found", "delimiter_of", "encoding_of", "sniff"]

_OPENXML = "application/vnd.openxmlformats-officedocument."
_OFFICE: dict[str, tuple[Kind, str]] = {
    "word/document.xml": ("docx", f"{_OPENXML}wordprocessingml.document"),
    "xl/workbook.xml": ("workbook", f"{_OPENXML}spreadsheetml.sheet"),
    "xl/workbook.bin": ("workbook", "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
    "ppt/presentation.xml": ("unsupported", f"{_OPENXML}presentationml.presentation"),
}
_ODF: dict[bytes, tuple[Kind, str]] = {
    b"application/vnd.oasis.opendocument.spreadsheet": ("workbook", "application/vnd.oasis.opendocument.spreadsheet"),
}
_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
    b"GIF8": "image/gif",
    b"BM": "image/bmp",
}
MAX_DIRECTORY = 512 * 1024
"""Bytes of a zip's directory: a thousand members with long names take a fifth."""
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of an OLE compound file: the offices' formats before 2007, Outlook's messages, encrypted packages."""


class Found(NamedTuple):
    """What the bytes say."""

    kind: Kind
    media_type: str
    encoding: str | None
    evidence: str
    delimiter: str | None = None


def sniff(path: str) -> Found:
    """The kind of the file at ``path``; pure."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Invalid("The file is empty.", code="content.empty", remedy="Upload a file with content.")
    if b"%PDF-" in head[:1024]:
        return Found("pdf", "application/pdf", None, "contains %PDF")
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _in_zip(path)
    if head.startswith(_COMPOUND):
        return _in_compound(path)
    if head[:1] == b"\x09" and head[1:2] in b"\x00\x02\x04\x08" and head[3:4] == b"\x00":
        return Found("workbook", "application/vnd.ms-excel", None, "a BIFF record begins it")
    for magic, media_type in _IMAGES.items():
        if head.startswith(magic) and (media_type != "image/bmp" or head[6:10] == bytes(4)):
            return Found("image", media_type, None, f"starts like {media_type}")
    encoding = encoding_of(head)
    text = _decoded(head, encoding) if encoding else None
    if encoding is None or text is None:
        return Found("unsupported", _magic(head), None, "binary")
    return _in_text(text, encoding, head, complete=len(head) < HEAD)


def _decoded(head: bytes, encoding: str) -> str | None:
    try:
        return head.decode(encoding, errors="ignore") if len(head) == HEAD else decoded(head, encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _in_zip(path: str) -> Found:
    _bounded(path)
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            odf = _mimetype(archive) if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Invalid(
            f"The file starts like a zip archive but is broken: {error}.",
            code="content.broken",
            remedy="Upload it again.",
        ) from error
    if odf in _ODF:
        return Found(*_ODF[odf], None, f"zip of {odf.decode()}")
    for member, (kind, media_type) in _OFFICE.items():
        if member in names:
            return Found(kind, media_type, None, f"zip with {member}")
    media_type = "application/vnd.oasis.opendocument" if "content.xml" in names else "application/zip"
    return Found("unsupported", media_type, None, f"zip with {len(names)} members")


def _bounded(path: str) -> None:
    """TooLarge where the directory of a zip is longer than any document's: reading it alone would take seconds."""
    with Path(path).open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    length = int.from_bytes(tail[at + 12 : at + 16], "little") if 0 <= at <= len(tail) - 16 else 0
    if MAX_DIRECTORY < length < 2**32 - 1:
        raise TooLarge(
            f"The archive's directory takes {length:,} bytes; the limit is {MAX_DIRECTORY:,}.",
            remedy="Save the document anew in its own program and upload the result.",
        )


def _mimetype(archive: zipfile.ZipFile) -> bytes:
    with archive.open("mimetype") as member:
        return member.read(100).strip()


def _in_compound(path: str) -> Found:
    """Told by the names in its directory, which stand there as UTF-16."""
    with Path(path).open("rb") as file:
        data = file.read(4 << 20)
    for name, kind, media_type in (
        ("EncryptedPackage", "unsupported", "application/encrypted-office"),
        ("Workbook", "workbook", "application/vnd.ms-excel"),
        ("Book", "workbook", "application/vnd.ms-excel"),
        ("WordDocument", "unsupported", "application/msword"),
        ("__properties_version1.0", "outlook", "application/vnd.ms-outlook"),
    ):
        if (name + "\0").encode("utf-16-le") in data:
            return Found(kind, media_type, None, f"compound file with {name}")  # type: ignore[arg-type]
    return Found("unsupported", "application/x-ole-storage", None, "compound file")


def _in_text(text: str, encoding: str, head: bytes, *, complete: bool) -> Found:
    start = text.lstrip("\ufeff \t\r\n")
    if kind := shapes.json_kind(start, complete=complete):
        return Found(kind, "application/json" if kind == "json" else "application/jsonl", encoding, "JSON")
    if start[:1] == "<":
        encoding = shapes.declared(head) or encoding
        if shapes.HTML.match(start):
            return Found("html", "text/html", encoding, "HTML")
        if start.startswith("<?xml") or re.match(r"<[A-Za-z][\w:.-]*(\s[^<>]*)?/?>", start):
            return Found("xml", "application/xml", encoding, "XML")
    if re.match(r"From \S+.*\d\d:\d\d", start):
        return Found("mbox", "application/mbox", encoding, "a From line begins it")
    if shapes.MAIL.match(start):
        return Found("email", "message/rfc822", encoding, "mail headers")
    if delimiter := delimiter_of(text, complete=complete):
        return Found("csv", "text/csv", encoding, f"columns separated by {delimiter!r}", delimiter)
    if len(shapes.MARKDOWN.findall(text)) >= 2:
        return Found("markdown", "text/markdown", encoding, "Markdown headings")
    if shapes.columns_of(text, complete=complete):
        return Found("fixed", "text/x-fixed-width", encoding, "columns at fixed places")
    return Found("text", "text/plain", encoding, "plain text")


def _magic(head: bytes) -> str:
    try:
        return str(puremagic.from_string(head, mime=True)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"
