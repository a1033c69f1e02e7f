"""Copybooks and EBCDIC: every expected file of the given sets, field by field."""

import base64
import json
import struct
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from corpus.given import Corpus
from corpus.scored import Facts, Scored, scored
from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
from symphainy.realms.content.services.decode.cobol.decoding import Decoder, Options
from symphainy.realms.content.services.decode.cobol.framing import records
from symphainy.realms.content.services.decode.cobol.segments import assemble

NAME = "mainframe"
TARGET = (
    "All fixed-length and record-word sets exact and >= 90 % of expected files pass; 100 % of expected files is strong."
)
PASS = 0.9
_FOLDER = "mainframe/"
_HIER = {"1": "COMPANY", "2": "DEPT", "3": "EMPLOYEE", "4": "OFFICE", "5": "CUSTOMER", "6": "CONTACT", "7": "CONTRACT"}
_PARENTS = {
    "DEPT": "COMPANY",
    "EMPLOYEE": "DEPT",
    "OFFICE": "DEPT",
    "CUSTOMER": "COMPANY",
    "CONTACT": "CUSTOMER",
    "CONTRACT": "CUSTOMER",
}
# expected file: copybooks, data, framing, options, what the source's test did with the rows
_LOW = {"controls": "low", "trim": "right"}
_ASCII = {"code_page": "ascii"}
_TREE = {"segment_field": "SEGMENT_ID", "segments": _HIER}
_TEXTS = {**_ASCII, "group_texts": frozenset({"NAME", "ACCOUNT_NO"})}
_RDW = {"format": "variable"}
_T3, _T6, _T9, _T17 = (
    "TRAN2.AUG31.DATA.dat",
    "INTEGR.TYPES.NOV28.DATA.dat",
    "TRAN.APR14.NPT.DATA.dat",
    "HIERARCHICAL.DATA.RDW.dat",
)
_ROWS: tuple[tuple[str, str, str, dict[str, Any], dict[str, Any], str], ...] = (
    ("cobrix_test1_fixed_occurs/test1", "test1_copybook", "example.bin", {}, {}, "collapse"),
    ("cobrix_test3_fixed_comp3/test3", "test3_copybook", _T3, {}, {}, "collapse"),
    ("cobrix_test3_fixed_comp3/test3_trim_none", "test3_copybook", _T3, {}, {"trim": "none"}, "collapse"),
    ("cobrix_test4_multisegment_ascii/test4", "test4_copybook", "COMP.DETAILS.SEP30.DATA.dat", _RDW, _ASCII, "collapse ids segment-ids"),
    ("cobrix_test6_type_variety/test6", "test6_copybook", _T6, {}, {"floats": "ieee"}, "collapse order zeros"),
    ("cobrix_test9_codepages/test9_cp037", "test9_copybook", _T9, {}, {}, "collapse"),
    ("cobrix_test9_codepages/test9_cp037_ext", "test9_copybook", _T9, {}, _LOW, "collapse"),
    ("cobrix_test9_codepages/test9_cp1140", "test9_copybook", _T9, {}, {**_LOW, "code_page": "cp1140"}, "collapse"),
    ("cobrix_test9_codepages/test9_cp500", "test9_copybook", _T9, {}, {**_LOW, "code_page": "cp500"}, "collapse"),
    ("cobrix_test10_non_terminals/test10", "test10_copybook", "data.dat", {}, _TEXTS, ""),
    ("cobrix_test12_merged_copybooks/test12", "test12_copybook_a test12_copybook_b", "data.dat", {}, _ASCII, ""),
    (
        "cobrix_test13a_file_header_footer/test13a", "test13a_file_header_footer", "TRAN2.JUN24.DATA.dat", {"skip": 10, "leave": 12},
        {}, "collapse sort",
    ),
    ("cobrix_test17_hierarchical/test17a", "test17_hierarchical", _T17, _RDW, _TREE, "collapse ids"),
    ("cobrix_test17_hierarchical/test17c", "test17_hierarchical", _T17, _RDW, _TREE, "collapse trees"),
    ("cobrix_test21_nested_odo/test21", "test21_copybook", "data.dat", {"format": "content"}, {**_ASCII, "packed_occurs": True}, ""),
    ("cobrix_test24_debug_types/test24b", "test24_copybook", _T6, {}, {"floats": "ieee", "raw": True}, "collapse order"),
)  # fmt: skip
SETS: dict[str, tuple[list[str], str, dict[str, Any], Options, str]] = {
    f"{name}.txt": ([f"{book}.cob" for book in books.split()], data, framing, Options(**options), ways)
    for name, books, data, framing, options, ways in _ROWS
}


def measure(corpus: Corpus) -> list[Scored]:
    folder = corpus.folder / "mainframe"
    found = [_set(folder, name) for name in SETS]
    found += [_layout(folder, "cobrix_test17_hierarchical/test17a_layout.txt", "test17_hierarchical.cob")]
    found += [_layout(folder, "cobrix_test6_type_variety/test6_layout.txt", "test6_copybook.cob")]
    found += [
        _count(folder, "tmalaska_example/example.cbl", "tmalaska_example/example.dat", 100, Options(floats="ieee"))
    ]
    found += [
        _count(
            folder,
            "legstar_custdat/CUSTDAT.cpy",
            "legstar_custdat/custdat.bin",
            1,
            Options(packed_occurs=True),
            "content",
        )
    ]
    return found


def _set(folder: Path, name: str) -> Scored:
    copybooks, data, framing, options, ways = SETS[name]
    home = (folder / name).parent

    def judge(path: Path) -> tuple[float, Facts]:
        wanted = [
            json.loads(line, parse_float=Decimal)
            for line in path.read_text(encoding="utf-8").split("\n")
            if line.strip()
        ]
        decoder = Decoder(parse_copybook(*((home / book).read_text() for book in copybooks)), options)
        rows = list(_rows(home / data, decoder, framing, ways))
        if "sort" in ways:
            rows.sort(key=lambda row: (row["COMPANY_ID"], row["AMOUNT"]))
        if "order" in ways:
            rows.sort(key=lambda row: row["ID"])
        same = [_same(row, line, zeros="zeros" in ways) for row, line in zip(rows, wanted, strict=False)]
        return sum(same) / max(len(wanted), 1), {"rows": len(rows), "expected": len(wanted)}

    return scored(folder / name, _FOLDER + name, judge)


def _rows(path: Path, decoder: Decoder, framing: dict[str, Any], ways: str) -> Iterator[dict[str, Any]]:
    framed = records(
        str(path), framing.get("format", "fixed"), length=decoder.length, skip=framing.get("skip", 0), leave=framing.get("leave", 0),
        measure=lambda data: decoder(data).length,
    )  # fmt: skip
    root = -1
    counts: dict[int, int] = {}

    def flat() -> Iterator[tuple[int, int, dict[str, Any]]]:
        for one in framed:
            values = decoder(one.data).values
            yield one.number, len(one.data), next(iter(values.values())) if "collapse" in ways else values

    if "trees" in ways:
        for tree in assemble(flat(), _PARENTS, set(_HIER.values())):
            yield {"File_Id": 0, "Record_Id": tree.last + 1, "Record_Byte_Length": tree.length, **tree.values}
        return
    for number, length, values in flat():
        ids = {"File_Id": 0, "Record_Id": number, "Record_Byte_Length": length} if "ids" in ways else {}
        if "segment-ids" in ways:
            if values["SEGMENT_ID"] == "C":
                root = number
            ids["Seg_Id0"] = f"A_0_{root}"
            if values["SEGMENT_ID"] == "P":
                counts[root] = counts.get(root, 0) + 1
                ids["Seg_Id1"] = f"A_0_{root}_L1_{counts[root]}"
        yield {**ids, **values}


def _same(ours: Any, theirs: Any, *, zeros: bool = False) -> bool:
    """Equal, numbers as numbers; an absent field is one without a value."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = set(ours) | set(theirs)
        return all(_same(ours.get(key), theirs.get(key), zeros=zeros) for key in keys)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(_same(a, b, zeros=zeros) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, bytes):
        return base64.b64encode(ours).decode() == (theirs or "")
    if isinstance(ours, float) and theirs is not None:
        single = struct.unpack(">f", struct.pack(">f", float(theirs)))[0]
        return ours in (float(theirs), single)
    if ours is None and theirs is not None:
        return zeros and not isinstance(theirs, str) and theirs == 0
    if isinstance(ours, str) and isinstance(theirs, str):
        # The source's tables have CR where IBM's have LF and the other way round: a line end is a line end here.
        return ours.replace("\r", "\n") == theirs.replace("\r", "\n")
    return bool(ours == theirs)


def _layout(folder: Path, name: str, copybook: str) -> Scored:
    """Start, end and length of every field."""

    def judge(path: Path) -> tuple[float, Facts]:
        (record,) = parse_copybook((path.parent / copybook).read_text())
        ours = list(_places(record, 1))
        wanted = []
        for line in path.read_text().splitlines()[2:]:
            words = line.split()
            if len(words) > 4 and words[0].isdigit():
                wanted.append((words[1], *map(int, words[-3:])))
        same = [a == b for a, b in zip(ours, wanted, strict=False)]
        return sum(same) / max(len(ours), len(wanted)), {"fields": len(ours)}

    return scored(folder / name, _FOLDER + name, judge)


def _places(field: Any, at: int) -> Iterator[tuple[str, int, int, int]]:
    """As the source prints them: what is redefined has room for the largest that redefines it."""
    yield field.name.replace("-", "_"), at, at + field.length * field.most - 1, field.length * field.most
    starts, end = {}, at
    sizes = {c.name: c.length * c.most for c in field.children}
    for child in field.children:
        if child.redefines:
            base = child.redefines
            while any(c.name == base and c.redefines for c in field.children):
                base = next(c.redefines for c in field.children if c.name == base)
            sizes[base] = max(sizes[base], child.length)
    for child in field.children:
        start = starts[child.redefines] if child.redefines else end
        starts[child.name] = start
        base = child.redefines or child.name
        shown = (
            sizes.get(base, child.length)
            if child.redefines or any(c.redefines == child.name for c in field.children)
            else child.length * child.most
        )
        for place, (label, first, _, length) in enumerate(_places(child, start)):
            yield (label, first, first + (shown if place == 0 else length) - 1, shown if place == 0 else length)
        end = max(end, start + child.length * child.most)


def _count(folder: Path, copybook: str, data: str, wanted: int, options: Options, format: Any = "fixed") -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        decoder = Decoder(parse_copybook((folder / copybook).read_text()), options)
        found = list(records(str(path), format, length=decoder.length, measure=lambda raw: decoder(raw).length))
        bad = sum(bool(decoder(one.data).problems) or one.short for one in found)
        return float(len(found) == wanted), {"records": len(found), "malformed": bad}

    return scored(folder / data, _FOLDER + data, judge)
