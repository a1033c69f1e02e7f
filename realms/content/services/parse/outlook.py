"""Outlook's messages (MSG, [MS-OXMSG]): turned into the mail that they are, with their attachments and messages within."""

from email.message import EmailMessage
from email.policy import default
from typing import Final

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.parse.compound import Folder, read_compound

MAX_DEPTH: Final = 4
_SUBJECT, _FROM_NAME, _FROM, _TO, _CC, _BODY, _HTML, _HEADERS = (
    "0037",
    "0C1A",
    "5D01",
    "0E04",
    "0E03",
    "1000",
    "1013",
    "007D",
)
_DATA, _LONG_NAME, _NAME = "3701", "3707", "3704"


def mail_of(data: bytes) -> EmailMessage:
    """The mail in an Outlook message. Invalid where it is none."""
    return _mail(read_compound(data), 0)


def _mail(folder: Folder, depth: int) -> EmailMessage:
    if not any(name.startswith("__substg1.0_") for name in folder.streams):
        raise Invalid(
            "The file holds no message.", code="content.broken", remedy="Save it anew, as EML if that can be chosen."
        )
    found = EmailMessage(policy=default)
    name, address = _text(folder, _FROM_NAME), _text(folder, _FROM)
    sender = f"{name} <{address}>" if name and address and name != address else address or name
    for key, value in (
        ("Subject", _text(folder, _SUBJECT)),
        ("From", sender),
        ("To", _text(folder, _TO)),
        ("Cc", _text(folder, _CC)),
    ):
        if value:
            found[key] = " ".join(value.split())
    if date := next(
        (line[5:].strip() for line in _text(folder, _HEADERS).splitlines() if line.lower().startswith("date:")), ""
    ):
        found["Date"] = date
    found.set_content(_text(folder, _BODY) or "")
    if html := folder.streams.get(f"__substg1.0_{_HTML}0102", b""):
        found.add_alternative(html.decode("utf-8", "replace"), subtype="html")
    for label, inner in sorted(folder.folders.items()):
        if label.startswith("__attach_version1.0_"):
            _attach(found, inner, depth)
    return found


def _attach(mail: EmailMessage, folder: Folder, depth: int) -> None:
    name = _text(folder, _LONG_NAME) or _text(folder, _NAME)
    message = folder.folders.get(f"__substg1.0_{_DATA}000D")
    data = folder.streams.get(f"__substg1.0_{_DATA}0102", b"")
    if message is not None:
        if depth >= MAX_DEPTH:
            raise Invalid(
                f"Messages lie deeper than {MAX_DEPTH} levels.", code="content.too_deep", remedy="Save it apart."
            )
        inner = _mail(message, depth + 1)
        name, data = f"{name or inner.get('Subject', 'message')}.eml", inner.as_bytes()
    mail.add_attachment(
        data, maintype="application", subtype="octet-stream", filename=" ".join(name.split()) or "attachment"
    )


def _text(folder: Folder, tag: str) -> str:
    """A property as text: Unicode where it is there, else in the code page of the West."""
    wide, narrow = (folder.streams.get(f"__substg1.0_{tag}{kind}") for kind in ("001F", "001E"))
    if wide is not None:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return narrow.decode("cp1252", "replace").rstrip("\0") if narrow is not None else ""
