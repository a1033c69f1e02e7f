"""Chunks: exact, complete, in order, on one page, and not too long."""

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from symphainy.realms.content.services.chunk import TARGET, chunks_of
from symphainy.realms.content.services.parse.builder import Builder

WORDS = st.lists(st.sampled_from(["claim", "cover.", "14", "days;", "a" * 900, "ü"]), max_size=400).map(" ".join)


def cover(document, chunks):
    """Chunks say what they are, do not overlap, and leave out nothing but space."""
    at, left = 0, ""
    for number, chunk in enumerate(chunks):
        assert chunk.ordinal == number
        assert document.text[chunk.span.start : chunk.span.end] == chunk.text
        assert chunk.sha256 == hashlib.sha256(chunk.text.encode()).hexdigest()
        assert len(chunk.text) <= TARGET
        assert chunk.span.start >= at
        left += document.text[at : chunk.span.start]
        at = chunk.span.end
    assert not (left + document.text[at:]).strip()


@given(st.lists(st.tuples(st.sampled_from(["paragraph", "heading", "list_item"]), WORDS), max_size=6), st.booleans())
def test_any_document_is_covered_exactly(pieces, paged):
    builder = Builder()
    for kind, text in pieces:
        if paged:
            builder.start_page()
        builder.add(text, kind=kind)
        if paged:
            builder.end_page()
    document = builder.document(sha256="0" * 64, media_type="text/plain", name="x")
    chunks = chunks_of(document)
    cover(document, chunks)
    for chunk in chunks:
        if paged:
            page = document.pages[chunk.span.page - 1]
            assert page.start <= chunk.span.start < chunk.span.end <= page.end


def test_our_samples_are_covered(samples, knowledge):
    for path in knowledge.iterdir():
        document = samples.document(path)
        cover(document, chunks_of(document))


def test_a_heading_opens_its_chunk(samples, knowledge):
    texts = [chunk.text for chunk in chunks_of(samples.document(knowledge / "policy.pdf"))]
    reporting = next(text for text in texts if "within 14 days of the accident" in text)
    assert reporting.startswith("Part 4: How to make a claim\n\n4.1 Reporting a claim\n\nYou must report")
    document = samples.document(knowledge / "handbook.docx")
    chunks = chunks_of(document)
    starts = {chunk.span.start for chunk in chunks}
    assert all(block.span.start in starts for block in document.blocks if block.kind == "heading")
    assert len(chunks) == 6


def test_a_table_is_cut_between_rows(samples, knowledge):
    for chunk in chunks_of(samples.document(knowledge / "claims.csv")):
        lines = chunk.text.split("\n")
        assert all(line.startswith("claim_number") for line in lines)
        assert all(
            line.endswith(
                ("status", "paid", "assessment", "approved", "investigation", "approval", "rejected", "reported")
            )
            for line in lines
        )
