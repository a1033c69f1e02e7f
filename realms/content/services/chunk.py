"""Cuts a document into pieces for search: whole blocks where they fit, sentences where not, never across pages."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.document import Chunk, Document, Span
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import JSON_TYPE, ChunkList, Chunks, Parsed

TARGET: Final = 800
"""Characters of a chunk at most: about 180 word pieces, below the 256 that MiniLM reads."""
_SENTENCE: Final = re.compile(r"(?<=[.!?;:])\s+|\n+")


class Unit(NamedTuple):
    """What is not cut any further."""

    start: int
    end: int
    page: int | None
    heading: bool


@capability("content.chunk", input=Parsed, output=Chunks, duration="short", title="Cut a document into chunks")
async def chunk(step: Step[Parsed]) -> Outcome[Chunks]:
    """Chunks of a normalised document, each with the exact span that it is."""
    given = step.input.text
    path = await step.tools.fetch(given)
    data, count = await step.tools.compute(chunked, str(path))
    chunks = NewArtifact.of(data, media_type=JSON_TYPE, name=given.name)
    edge = Edge(source=f"artifact:{given.sha256}", target=f"artifact:{chunks.ref.sha256}", relation="chunked-from")
    output = Chunks(text=given, chunks=chunks.ref, count=count, about=step.input.about)
    return Outcome(output, artifacts=(chunks,), lineage=(edge,))


def chunked(path: str) -> tuple[bytes, int]:
    """The ChunkList of the Document at ``path`` as JSON, and how many there are; pure."""
    with open(path, "rb") as file:
        document = Document.model_validate_json(file.read())
    chunks = chunks_of(document)
    return ChunkList(document_sha256=document.sha256, chunks=chunks).model_dump_json().encode(), len(chunks)


def chunks_of(document: Document) -> tuple[Chunk, ...]:
    """All of the document's text but the space between blocks, in order and without overlap."""
    groups: list[list[Unit]] = []
    for unit in _units(document):
        if groups and _fits(groups[-1], unit):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return tuple(_chunk(document.text, ordinal, group) for ordinal, group in enumerate(groups))


def _chunk(text: str, ordinal: int, group: list[Unit]) -> Chunk:
    start, end = group[0].start, group[-1].end
    piece = text[start:end]
    span = Span(start=start, end=end, page=group[0].page)
    return Chunk(ordinal=ordinal, text=piece, span=span, sha256=hashlib.sha256(piece.encode()).hexdigest())


def _fits(group: list[Unit], unit: Unit) -> bool:
    """A heading opens a chunk and stays with what follows; a chunk keeps to its page and to the target size."""
    if unit.page != group[0].page or unit.end - group[0].start > TARGET:
        return False
    return not unit.heading or all(other.heading for other in group)


def _units(document: Document) -> Iterator[Unit]:
    spans = [(b.span, b.kind == "heading") for b in document.blocks] + [
        (t.span, False) for t in document.tables if t.span
    ]
    rows = {t.span for t in document.tables}
    for span, heading in sorted(spans, key=lambda item: (item[0].start, item[0].end)):
        by_line = span in rows
        for start, end in _pieces(document.text, span.start, span.end, by_line=by_line):
            yield Unit(start, end, span.page, heading)


def _pieces(text: str, start: int, end: int, *, by_line: bool) -> Iterator[tuple[int, int]]:
    """A block that fits is one piece; a longer one is cut at sentences; a table at its rows."""
    if end - start <= TARGET and not by_line:
        yield from _trimmed(text, start, end)
        return
    mark = re.compile(r"\n") if by_line else _SENTENCE
    at = start
    for match in mark.finditer(text, start, end):
        yield from _short(text, at, match.start())
        at = match.end()
    yield from _short(text, at, end)


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is still too long at the last space before the limit, or at the limit."""
    while end - start > TARGET:
        cut = text.rfind(" ", start + 1, start + TARGET)
        cut = cut if cut > start else start + TARGET
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
    if start < end:
        yield start, end
