"""Plain text and Markdown: paragraphs, headings, list items and code with exact spans."""

import re
from pathlib import Path

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.models import MAX_TEXT_BYTES, within
from symphainy.realms.content.models.detection.encoding import decoded, told_apart
from symphainy.realms.content.services.parse.builder import Builder

_BREAK = re.compile(r"\n[ \t]*\n+")
_HEADING = re.compile(r"^(#{1,6}) +(.+?)(?: +#+)?$")
_ITEM = re.compile(r"^[ \t]{0,40}([-*+\u2022]|\d{1,3}[.)])\s+\S")


def decode(path: str, encoding: str | None) -> tuple[str, str]:
    r"""The file's text with line ends as ``\n``, and the encoding it turned out to have.

    The encoding was told from the file's beginning; where a later byte contradicts it, the whole file is asked, then the
    usual Western one. TooLarge over the limit of bytes.
    """
    within("bytes", Path(path).stat().st_size, MAX_TEXT_BYTES)
    data = Path(path).read_bytes()
    try:
        text, used = decoded(data, encoding or "utf-8-sig"), encoding or "utf-8-sig"
    except (UnicodeDecodeError, LookupError) as error:
        text, used = _redecoded(data, getattr(error, "start", 0))
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), used


def _redecoded(data: bytes, at: int) -> tuple[str, str]:
    """``data`` decoded by the look of the place that the first guess could not read."""
    guess = told_apart(data, at)
    try:
        return decoded(data, guess), guess
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"  # every byte is a character here: nothing is lost, if perhaps misread


def parse_text(path: str, sha256: str, name: str, encoding: str | None, *, markdown: bool = False) -> Document:
    """The document in a text file. Invalid when it holds nothing but space."""
    text, used = decode(path, encoding)
    builder = Builder()
    for piece in _pieces(text, markdown):
        _add(builder, piece, markdown)
    if not builder.blocks:
        raise Invalid("The file holds no text.", code="content.empty", remedy="Upload a file with content.")
    media_type = "text/markdown" if markdown else "text/plain"
    return builder.document(sha256=sha256, media_type=media_type, name=name, metadata={"encoding": used})


def parse_markdown(path: str, sha256: str, name: str, encoding: str | None) -> Document:
    """The document in a Markdown file. Invalid when it holds nothing but space."""
    return parse_text(path, sha256, name, encoding, markdown=True)


def _pieces(text: str, markdown: bool) -> list[str]:
    """Paragraphs; in Markdown a fenced block is one piece, blank lines and all."""
    if not markdown:
        return _BREAK.split(text)
    parts = re.split(r"^(```.*?^```[ \t]*$)", text, flags=re.MULTILINE | re.DOTALL)
    return [piece for part in parts for piece in ([part] if part.startswith("```") else _BREAK.split(part))]


def _add(builder: Builder, piece: str, markdown: bool) -> None:
    if markdown and piece.startswith("```"):
        builder.add(piece, kind="code")
        return
    paragraph: list[str] = []
    for line in piece.split("\n"):
        heading = _HEADING.match(line) if markdown else None
        if heading or _ITEM.match(line):
            builder.add("\n".join(paragraph))
            paragraph = []
        if heading:
            builder.add(heading.group(2), kind="heading", level=len(heading.group(1)))
        elif _ITEM.match(line):
            builder.add(line, kind="list_item")
        else:
            paragraph.append(line)
    builder.add("\n".join(paragraph))
