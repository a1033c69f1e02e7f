"""What a workbook's package says of its sheets before anything builds them: bounds, merged ranges, the date system.

A cell at the far corner makes a reader that holds the whole area ask for all memory there is; it is found here, in a stream.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from symphainy.realms.content.models import within

MAX_CELLS: Final = 4_000_000
"""Cells of the area that a sheet spans: 200 MB where each takes 48 bytes."""
_PIECE: Final = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
_TAIL: Final = 256
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
Range = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


@dataclass
class Bounds:
    """One sheet's: rows and columns that its cells reach, and its merged ranges."""

    rows: int = 0
    columns: int = 0
    merged: list[Range] = field(default_factory=list)

    def reach(self, row: int, column: int) -> None:
        """Take in a cell."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        within("cells in the area of one sheet", self.rows * self.columns, MAX_CELLS)


@dataclass
class Package:
    """A workbook's package: bounds by sheet name, and whether days count from 1904."""

    bounds: dict[str, Bounds] = field(default_factory=dict)
    from_1904: bool = False


def package(path: str) -> Package:
    """Look at an XLSX file that has been inspected. TooLarge where a sheet spans more than the limit of cells."""
    found = Package()
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        book = fromstring(archive.read("xl/workbook.xml"))
        settings = book.find("{*}workbookPr")
        found.from_1904 = settings is not None and settings.get("date1904") in ("1", "true")
        parts = _parts(archive, names)
        for sheet in book.iter():
            if not sheet.tag.endswith("}sheet"):
                continue
            relation = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
            part = parts.get(relation, "")
            if part in names:
                found.bounds[sheet.get("name", "")] = _bounds(_stream(archive, part))
    return found


def _parts(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return {}
    root = fromstring(archive.read(relations))
    return {line.get("Id", ""): posixpath.normpath(posixpath.join("/xl", line.get("Target", "")))[1:] for line in root}


def _stream(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while piece := stream.read(_PIECE):
            yield piece


def _bounds(pieces: Iterator[bytes]) -> Bounds:
    found, rest = Bounds(), b""
    for piece in pieces:
        data = rest + piece
        for match in _CELL.finditer(data):
            found.reach(int(match[2]), _column(match[1].decode()))
        for match in _MERGED.finditer(data):
            (top, left), (bottom, right) = _place(match[1].decode()), _place(match[2].decode())
            found.reach(bottom + 1, right + 1)
            if (area := (top, left, bottom, right)) not in found.merged[-8:]:  # the tail of a piece is read twice
                found.merged.append(area)
        rest = data[-_TAIL:]
    return found


def _place(reference: str) -> tuple[int, int]:
    match = _PLACE.fullmatch(reference)
    assert match  # the pattern that found it is the same
    return int(match[2]) - 1, _column(match[1]) - 1


def _column(letters: str) -> int:
    """The number of a column, from 1.

    >>> _column("A"), _column("BC")
    (1, 55)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def reference(rows: int, columns: int) -> str:
    """The area of so many rows and columns as a workbook writes it.

    >>> reference(64, 55), reference(0, 0)
    ('A1:BC64', 'A1:A1')
    """
    letters, number = "", max(columns, 1)
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"A1:{letters}{max(rows, 1)}"
