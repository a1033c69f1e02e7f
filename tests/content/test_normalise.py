"""One spelling, and every span moves along."""

from hypothesis import given
from hypothesis import strategies as st

from symphainy.foundations.language.document import Table
from symphainy.realms.content.services.normalise import normal_document, normal_text
from symphainy.realms.content.services.parse.builder import Builder


def built(pieces, rows=()):
    builder = Builder()
    for text in pieces:
        builder.start_page()
        builder.add(text)
        builder.end_page()
    if rows:
        builder.add_table(rows)
    return builder.document(sha256="0" * 64, media_type="text/plain", name="x")


def test_what_means_the_same_is_spelt_the_same():
    assert normal_text("cafe\u0301\u00a0\ufb01ne\u00ad\u200b") == "café fine"
    assert normal_text("a\r\nb\rc\u2028d") == "a\nb\nc\nd"
    assert normal_text("m² ½ № ™") == "m² ½ № ™", "what only looks alike stays"


@given(st.text())
def test_twice_is_once(text):
    assert normal_text(normal_text(text)) == normal_text(text)


@given(st.lists(st.text(max_size=20), max_size=6))
def test_spans_stay_exact(pieces):
    document = normal_document(built(pieces))
    for block in document.blocks:
        assert document.text[block.span.start : block.span.end] == block.text
        page = document.pages[block.span.page - 1]
        assert page.start <= block.span.start <= block.span.end <= page.end
    assert normal_document(document) == document


def test_tables_move_and_change_too():
    document = normal_document(built(["e\u0301e\u0301"], [("na\u0308me", "x"), ("\ufb01n", "1")]))
    table: Table = document.tables[0]
    assert table.rows == (("näme", "x"), ("fin", "1"))
    assert document.text[table.span.start : table.span.end] == "näme | x\nnäme: fin | x: 1"
