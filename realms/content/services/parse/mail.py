"""Mail (EML) and mailboxes (MBOX): headers, the text that a reader sees, and attachments, each parsed as the file it is."""

import email
import email.policy
import hashlib
import re
import tempfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid, SymphainyError
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_TEXT_BYTES, Detected, within
from symphainy.realms.content.services.parse.builder import Builder

MAX_MESSAGES: Final = 10_000
MAX_PARTS: Final = 500
MAX_DEPTH: Final = 4
"""Mails within mails, archives within mails: what lies deeper is named, not opened."""
MAX_ATTACHED: Final = 64 * 2**20
"""Bytes of all attachments of one file together."""
_HEADERS: Final = ("Subject", "From", "To", "Cc", "Date")
_BREAK: Final = re.compile(r"\n[ \t]*\n+")
_PART: Final = re.compile(rb"^content-type:", re.IGNORECASE | re.MULTILINE)
_FROM: Final = re.compile(rb"^From \S+.*\d\d:\d\d")


class _Budget:
    """What is left of the limits, shared by all depths of one file."""

    def __init__(self) -> None:
        self.bytes, self.parts = MAX_ATTACHED, MAX_PARTS

    def take(self, size: int) -> None:
        self.bytes, self.parts = self.bytes - size, self.parts - 1
        within("parts", MAX_PARTS - self.parts, MAX_PARTS)
        within("bytes of attachments", MAX_ATTACHED - self.bytes, MAX_ATTACHED)


def parse_mail(path: str, sha256: str, name: str, depth: int = 0) -> Document:
    """The document in one mail. Invalid where there is none, TooLarge over a limit."""
    within("bytes", Path(path).stat().st_size, MAX_TEXT_BYTES)
    message = _message(Path(path).read_bytes())
    builder = Builder()
    facts = _add(builder, message, _Budget(), depth)
    return builder.document(sha256=sha256, media_type="message/rfc822", name=name, metadata=facts)


def parse_msg(path: str, sha256: str, name: str) -> Document:
    """The document in an Outlook message. Invalid where it is broken, TooLarge over a limit."""
    from symphainy.realms.content.services.parse.outlook import mail_of

    within("bytes", Path(path).stat().st_size, MAX_TEXT_BYTES)
    builder = Builder()
    facts = _add(builder, mail_of(Path(path).read_bytes()), _Budget(), 0)
    return builder.document(sha256=sha256, media_type="application/vnd.ms-outlook", name=name, metadata=facts)


def parse_mbox(path: str, sha256: str, name: str) -> Document:
    """All mails of a mailbox, each under a heading of its own. Invalid where there is none, TooLarge over a limit."""
    within("bytes", Path(path).stat().st_size, MAX_TEXT_BYTES)
    builder, budget, told = Builder(), _Budget(), list[Json]()
    for raw in messages(path):
        within("messages", len(told) + 1, MAX_MESSAGES)
        message = _message(raw)
        builder.add(str(message.get("Subject", "")) or f"Message {len(told) + 1}", kind="heading", level=1)
        told.append(_add(builder, message, budget, 0))
        budget.parts = MAX_PARTS
    if not told:
        raise Invalid("The mailbox holds no message.", code="content.empty", remedy="Export it anew.")
    facts: dict[str, Json] = {"messages": len(told), "mails": told[:1_000]}
    return builder.document(sha256=sha256, media_type="application/mbox", name=name, metadata=facts)


def messages(path: str) -> Iterator[bytes]:
    """The mails of a mailbox as bytes: one begins at each From line after an empty line."""
    lines: list[bytes] = []
    blank = True
    with open(path, "rb") as file:
        for line in file:
            if blank and _FROM.match(line):
                if any(part.strip() for part in lines):
                    yield b"".join(lines)
                lines = []
            else:
                lines.append(line[1:] if line.startswith(b">From ") else line)
            blank = not line.strip()
    if any(part.strip() for part in lines):
        yield b"".join(lines)


def _message(data: bytes) -> EmailMessage:
    within("parts", len(_PART.findall(data)), 4 * MAX_PARTS)  # the parser takes a second for every five thousand
    try:
        found = email.message_from_bytes(data, policy=email.policy.default)
    except (ValueError, RecursionError) as error:
        raise Invalid(
            f"The mail is broken: {type(error).__name__}.", code="content.broken", remedy="Save it anew."
        ) from error
    assert isinstance(found, EmailMessage)  # by its policy
    return found


def _add(builder: Builder, message: EmailMessage, budget: _Budget, depth: int) -> dict[str, Json]:
    """Add one mail; what is known of it. A header or part that cannot be read is noted and stops nothing."""
    notes: list[str] = []
    headers: dict[str, Json] = {key.lower(): _header(message, key, notes) for key in _HEADERS}
    if lines := [f"{key}: {headers[key.lower()]}" for key in _HEADERS if headers[key.lower()]]:
        builder.add("\n".join(lines), kind="other")
    parts = _parts(message)
    within("parts", len(parts), MAX_PARTS)
    shown = _shown(parts)
    attached: list[Json] = []
    for part in parts:
        if part in shown:
            _text(builder, part, notes)
        elif _is_attachment(part):
            attached.append(_attachment(builder, part, budget, depth, notes))
    for defect in [type(d).__name__ for part in parts for d in part.defects][:10]:
        notes.append(defect)
    return {
        **headers, "parts": [part.get_content_type() for part in parts], "attachments": attached,
        **({"notes": list[Json](notes[:50])} if notes else {}),
    }  # fmt: skip


def _parts(message: EmailMessage) -> list[EmailMessage]:
    try:
        return [part for part in message.walk() if isinstance(part, EmailMessage)]
    except RecursionError:
        raise Invalid("The mail nests too deep.", code="content.too_deep", remedy="Save its parts apart.") from None


def _header(message: EmailMessage, key: str, notes: list[str]) -> str | None:
    try:
        value = message.get(key)
        return None if value is None else " ".join(str(value).split("\r\n")).replace("\n", " ")
    except Exception as error:  # the standard library's own parser fails on some: its reader is told, the mail is read
        notes.append(f"{key}: {type(error).__name__}")
        raw = next((v for k, v in message.raw_items() if k.lower() == key.lower()), "")
        return str(raw)


def _is_attachment(part: EmailMessage) -> bool:
    return not part.is_multipart() and bool(part.get_filename() or part.get_content_disposition() == "attachment")


def _shown(parts: list[EmailMessage]) -> list[EmailMessage]:
    """The parts that a reader sees as the mail: of two versions of one text the plain one, if it says anything."""
    texts = [p for p in parts if p.get_content_maintype() == "text" and not p.is_multipart() and not _is_attachment(p)]
    plain = [p for p in texts if p.get_content_subtype() == "plain" and _content(p).strip()]
    alternatives = {id(below) for p in parts if p.get_content_type() == "multipart/alternative" for below in p.walk()}
    if not plain:
        return texts
    return [p for p in texts if p in plain or id(p) not in alternatives]


def _content(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError, KeyError, AssertionError):
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _text(builder: Builder, part: EmailMessage, notes: list[str]) -> None:
    text = _content(part)
    if part.get_content_subtype() != "html":
        for piece in _BREAK.split(text.replace("\r\n", "\n")):
            builder.add(piece)
        return
    from symphainy.realms.content.services.parse.html import read_page

    try:
        page, _ = read_page(text)
    except SymphainyError as error:
        notes.append(f"text/html: {error.code}")
        return
    builder.include(page.blocks, page.tables)


def _attachment(builder: Builder, part: EmailMessage, budget: _Budget, depth: int, notes: list[str]) -> dict[str, Json]:
    name = part.get_filename() or ""
    payload: Any = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    budget.take(len(data))
    about: dict[str, Json] = {"name": name, "media_type": part.get_content_type(), "size": len(data), "parsed": False}
    try:
        inner = _inner(data, name, depth + 1)
    except SymphainyError as error:
        about["note"] = f"{error.code}: {error}"[:200]
        notes.append(f"{name}: {error.code}")
        return about
    builder.add(name or "Attachment", kind="heading", level=2)
    builder.include(inner.blocks, inner.tables)
    told = {key: inner.metadata[key] for key in ("attachments", "notes") if inner.metadata.get(key)}
    return {**about, "parsed": True, "kind": inner.media_type, "sha256": inner.sha256, **told}


def _inner(data: bytes, name: str, depth: int) -> Document:
    from symphainy.realms.content.models.detection import sniff
    from symphainy.realms.content.services.parse import read

    if depth > MAX_DEPTH:
        raise Invalid(
            f"Attachments lie deeper than {MAX_DEPTH} levels.", code="content.too_deep", remedy="Save it apart."
        )
    ref = ArtifactRef(key="", sha256=hashlib.sha256(data).hexdigest(), size=len(data), name=name)
    with tempfile.NamedTemporaryFile(prefix="symphainy-") as file:
        file.write(data)
        file.flush()
        found = Detected(file=ref, **sniff(file.name)._asdict())
        if found.kind == "email":
            return parse_mail(file.name, ref.sha256, name, depth)
        return read(file.name, found)
