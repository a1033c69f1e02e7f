"""What Content's services take and give. Large values are references; all else is small enough for a history."""

import base64
from typing import Final, Literal

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import Chunk, SearchHit
from symphainy.foundations.language.errors import TooLarge
from symphainy.foundations.language.model import Message

Kind = Literal[
    "pdf", "docx", "workbook", "csv", "fixed", "json", "jsonl", "xml", "html", "email", "mbox", "outlook", "image", "markdown", "text",
    "unsupported",
]  # fmt: skip

MAX_PAGES: Final = 5_000
"""Pages of a PDF: at 1,500 pages a second this is three seconds of one pool process."""
MAX_CHARS: Final = 10_000_000
"""Characters of a document's text: about 5,000 dense pages, and 100 MB of memory while it is cut."""
MAX_ROWS: Final = 100_000
"""Rows of a table: more is a data set and belongs into records, not into running text."""
MAX_TEXT_BYTES: Final = 64 * 2**20
"""Bytes of a text or CSV file that is decoded as one piece."""
JSON_TYPE: Final = "application/json"


def document_id(sha256: str) -> str:
    """The id of the document with these source bytes: uploading the same bytes twice gives the same document.

    >>> document_id("00" * 32)
    'doc_aaaaaaaaaaaaaaaaaaaaaaaaaa'
    """
    return "doc_" + base64.b32encode(bytes.fromhex(sha256)).decode()[:26].lower()


def within(what: str, count: int, limit: int) -> None:
    """TooLarge, naming the limit, where ``count`` of ``what`` is over it."""
    if count > limit:
        raise TooLarge(
            f"The file has {count:,} {what}; the limit is {limit:,} {what}.",
            remedy="Split the file and upload the parts.",
        )


class File(Message):
    """An uploaded file."""

    file: ArtifactRef


class Detected(Message):
    """What a file is, by its content; the name is never asked. ``evidence`` says what gave it away."""

    file: ArtifactRef
    kind: Kind
    media_type: str
    encoding: str | None = None
    delimiter: str | None = None
    evidence: str = ""


class About(Message):
    """A document in a few words; travels beside the reference to its text."""

    document: str
    sha256: str
    title: str
    media_type: str
    pages: int = 0
    blocks: int = 0
    tables: int = 0
    characters: int = 0


class Parsed(Message):
    """A parsed document: ``text`` refers to a Document as JSON."""

    text: ArtifactRef
    about: About


class Chunks(Message):
    """A document cut for search: ``chunks`` refers to a ChunkList as JSON."""

    text: ArtifactRef
    chunks: ArtifactRef
    count: int
    about: About


class ChunkList(Message):
    """The chunks of one document, in its order."""

    document_sha256: str
    chunks: tuple[Chunk, ...]


class ToEmbed(Message):
    """What to embed; ``embedder`` is chosen by what is installed unless it is named."""

    text: ArtifactRef
    chunks: ArtifactRef
    count: int
    about: About
    embedder: str | None = None


class Embedded(Message):
    """Chunks with vectors: ``entries`` refers to a JSON array of IndexEntry."""

    text: ArtifactRef
    entries: ArtifactRef
    count: int
    embedder: str
    about: About


class Indexed(Message):
    """A document that search can find: what an upload ends with."""

    document: str
    sha256: str
    title: str
    media_type: str
    pages: int
    chunks: int
    embedder: str
    text: ArtifactRef


class Query(Message):
    """A question to the index; ``documents`` narrows it to those ids."""

    query: str
    limit: int = 8
    documents: tuple[str, ...] = ()


class Hits(Message):
    """What search found, best first."""

    hits: tuple[SearchHit, ...]
