"""JSON, XML, HTML, mail and fixed columns: what is kept, under which path, and what is refused."""

import email.message
import json

import pytest

from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.parse import mail, read, recognition


@pytest.fixture
def made(tmp_path, samples):
    def of(data: bytes | str):
        path = tmp_path / "upload"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        document = samples.document(path)
        samples.exact(document)
        return document

    return of


def test_json_values_stand_under_their_paths_as_they_are_written(made):
    document = made('{"claim": {"item": [{"net": 12.50}, {"net": 1e400}]}, "id": "007", "big": ' + "9" * 5_000 + "}")
    lines = document.text.split("\n")
    assert lines[:3] == ["claim.item[0].net: 12.50", "claim.item[1].net: 1e400", "id: 007"]
    assert document.metadata["depth"] == 4
    assert document.metadata["keys"] == ["claim", "id", "big"]


def test_json_records_are_a_table_and_broken_lines_are_named(made):
    document = made('{"id": "01", "at": {"city": "Bonn"}}\n{"id": "02", "at": {"zip": "0815"}}\n{"id": \n')
    assert document.tables[0].rows == (("id", "at.city", "at.zip"), ("01", "Bonn", ""), ("02", "", "0815"))
    assert document.metadata["malformed_line_numbers"] == [3]
    assert made(json.dumps([{"a": 1}, {"a": 2}])).tables[0].rows == (("a",), ("1",), ("2",))


def test_repeated_keys_and_what_is_no_number_are_told(made):
    told = made('{"a": 1, "a": NaN}').metadata
    assert (told["repeated_keys"], told["not_a_number"]) == (1, 1)


@pytest.mark.parametrize("data", ["[" * 100_000, '{"a":' * 70 + "1" + "}" * 70, "<a>" * 300 + "</a>" * 300])
def test_what_nests_without_end_is_refused(made, data):
    with pytest.raises(Invalid) as told:
        made(data)
    assert told.value.code == "content.too_deep"


XML = """<?xml version="1.0"?><book><title>Cover</title><p>We <b>always</b> pay.</p>
<table><row><entry>a</entry><entry namest="c2" nameend="c3">wide</entry></row><row><entry>1</entry><entry>2</entry><entry>3</entry>
</row></table><claims><claim id="007"><amount>1.50</amount></claim><claim id="008"><amount>2</amount></claim></claims></book>"""


def test_xml_has_headings_paragraphs_tables_and_records(made):
    document = made(XML)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Cover"),
        ("paragraph", "We always pay."),
    ]
    assert document.tables[0].rows == (("a", "wide", "wide"), ("1", "2", "3"))
    assert document.tables[1].rows == (("@id", "amount"), ("007", "1.50"), ("008", "2"))


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">',
        '<!ENTITY b SYSTEM "file:///etc/passwd">',
        '<!ENTITY % b SYSTEM "http://127.0.0.1:9/x.dtd"> %b;',
    ],
)
def test_xml_that_would_expand_or_fetch_is_refused(made, subset):
    with pytest.raises(Invalid) as told:
        made(f"<?xml version='1.0'?><!DOCTYPE x [{subset}]><x>&b;</x>")
    assert told.value.code == "content.unsafe_xml"


HTML = """<!DOCTYPE html><html><head><title>Motor</title><style>p{}</style></head><body><h1>Cover</h1><p>We  pay
<b>always</b>.</p><script>alert(1)</script><ul><li>one<ul><li>two</li></ul></li></ul>
<table><tr><th>a</th><th colspan=2>wide</th></tr><tr><td rowspan=2>tall</td><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr>
</table></body></html>"""


def test_html_is_read_in_its_order_without_what_is_not_text(made):
    document = made(HTML)
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Cover"), ("paragraph", "We pay always."), ("list_item", "one"), ("list_item", "two"),
    ]  # fmt: skip
    assert document.tables[0].rows == (("a", "wide", "wide"), ("tall", "1", "2"), ("tall", "3", "4"))
    assert document.metadata["title"] == "Motor"


def test_a_page_is_decoded_as_it_says(made):
    page = "<!DOCTYPE html><html><head><meta charset=Shift_JIS></head><body><p>保険</p></body></html>"
    assert made(page.encode("shift_jis")).text == "保険"


def letter(attached: bytes, name: str = "claims.csv") -> bytes:
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = "Claim 007", "Ada <ada@example.com>", "claims@example.com"
    message.set_content("Dear all,\n\nplease find my claims.\n")
    message.add_alternative("<p>Dear all, please find my claims.</p>", subtype="html")
    message.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def test_a_mail_is_read_as_its_reader_sees_it_and_its_attachment_as_the_file_it_is(made):
    document = made(letter(b"id,amount\n007,1.50\n008,2\n"))
    assert document.text.count("Dear all") == 1
    assert document.tables[0].rows[1] == ("007", "1.50")
    told = document.metadata
    assert (told["subject"], told["from"]) == ("Claim 007", "Ada <ada@example.com>")
    assert [(a["name"], a["parsed"]) for a in told["attachments"]] == [("claims.csv", True)]


def test_an_attachment_that_cannot_be_read_is_noted_and_stops_nothing(made):
    told = made(letter(bytes(range(256)), "x.bin")).metadata["attachments"][0]
    assert not told["parsed"]
    assert told["note"].startswith("content.unsupported")


def test_mails_within_mails_end_somewhere(made, monkeypatch):
    data = b"id,amount\n007,1.50\n"
    for _ in range(mail.MAX_DEPTH + 2):
        data = letter(data, "inner.eml")
    assert "content.too_deep" in json.dumps(made(data).metadata)
    monkeypatch.setattr(mail, "MAX_ATTACHED", 10)
    with pytest.raises(TooLarge, match="bytes of attachments"):
        made(letter(b"id,amount\n007,1.50\n"))


def test_a_mailbox_has_each_mail_under_its_subject(made):
    one = letter(b"id,amount\n007,1.50\n")
    document = made(
        b"From a@example.com Mon Jan  1 10:00:00 2026\n"
        + one
        + b"\nFrom b@example.com Mon Jan  1 11:00:00 2026\n"
        + one
    )
    assert document.metadata["messages"] == 2
    assert [block.text for block in document.blocks if block.level == 1] == ["Claim 007"] * 2


def test_columns_at_fixed_places_keep_leading_zeros(made):
    document = made("id    name     amount\n0001  Ada       10.00\n0002  Grace      9.50\n0003  Edsger     7.25\n")
    assert document.tables[0].rows[1] == ("0001", "Ada", "10.00")


def test_pictures_of_text_say_what_is_missing(tmp_path, samples, monkeypatch):
    from PIL import Image

    path = tmp_path / "scan.png"
    Image.new("L", (40, 40), 255).save(path)
    monkeypatch.setattr(recognition, "_program", lambda: None)
    with pytest.raises(Invalid) as told:
        samples.document(path)
    assert told.value.code == "content.ocr_missing"
    Image.new("1", (8_000, 8_000)).save(path)
    with pytest.raises(TooLarge, match="pixels"):
        read(str(path), samples.detected(path))
    path.write_bytes(path.read_bytes()[:40])
    assert sniff(str(path)).kind == "image"
    with pytest.raises(Invalid, match="broken"):
        samples.document(path)
