"""Workbooks: sheets, values, merged ranges, and areas that nobody can hold."""

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.realms.content.services.parse import sheets


@pytest.fixture
def made(tmp_path, samples):
    def of(data: bytes):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return samples.document(path)

    return of


def workbook(fill, **options) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, options) as book:
        fill(book)
    return out.getvalue()


def claims(book) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Claims")
    sheet.write_row(0, 0, ["policy", "since", "amount", "paid"])
    sheet.write_string(1, 0, "000451")
    sheet.write_datetime(1, 1, dt.datetime(2026, 3, 1), day)
    sheet.write_number(1, 2, 1250.5)
    sheet.write_formula(1, 3, "=C2>1000", value=True)
    sheet.merge_range(2, 0, 2, 2, "none this month")
    book.add_worksheet("Old").hide()


def test_sheets_keep_values_dates_and_merged_ranges(made, samples):
    document = made(workbook(claims))
    samples.exact(document)
    assert document.tables[0].rows == (
        ("policy", "since", "amount", "paid"),
        ("000451", "2026-03-01", "1250.5", "TRUE"),
        ("none this month", "none this month", "none this month", ""),
    )
    told = document.metadata["sheets"]
    assert told["Claims"] | {"state": "visible", "dim": "A1:D3", "merged": 1, "dates": 1} == told["Claims"]
    assert told["Old"]["state"] == "hidden"


def test_days_from_1904_are_the_same_days(made):
    late = made(workbook(claims, date_1904=True))
    assert late.metadata["dates_from_1904"] is True
    assert late.tables[0].rows[1][1] == "2026-03-01"


def test_an_area_that_nobody_can_hold_is_refused_before_it_is_built(made):
    def far(book):
        book.add_worksheet().write(0, 0, "a")

    data, out = workbook(far), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            text = old.read(member)
            if member == "xl/worksheets/sheet1.xml":
                end = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                text = text.replace(b"</sheetData>", end)
            new.writestr(member, text)
    with pytest.raises(TooLarge, match="cells in the area"):
        made(out.getvalue())


def test_a_broken_package_is_refused_with_a_way_out(made):
    data, out = workbook(claims), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            new.writestr(member, old.read(member)[:200] if member == "xl/workbook.xml" else old.read(member))
    with pytest.raises(Invalid) as told:
        made(out.getvalue())
    assert told.value.code == "content.broken"
    assert told.value.remedy


def test_a_cell_cut_by_a_piece_is_still_seen(monkeypatch):
    monkeypatch.setattr(sheets, "_TAIL", 64)
    whole = b'<sheetData><row><c r="A1"/><c s="3" r="C9"><v>1</v></c></row></sheetData><mergeCell ref="A1:B2"/>'
    for cut in range(len(whole)):
        found = sheets._bounds(iter([whole[:cut], whole[cut:]]))
        assert (found.rows, found.columns, found.merged) == (9, 3, [(0, 0, 1, 1)])
