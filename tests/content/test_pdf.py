"""Tables, forms and scans of PDFs."""

import io

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.parse import recognition, tables
from symphainy.realms.content.services.parse.tables import Word


class Ruled:
    """A table as pdfplumber finds one."""

    def __init__(self, cells):
        self.cells = cells
        self.bbox = (
            min(c[0] for c in cells),
            min(c[1] for c in cells),
            max(c[2] for c in cells),
            max(c[3] for c in cells),
        )


class Page:
    """A page as pdfplumber gives one: words with places, and what its rules enclose."""

    def __init__(self, words, ruled=()):
        self.words, self.ruled = words, list(ruled)

    def extract_words(self, **options):
        return [{"text": w.text, "x0": w.x0, "top": w.top, "x1": w.x1, "bottom": w.bottom} for w in self.words]

    def find_tables(self):
        return self.ruled


def set_at(lines, height=10.0, pitch=12.0, top=0.0):
    """Words at places: each line is a list of (left, text); a letter is 5 points wide."""
    return [
        Word(word, left + 5 * sum(len(w) + 1 for w in text.split()[:at]), top + n * pitch,
             left + 5 * sum(len(w) + 1 for w in text.split()[:at]) + 5 * len(word), top + n * pitch + height)
        for n, line in enumerate(lines) for left, text in line for at, word in enumerate(text.split())
    ]  # fmt: skip


def test_words_in_columns_are_a_table_without_any_rule():
    words = set_at([
        [(0, "In current dollars the ranges are as follows")],
        [(80, "1994"), (160, "1997")],
        [(0, "Lower middle"), (80, "$9,595"), (160, "$22,401")],
        [(0, "Highest"), (80, "$25,771"), (160, "$40,888")],
        [(0, "Salaries are those of April and were recoded where above")],
    ])  # fmt: skip
    (found,) = tables.tables_of(Page(words))
    assert found.rows == (
        ("", "1994", "1997"),
        ("Lower middle", "$9,595", "$22,401"),
        ("Highest", "$25,771", "$40,888"),
    )


@pytest.mark.parametrize(
    "lines",
    [
        [[(0, "the first column of a paper runs on here"), (260, "and the second one beside it as well")]] * 6,
        [[(0, str(n)), (40, "a line of a transcript that is only counted")] for n in range(1, 9)],
        [[(0, "(cid:153)"), (60, "one thing of a list")]] * 4,
    ],
)
def test_prose_in_columns_counted_lines_and_lists_are_none(lines):
    assert tables.tables_of(Page(set_at(lines))) == []


def test_rules_under_the_head_alone_do_not_make_the_body_one_row():
    words = set_at(
        [
            [(0, "Age"), (60, "Start"), (120, "Total")],
            [(0, "three"), (60, "1,530"), (120, "2,559")],
            [(0, "four"), (60, "1,253"), (120, "2,108")],
        ]
    )
    cells = [(x, y, x + 60, b) for y, b in ((0, 11), (11, 40)) for x in (0, 60, 120)]
    (found,) = tables.tables_of(Page(words, [Ruled(cells)]))
    assert found.rows == (("Age", "Start", "Total"), ("three", "1,530", "2,559"), ("four", "1,253", "2,108"))


def test_a_wrapped_cell_stays_one_and_a_cell_drawn_in_another_is_part_of_it():
    words = set_at([[(0, "Kind"), (60, "Definition")], [(0, "Major"), (60, "ten tons")], [(60, "per year")]])
    cells = [(0, 0, 60, 11), (60, 0, 200, 11), (0, 11, 60, 40), (60, 11, 200, 40), (62, 12, 110, 22)]
    (found,) = tables.tables_of(Page(words, [Ruled(cells)]))
    assert found.rows == (("Kind", "Definition"), ("Major", "ten tons\nper year"))


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of numbered objects, the first of which is its catalog."""
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.7\n")
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def test_form_fields_have_their_values_and_a_page_of_fields_alone_is_no_scan(tmp_path, samples):
    path = tmp_path / "form.pdf"
    path.write_bytes(
        pdf_of(
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Annots[4 0 R]>>",
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(policy)/V(000451)/Rect[10 10 90 30]/P 3 0 R>>",
        )
    )
    document = samples.document(path)
    assert document.metadata["form_fields"] == {"policy": "000451"}
    assert "policy: 000451" in document.text


def test_a_scan_is_refused_where_nothing_can_read_it(tmp_path, samples, monkeypatch):
    monkeypatch.setattr(recognition, "_program", lambda: None)
    path = tmp_path / "scan.pdf"
    path.write_bytes(
        pdf_of(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        )
    )
    with pytest.raises(Invalid) as told:
        samples.document(path)
    assert told.value.code == "content.no_text"
    assert "not installed" in str(told.value)


@pytest.mark.skipif(not recognition.available(), reason="tesseract is not installed")
def test_a_picture_of_text_is_read(tmp_path, samples):
    from PIL import Image, ImageDraw, ImageFont

    path = tmp_path / "scan.png"
    image = Image.new("L", (900, 160), 255)
    ImageDraw.Draw(image).text((30, 40), "Report a claim within 14 days", fill=0, font=ImageFont.load_default(48))
    image.save(path)
    document = samples.document(path)
    assert "within 14 days" in document.text
    assert document.metadata["text_by"] == "ocr"
