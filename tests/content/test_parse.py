"""Parsers: exact spans, what is kept, what is refused, and the same bytes every time."""

import io
import zipfile
from contextlib import suppress

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.content import models
from symphainy.realms.content.models import Detected
from symphainy.realms.content.services.parse import about, archive, parsed, read, recognition
from symphainy.realms.content.services.parse.builder import Builder


@pytest.fixture
def made(tmp_path, samples):
    def of(data: bytes, name: str = "upload"):
        path = tmp_path / name
        path.write_bytes(data)
        return samples.document(path)

    return of


def word(fill) -> bytes:
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def test_pdf_has_pages_headings_and_whole_sentences(samples, knowledge):
    document = samples.document(knowledge / "policy.pdf")
    samples.exact(document)
    assert [page.page for page in document.pages] == [1, 2, 3, 4, 5]
    assert [b.text for b in document.blocks if b.level == 2][3] == "Part 4: How to make a claim"
    sentence = "You must report a claim to us within 14 days of the accident."
    start = document.text.index(sentence)
    page = document.pages[3]
    assert page.start <= start < start + len(sentence) <= page.end
    assert about(document).title == "Motor Insurance Policy Wording"


def test_docx_keeps_the_order_of_headings_lists_and_tables(samples, knowledge):
    document = samples.document(knowledge / "handbook.docx")
    samples.exact(document)
    kinds = [block.kind for block in document.blocks]
    assert kinds.count("heading") == 6
    assert kinds.count("list_item") == 6
    assert document.tables[0].rows[3] == ("above 25,000", "Head of claims and a second approver", "5 working days")
    assert document.tables[0].header
    intro = document.text.index("Who may approve")
    after = document.text.index("Nobody approves")
    assert intro < document.tables[0].span.start < document.tables[0].span.end < after
    assert "Amount in euros: above 25,000 | Approved by: Head of claims" in document.text


def test_csv_keeps_leading_zeros_and_labels_its_cells(samples, knowledge):
    document = samples.document(knowledge / "claims.csv")
    samples.exact(document)
    table = document.tables[0]
    assert table.header
    assert table.rows[1][:2] == ("0001207", "000451")
    assert "claim_number: 0001207 | policy_number: 000451" in document.text


@pytest.mark.parametrize("name", ["policy.pdf", "handbook.docx", "claims.csv"])
def test_the_same_bytes_in_give_the_same_bytes_out(samples, knowledge, name):
    found = samples.detected(knowledge / name)
    assert parsed(str(knowledge / name), found) == parsed(str(knowledge / name), found)


def test_merged_cells_stand_once():
    def fill(document):
        table = document.add_table(rows=2, cols=3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
        table.cell(0, 2).merge(table.cell(1, 2)).text = "tall"
        table.cell(1, 0).text, table.cell(1, 1).text = "a", "b"

    from symphainy.realms.content.services.parse.docx import _cells

    document = docx.Document(io.BytesIO(word(fill)))
    table = document.tables[0]
    table.rows[1]._tr.tc_lst[2].p_lst[0].add_r().text = "left over by some program"
    assert _cells(table) == [("wide", "", "tall"), ("a", "b", "")]


def test_markdown_and_text(made, samples):
    document = made(b"# Cover\n\nWe pay.\nAlways.\n\n- one\n- two\n\n```\na\n\nb\n```\n\n## More\n")
    samples.exact(document)
    assert [(b.kind, b.text) for b in document.blocks] == [
        ("heading", "Cover"),
        ("paragraph", "We pay.\nAlways."),
        ("list_item", "- one"),
        ("list_item", "- two"),
        ("code", "```\na\n\nb\n```"),
        ("heading", "More"),
    ]
    assert [b.text for b in made(b"First.\n\nSecond, with more words.").blocks] == [
        "First.",
        "Second, with more words.",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(made, encoding):
    text = "nummer;straße;größe\n" + "007;Königstraße für Übermütige;groß\n" * 20
    document = made(text.encode(encoding))
    assert document.tables[0].rows[1] == ("007", "Königstraße für Übermütige", "groß")


def test_a_byte_far_down_may_change_the_encoding(made):
    document = made(b"name;town\n" + b"Meier;Kiel\n" * 8_000 + "Müller;Köln\n".encode("cp1252") * 30)
    assert document.tables[0].rows[-1] == ("Müller", "Köln")
    assert document.metadata["encoding"] != "utf-8"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "text")
    return out.getvalue()


def test_what_is_not_supported_says_what_is(made):
    with pytest.raises(Invalid, match=r"application/zip are not supported") as caught:
        made(zipped())
    assert "PDF" in caught.value.remedy


@pytest.mark.parametrize("cut", [9, 200, 2000])
def test_a_broken_pdf_is_refused(made, knowledge, cut):
    with pytest.raises(Invalid):
        made((knowledge / "policy.pdf").read_bytes()[:cut])


def test_an_encrypted_pdf_is_refused_with_a_way_out(tmp_path, samples, knowledge):
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter(clone_from=knowledge / "policy.pdf")
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with pytest.raises(Invalid, match="encrypted") as caught:
        samples.document(tmp_path / "locked.pdf")
    assert "password" in caught.value.remedy


def test_a_pdf_without_text_is_called_a_scan(tmp_path, samples):
    pypdf = pytest.importorskip("pypdf")
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "scan.pdf")
    with pytest.raises(Invalid, match="no text layer|no text that could be read"):
        samples.document(tmp_path / "scan.pdf")


def test_limits_are_named(made, samples, knowledge, monkeypatch):
    monkeypatch.setattr("symphainy.realms.content.services.parse.pdf.MAX_PAGES", 4)
    with pytest.raises(TooLarge, match="5 pages; the limit is 4 pages"):
        samples.document(knowledge / "policy.pdf")
    monkeypatch.setattr("symphainy.realms.content.services.parse.delimited.MAX_ROWS", 3)
    with pytest.raises(TooLarge, match="the limit is 3 rows"):
        samples.document(knowledge / "claims.csv")
    monkeypatch.setattr("symphainy.realms.content.services.parse.builder.MAX_CHARS", 30)
    with pytest.raises(TooLarge, match="the limit is 30 characters"):
        samples.document(knowledge / "handbook.docx")
    monkeypatch.setattr("symphainy.realms.content.services.parse.text.MAX_TEXT_BYTES", 3)
    with pytest.raises(TooLarge, match="the limit is 3 bytes"):
        made(b"plain words of a text")


def test_a_zip_bomb_never_inflates(made):
    data = with_member(word(lambda d: d.add_paragraph("x")), "word/media/zeros.bin", bytes(8 * 2**20))
    with pytest.raises(TooLarge, match="100-fold"):
        made(data)


def test_an_archive_of_too_many_members_is_refused(made, monkeypatch):
    monkeypatch.setattr(archive, "MAX_ENTRIES", 5)
    with pytest.raises(TooLarge, match="the limit is 5"):
        made(word(lambda d: d.add_paragraph("x")))


def test_the_archive_as_a_whole_is_bounded(made, monkeypatch):
    monkeypatch.setattr(archive, "MAX_INFLATED", 10_000)
    with pytest.raises(TooLarge, match="beyond 10,000 bytes"):
        made(word(lambda d: d.add_paragraph("x")))


def test_entities_in_xml_are_refused(made):
    lol = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa">]><w:document/>'
    with pytest.raises(Invalid, match="document type"):
        made(with_member(word(lambda d: d.add_paragraph("x")), "word/document.xml", lol))


@pytest.mark.parametrize("content", [b"", b"<", b"<a/>", b"<w:document xmlns:w='urn:x'/>"])
def test_a_docx_with_a_broken_body_is_refused(made, content):
    with pytest.raises(Invalid):
        made(with_member(word(lambda d: d.add_paragraph("x")), "word/document.xml", content))


@given(
    st.lists(st.tuples(st.sampled_from(["paragraph", "list_item", "heading"]), st.text(max_size=30)), max_size=8),
    st.booleans(),
)
def test_whatever_is_added_its_span_is_exact(pieces, paged):
    builder = Builder()
    for kind, text in pieces:
        if paged:
            builder.start_page()
        builder.add(text, kind=kind)
        if paged:
            builder.end_page()
    document = builder.document(sha256="0" * 64, media_type="text/plain", name="x")
    document.model_dump_json()
    for block in document.blocks:
        assert document.text[block.span.start : block.span.end] == block.text
        if paged:
            page = document.pages[block.span.page - 1]
            assert page.start <= block.span.start <= block.span.end <= page.end


@given(data=st.binary(max_size=400), kind=st.sampled_from(["pdf", "docx", "csv", "text", "markdown"]))
@settings(max_examples=60, deadline=None)
def test_noise_is_refused_or_read_and_never_crashes(tmp_path_factory, data, kind):
    path = tmp_path_factory.mktemp("noise") / "x"
    path.write_bytes({"pdf": b"%PDF-1.4\n", "docx": b"PK\x03\x04"}.get(kind, b"") + data)
    found = Detected(
        file=ArtifactRef.of(data, name="x"), kind=kind, media_type="x/y", encoding="latin-1", delimiter=","
    )
    with suppress(Invalid, TooLarge):
        read(str(path), found).model_dump_json()


def test_real_files_are_read_or_refused(samples):
    """A quarter of them, and the two that must be refused; `make corpus` judges all."""
    every = samples.corpus("pdf/*/*.pdf", "docx/*/*.docx", "csv/*/*.csv", "csv/*/*.tsv")
    refused = {}
    for path in {*every[::4], *samples.corpus("pdf/pdfplumber/password-*.pdf", "pdf/haystack/non_text_*.pdf")}:
        try:
            samples.exact(samples.document(path))
        except (Invalid, TooLarge) as error:
            refused[path.name] = error.code
    assert refused.pop("password-example.pdf") == "content.encrypted"
    if not recognition.available():  # else it is read by OCR
        assert refused.pop("non_text_searchable.pdf") == "content.no_text"
    assert set(refused.values()) <= {"content.no_text"}, refused


def test_document_ids_are_of_the_bytes():
    assert models.document_id("ab" * 32) == models.document_id("ab" * 32) != models.document_id("ac" * 32)
