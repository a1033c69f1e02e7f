"""A file is what its bytes say, whatever its name."""

import io
import zipfile

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.models.detection import delimiter_of, encoding_of, sniff
from symphainy.realms.content.models.detection.dialect import dialect_of


@pytest.fixture
def kind(tmp_path):
    def of(data: bytes, name: str = "upload.bin") -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return sniff(str(path)).kind

    return of


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\nrest", "pdf"),
        (zipped("word/document.xml", "[Content_Types].xml"), "docx"),
        (zipped("xl/workbook.xml"), "workbook"),
        (zipped("a.txt"), "unsupported"),
        (b"id,name\n007,Bond\n008,Bill\n", "csv"),
        (b"id;name\r\n007;M\xfcller\r\n", "csv"),
        ("id\tname\n1\tÄ\n".encode("utf-16"), "csv"),
        (b"# Title\n\ntext\n\n## More\n\ntext", "markdown"),
        (b"Just a few words, and then some more.\nAnd another line, as prose has them.\n", "text"),
        (b'{"a": 1}', "json"),
        (b'{"a": 1}\n{"a": 2}\n', "jsonl"),
        (b"[" * 100_000, "json"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"<?xml version='1.0'?><a/>", "xml"),
        (b"From: a@example.com\r\nSubject: b\r\n\r\ntext", "email"),
        (b"From a@example.com Mon Jan  1 10:00:00 2026\nSubject: b\n\ntext", "mbox"),
        (b"0001  Ada     10.00\n0002  Grace    9.50\n0003  Edsger   7.25\n", "fixed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "image"),
        (bytes(range(256)) * 4, "unsupported"),
    ],
)
def test_kind_follows_from_content(kind, data, expected):
    assert kind(data) == expected


def test_the_name_is_never_asked(kind):
    assert kind(b"%PDF-1.4\n", "table.csv") == "pdf"
    assert kind(b"a,b\n1,2\n3,4\n", "policy.pdf") == "csv"


def test_an_empty_file_and_a_broken_zip_are_refused(kind):
    with pytest.raises(Invalid, match="empty"):
        kind(b"")
    with pytest.raises(Invalid, match="broken"):
        kind(b"PK\x03\x04 and nothing more")


def test_media_type_of_a_picture_is_named(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    assert sniff(str(path)).media_type == "image/png"


def test_a_character_cut_by_the_head_does_not_spoil_the_encoding():
    head = b"a" * (64 * 1024 - 1) + "é".encode()
    assert encoding_of(head[: 64 * 1024]) == "utf-8"


def test_quoted_delimiters_do_not_count():
    assert delimiter_of('name,note\n"Doe, J","a; b; c"\n"Roe, K","d; e; f"\n') == ","
    assert delimiter_of("one column\nonly words\n") is None


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;Name\n1;Señora Muñoz, 3º «A»\n2;Jürgen Groß\n", "cp1252"),
        ("номер;фамилия;улица\n1;Иванов;Ленина\n2;Петрова;Садовая улица\n3;Сидоров;Мира проспект\n", "cp1251"),
        ("番号,名前\n1,山田太郎さん\n2,カタカナ\n", "cp932"),
        ("编号,姓名\n1,张三先生\n2,李四小姐\n", "gb18030"),
        ("id,naïve\n1,é\n", "utf-16"),
        ("id,name\n1,x\n", "utf-16-le"),
        ("id,name\n1,x\n", "utf-32"),
    ],
)
def test_an_encoding_is_told_by_what_its_letters_would_be(text, encoding):
    found = encoding_of(text.encode(encoding))
    assert found is not None
    assert text.encode(encoding).decode(found).removeprefix("\ufeff") == text


def test_a_quote_of_another_sign_and_a_rare_delimiter():
    assert dialect_of("a,'b, c',d\n'e','f',g\n", ",").quote == "'"
    assert delimiter_of("Time@Activity@Note\n06:00@Eat, slowly@\n07:00@Play@x\n08:00@Sleep@\n") == "@"


def test_our_samples(knowledge):
    found = {path.name: sniff(str(path)).kind for path in knowledge.iterdir()}
    assert found == {"policy.pdf": "pdf", "handbook.docx": "docx", "claims.csv": "csv"}


def test_real_files(samples):
    """Each real file is recognised."""
    assert {sniff(str(p)).kind for p in samples.corpus("pdf/*/*.pdf")} == {"pdf"}
    assert {sniff(str(p)).kind for p in samples.corpus("docx/*/*.docx")} == {"docx"}
    tables = [p for p in samples.corpus("csv/*/*.csv", "csv/*/*.tsv")]
    assert not [p.name for p in tables if sniff(str(p)).kind != "csv"]
    assert {sniff(str(p)).kind for p in samples.corpus("xlsx/*/*.xlsx", "xls/*/*.xls")} == {"workbook"}
    assert {sniff(str(p)).kind for p in samples.corpus("html/*/*.html")} == {"html"}
    assert {sniff(str(p)).kind for p in samples.corpus("xml/*/*.xml")} == {"xml"}
    assert {sniff(str(p)).kind for p in samples.corpus("email/*/*.eml")} == {"email"}
    assert {sniff(str(p)).kind for p in samples.corpus("email/*/*.mbox")} == {"mbox"}
    assert {sniff(str(p)).kind for p in samples.corpus("json/*/*.json*")} == {"json", "jsonl"}
