"""Hostile files, made anew each time: archives that swell, trees without end, sizes that lie, pictures nobody can hold.

``BOMBS`` names each and makes its bytes; none needs a second to make or more than a few megabytes.
"""

# ruff: noqa: E501  (one bomb is one line)

import bz2
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from email.message import EmailMessage

import pdf

WORD, SHEET = "word/document.xml", "xl/workbook.xml"
_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_ZEROS = 200 * 2**20
_LAUGHS = b'<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)  # 10^9 words


def packed(members: dict[str, bytes], **extra: bytes) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        for name, data in {**members, **extra}.items():
            archive.writestr(name, data)
    return out.getvalue()


def swelling(name: str) -> bytes:
    """An archive with a member of 200 MB of nothing."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(_ZEROS >> 20):
            member.write(bytes(2**20))
    return out.getvalue()


def nested() -> bytes:
    """A zip of zips of zips, ten wide and six deep."""
    data = packed({"0.dll": bytes(2**20)})
    for _ in range(6):
        data = packed({f"{n}.zip": data for n in range(10)})
    return data


def lying() -> bytes:
    """A member that says it holds ten bytes and holds ten million."""
    data = bytearray(packed({WORD: bytes(10_000_000)}))
    size = struct.pack("<L", 10_000_000)
    while (at := bytes(data).find(size)) >= 0:
        data[at : at + 4] = struct.pack("<L", 10)
    return bytes(data)


def overlapping() -> bytes:
    """Ten thousand entries of the directory that all mean the same bytes."""
    data = packed({WORD: bytes(2**20)})
    start = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    entry = data[start : data.index(b"PK\x05\x06")]
    body = data[:start] + entry * 10_000
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 10_001, 10_001, len(entry) * 10_001, data.index(b"PK\x01\x02"), 0
    )
    return body + end


def many() -> bytes:
    """A hundred thousand empty members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(WORD, b"<w/>")
        for number in range(100_000):
            archive.writestr(f"{number}", b"")
    return out.getvalue()


def named(*names: str) -> bytes:
    """A document with members of odd names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(WORD, b"<w:document xmlns:w='x'/>")
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"root::0:0::/:/bin/sh")
    return out.getvalue()


def linked() -> bytes:
    """A member that is a symbolic link to a file of the system."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(WORD)
        info.external_attr = 0xA1FF0000
        archive.writestr(info, b"/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    """Members that are marked as encrypted."""
    data = bytearray(packed({WORD: b"<w/>"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = bytes(data).find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = bytes(data).find(mark, at + 4)
    return bytes(data)


def tarred(kind: bytes, name: str, target: str = "") -> bytes:
    """A tar archive with one odd entry."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        archive.addfile(info)
    return out.getvalue()


def relation() -> bytes:
    """A document whose body comes from another machine."""
    link = b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="http://127.0.0.1:9/x" TargetMode="External"/>'
    return packed(
        {
            WORD: b"<w/>",
            "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            + link
            + b"</Relationships>",
        }
    )


_BOOK = b"""<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"""
_ROOT = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"""
_LINK = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1"
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"""


def workbook(cells: bytes, book: bytes = _BOOK) -> bytes:
    """A workbook with one sheet of these rows."""
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        + cells
        + b"</sheetData></worksheet>"
    )
    return packed(
        {SHEET: book, "_rels/.rels": _ROOT, "xl/_rels/workbook.xml.rels": _LINK, "xl/worksheets/sheet1.xml": sheet}
    )


def repeated() -> bytes:
    """An OpenDocument sheet whose one cell stands ninety times in a million rows."""
    cell = '<table:table-cell table:number-columns-repeated="90" office:value-type="string"><text:p>a</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>'
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S">{row}</table:table></office:spreadsheet></office:body></office:document-content>'
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


def page_tree(*objects: bytes) -> bytes:
    """A PDF of these objects."""
    return pdf._file([*objects, *[b"<<>>"] * max(0, 5 - len(objects))])


def flate() -> bytes:
    """A page whose content is 200 MB of spaces."""
    squeezed = zlib.compress(zlib.compress(b" " * 2**20) * 1, 9)
    maker = zlib.compressobj(9)
    squeezed = b"".join([maker.compress(b" " * 2**20) for _ in range(200)]) + maker.flush()
    stream = b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(squeezed), squeezed)
    return page_tree(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>",
        stream,
    )


def png(width: int, height: int) -> bytes:
    """A picture that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))

    head = struct.pack(">2L5B", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(2**20))) + chunk(b"IEND", b"")
    )


def tiff_loop() -> bytes:
    """A directory of frames that names itself as the next."""
    entries = [
        (256, 3, 1, 1),
        (257, 3, 1, 1),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 0),
        (278, 3, 1, 1),
        (279, 4, 1, 1),
    ]
    body = struct.pack("<H", len(entries)) + b"".join(struct.pack("<2H2L", *entry) for entry in entries)
    return b"II*\x00" + struct.pack("<L", 8) + body + struct.pack("<L", 8)


def mail(parts: int = 0, depth: int = 0) -> bytes:
    """A mail of many parts, or of mails in mails."""
    if depth:
        head = b"Subject: a\nFrom: a@example.com\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
        return head * depth + b"Subject: a\nFrom: b@example.com\n\ntext\n"
    body = b"".join(b"--x\nContent-Type: text/plain; name=a.txt\n\na\n" for _ in range(parts))
    return (
        b"Subject: a\nFrom: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n"
        + body
        + b"--x--\n"
    )


def attached(data: bytes) -> bytes:
    """A mail with a file."""
    message = EmailMessage()
    message["Subject"], message["From"] = "a", "a@example.com"
    message.set_content("see there")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename="a.docx")
    return message.as_bytes()


BOMBS: dict[str, Callable[[], bytes]] = {
    "nested zip": nested,
    "overlapping zip": overlapping,
    "docx of 200 MB zeros": lambda: swelling(WORD),
    "docx with lying sizes": lying,
    "zip of 100,000 entries": many,
    "docx with a symlink": linked,
    "docx with .. names": lambda: named("../../etc/passwd"),
    "docx with absolute names": lambda: named("/etc/passwd"),
    "docx with NUL and backslash names": lambda: named("a\\..\\b", "a\0b"),
    "docx with doubled names": lambda: named(WORD, WORD),
    "docx encrypted": locked,
    "zip64 without its record": lambda: packed({WORD: b"<w/>"})[:-22] + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 2**32 - 1, 2**32 - 1, 0),
    "gzip of 200 MB": lambda: gzip.compress(bytes(_ZEROS), 1),
    "bz2 of 20 MB": lambda: bz2.compress(bytes(20 * 2**20)),
    "xz of 20 MB": lambda: lzma.compress(bytes(20 * 2**20), preset=0),
    "tar with ..": lambda: tarred(tarfile.REGTYPE, "../../x"),
    "tar with a hard link": lambda: tarred(tarfile.LNKTYPE, "x", "/etc/passwd"),
    "tar with a device": lambda: tarred(tarfile.CHRTYPE, "null"),
    "docx with a billion laughs": lambda: packed({WORD: b"<!DOCTYPE w [" + _LAUGHS + b"]><w>&j;</w>"}),
    "xlsx with a billion laughs": lambda: workbook(b"", b"<!DOCTYPE w [" + _LAUGHS + b"]><workbook>&j;</workbook>"),
    "docx with an external entity": lambda: packed({WORD: b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w>&x;</w>'}),
    "docx with an external relation": relation,
    "xlsx of a million rows by 16,384": lambda: workbook(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "xlsx with formula cells": lambda: workbook(b'<row r="1"><c r="A1"><f>HYPERLINK("http://127.0.0.1:9")</f><v>1</v></c></row>'),
    "xlsx of 200 MB zeros": lambda: swelling(SHEET),
    "ods with repeated cells": repeated,
    "xls of noise": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le") + bytes(range(256)) * 400,
    "svg with a script and an entity": lambda: b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><script>alert(1)</script>&x;</svg>',
    "pdf of a million pages": lambda: page_tree(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
    "pdf with a cyclic tree": lambda: page_tree(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"),
    "pdf with a swelling stream": flate,
    "pdf with JavaScript": lambda: page_tree(b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"),
    "pdf with a page of a mile": lambda: page_tree(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9999999 9999999]>>"),
    "png of 50,000 by 50,000": lambda: png(50_000, 50_000),
    "tiff that loops": tiff_loop,
    "jpeg cut off": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03",
    "csv of one line": lambda: b"a," * 2 + b"a" * (9 * 2**20) + b"\n1,2,3\n",
    "csv of 100,000 columns": lambda: b",".join(b"%d" % n for n in range(100_000)) + b"\n" + b"1," * 99_999 + b"1\n",
    "csv of ten million cells": lambda: (b"1," * 99 + b"1\n") * 100_001,
    "csv with NULs": lambda: b"id,name\n1,a\0b\n2,\0\0\n3,c\n",
    "csv in two encodings": lambda: "id,name\n1,Müller\n".encode() + "2,Köln\n3,日本\n".encode("cp932", "ignore") + "4,ß\n".encode("cp1252"),
    "csv with formulas": lambda: b"id,note\n1,\"=cmd|'/C calc'!A0\"\n2,@SUM(1)\n3,+1\n4,-1\n5,\"\t=1\"\n6,\"\r=1\"\n",
    "csv with an open quote": lambda: b'id,note\n1,"' + b"a,b\n" * 700_000,
    "text in UTF-16 without a mark": lambda: "id,name\n1,Bond\n2,Bill\n".encode("utf-16-le"),
    "polyglot of zip and pdf": lambda: b"%PDF-1.4\n" + packed({WORD: b"<w/>"}),
    "html called csv": lambda: b"<html><body><table><tr><td>1,2,3</td></tr></table></body></html>",
    "html with spans of a billion": lambda: b"<table>" + b"<tr><td colspan=999999999 rowspan=999999999>a</td></tr>" * 3_000 + b"</table>",
    "html of 100,000 nested tags": lambda: b"<html><body>" + b"<div>" * 100_000 + b"a",
    "eicar": lambda: b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "nothing": lambda: b"",
    "json a million deep": lambda: b"[" * 1_000_000 + b"]" * 1_000_000,
    "json of a million keys": lambda: json.dumps({str(n): n for n in range(1_000_000)}).encode(),
    "json of empty lists": lambda: b"[" + b"[]," * 2_000_000 + b"[]]",
    "json with one long string": lambda: b'{"a": "' + b"x" * 10_000_000 + b'"}',
    "json with a figure of a million digits": lambda: b'{"a": ' + b"9" * 1_000_000 + b"}",
    "xml with a billion laughs": lambda: b"<?xml version='1.0'?><!DOCTYPE x [" + _LAUGHS + b"]><x>&j;</x>",
    "xml that swells quadratically": lambda: b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a '" + b"a" * 100_000 + b"'>]><x>" + b"&a;" * 10_000 + b"</x>",
    "xml with an external entity": lambda: b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><x>&x;</x>",
    "xml with an external DTD": lambda: b"<?xml version='1.0'?><!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'><x>a</x>",
    "xml of 100,000 nested tags": lambda: b"<?xml version='1.0'?>" + b"<a>" * 100_000,
    "xml of a million elements": lambda: b"<?xml version='1.0'?><a>" + b"<b/>" * 1_500_000 + b"</a>",
    "mail of 20,000 parts": lambda: mail(parts=20_000),
    "mail of 2,000 mails in mails": lambda: mail(depth=2_000),
    "mail with a swelling docx": lambda: attached(swelling(WORD)),
    "markdown of brackets": lambda: b"# a\n\n" + b"[" * 200_000 + b"\n\n# b\n",
    "text of spaces": lambda: b" " * 5_000_000 + b"a",
    "text of line ends": lambda: b"\n" * 5_000_000 + b"a\n",
}  # fmt: skip
