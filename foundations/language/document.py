"""The document model: what every parser yields, whatever the file was."""

from typing import Literal

from symphainy.foundations.language.model import Json, Message


class Span(Message):
    """A half-open range of characters of a document's ``text``; ``page`` counts from 1 where the source has pages."""

    start: int
    end: int
    page: int | None = None


class Block(Message):
    """A piece of running text. ``level`` is a heading's depth, from 1."""

    kind: Literal["paragraph", "heading", "list_item", "code", "caption", "other"] = "paragraph"
    text: str
    span: Span
    level: int | None = None


class Table(Message):
    """Rows of cells as text, first row the header where ``header``; leading zeros are kept."""

    name: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    header: bool = True
    span: Span | None = None


class Document(Message):
    """One parsed file. ``text`` is what all spans point into; ``sha256`` is of the source bytes."""

    sha256: str
    media_type: str
    name: str = ""
    text: str
    pages: tuple[Span, ...] = ()
    blocks: tuple[Block, ...] = ()
    tables: tuple[Table, ...] = ()
    metadata: dict[str, Json] = {}


class Chunk(Message):
    """A piece of a document that search returns: its text is ``document.text[span.start:span.end]``, exactly."""

    ordinal: int
    text: str
    span: Span
    sha256: str


class IndexEntry(Message):
    """A chunk with its vector, ready for the index; ``embedder`` names what made the vector (``minilm-l6-v2``, ``lexical``)."""

    chunk: Chunk
    vector: tuple[float, ...]
    embedder: str


class IndexBatch(Message):
    """Entries of one document for the index; the step boundary loads it in its own transaction."""

    document_sha256: str
    document: str
    title: str = ""
    entries_artifact: str
    """Key of the artifact with the entries: a JSON array of IndexEntry."""
    embedder: str
    text_artifact: str = ""
    """Key of the artifact with the Document as JSON: what a citation is re-read from."""


class SearchHit(Message):
    """A chunk found: the exact span, the document's hash, and a score from 0 to 1."""

    document: str
    document_sha256: str
    title: str
    span: Span
    text: str
    score: float
    embedder: str
