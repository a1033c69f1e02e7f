"""Makes the sample documents of ``solutions/first/knowledge``: the same bytes every time.

    python tests/files/make.py

An invented insurer, its motor policy (PDF), its claims handbook (DOCX) and a list of claims (CSV with leading zeros).
"""

import csv
import io
import sys
import textwrap
import zipfile
from pathlib import Path

import docx

ROOT = Path(__file__).parents[2]
KNOWLEDGE = ROOT / "solutions" / "first" / "knowledge"
sys.path.insert(0, str(Path(__file__).parent))

import pdf  # noqa: E402
import texts  # noqa: E402


def policy() -> bytes:
    """The policy wording: one part per page, on five pages."""
    pages = []
    for number, (heading, clauses) in enumerate(texts.POLICY, start=1):
        lines: list[pdf.Line] = []
        if number == 1:
            lines += [(texts.POLICY_TITLE, 20, True), (texts.INSURER, 11, False), ("", 14, False)]
        lines += [(heading, 15, True), ("", 6, False)]
        for title, paragraphs in clauses:
            lines += [("", 4, False), (title, 12.5, True), ("", 2, False)]
            for paragraph in paragraphs:
                lines += [(line, 10.5, False) for line in textwrap.wrap(paragraph, 84)] + [("", 7, False)]
        pages.append(lines)
    return pdf.write(pages, title=texts.POLICY_TITLE)


def handbook() -> bytes:
    """The claims handbook: headings, a numbered list, bullets and a table."""
    word = docx.Document()
    word.core_properties.title = texts.HANDBOOK_TITLE
    word.core_properties.author = texts.INSURER
    word.add_heading(texts.HANDBOOK_TITLE, 0)
    for style, content in texts.HANDBOOK:
        if style == "Table":
            rows = content
            table = word.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        else:
            word.add_paragraph(content, style=style)
    packed = io.BytesIO()
    word.save(packed)
    return _dateless(packed.getvalue())


def _dateless(data: bytes) -> bytes:
    """The archive with every member dated the same, so that saving it twice gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            new.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def claims() -> bytes:
    """The list of claims, as a spreadsheet program would export it."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(texts.CLAIMS)
    return out.getvalue().encode()


def files() -> dict[str, bytes]:
    """All samples by name."""
    return {"policy.pdf": policy(), "handbook.docx": handbook(), "claims.csv": claims()}


if __name__ == "__main__":
    for name, data in files().items():
        (KNOWLEDGE / name).write_bytes(data)
