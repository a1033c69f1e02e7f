"""Copybooks and their records: what is written is read again, and what is malformed moves nothing after it."""

import struct
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
from symphainy.realms.content.services.decode.cobol.decoding import Decoder, Options
from symphainy.realms.content.services.decode.cobol.framing import records, words_of
from symphainy.realms.content.services.decode.cobol.picture import picture_of
from symphainy.realms.content.services.decode.cobol.segments import assemble

POLICY = """\
000100 01  POLICY.                                                      POL00010
000200*    a comment
000300     05  POLICY-ID        PIC 9(8).
000400     05  HOLDER           PIC X(12).
000500     05  PREMIUM          PIC S9(7)V99 COMP-3.
000600     05  BALANCE          PIC S9(7)V99.
000700     05  STATUS-CODE      PIC X.
000800         88  ACTIVE       VALUE 'A' 'B'.
000900     05  COVERS           PIC 9(2).
001000     05  COVER OCCURS 0 TO 3 TIMES DEPENDING ON COVERS.
001100         10  KIND         PIC X(3).
001200         10  LIMIT        PIC 9(9) COMP.
"""


def packed(number: int, size: int) -> bytes:
    return bytes.fromhex(f"{abs(number):0{2 * size - 1}d}" + ("d" if number < 0 else "c"))


def zoned(number: int, digits: int, *, leading: bool = False) -> bytes:
    """With the sign over the last figure, or the first."""
    figures = bytearray(f"{abs(number):0{digits}d}".encode("cp037"))
    place = 0 if leading else -1
    figures[place] = figures[place] & 0x0F | (0xD0 if number < 0 else 0xC0)
    return bytes(figures)


def policy(key: int, holder: str, premium: int, balance: int, covers: list[tuple[str, int]]) -> bytes:
    return (
        f"{key:08d}{holder:12}".encode("cp037") + packed(premium, 5) + zoned(balance, 9) + "A".encode("cp037")
        + f"{len(covers):02d}".encode("cp037") + b"".join(f"{k:3}".encode("cp037") + struct.pack(">I", n) for k, n in covers)
    )  # fmt: skip


def rdw(data: bytes) -> bytes:
    return struct.pack(">HH", len(data) + 4, 0) + data


def test_a_copybook_in_fixed_form_with_numbers_on_both_sides() -> None:
    (record,) = parse_copybook(POLICY)
    assert [(f.name, f.length, f.most) for f in record.children] == [
        ("POLICY-ID", 8, 1), ("HOLDER", 12, 1), ("PREMIUM", 5, 1), ("BALANCE", 9, 1), ("STATUS-CODE", 1, 1), ("COVERS", 2, 1),
        ("COVER", 7, 3),
    ]  # fmt: skip
    assert record.length == 58
    assert record.children[4].conditions == (("ACTIVE", "VALUE 'A' 'B'"),)


@settings(deadline=None)  # the first example loads the code pages
@given(
    key=st.integers(0, 99_999_999), holder=st.text("ABC xyz.", max_size=12), premium=st.integers(-(10**9) + 1, 10**9 - 1),
    balance=st.integers(-(10**9) + 1, 10**9 - 1),
    covers=st.lists(st.tuples(st.text("ABC", min_size=1, max_size=3), st.integers(0, 10**9 - 1)), max_size=3),
)  # fmt: skip
def test_what_is_written_is_read_again(
    key: int, holder: str, premium: int, balance: int, covers: list[tuple[str, int]]
) -> None:
    data = policy(key, holder, premium, balance, covers)
    found = Decoder(parse_copybook(POLICY), Options(packed_occurs=True))(data)
    assert (found.length, found.problems) == (len(data), ())
    assert found.values["POLICY"] == {
        "POLICY_ID": key, "HOLDER": holder.strip(), "PREMIUM": Decimal(premium).scaleb(-2), "BALANCE": Decimal(balance).scaleb(-2),
        "STATUS_CODE": "A", "COVERS": len(covers), "COVER": [{"KIND": kind, "LIMIT": limit} for kind, limit in covers],
    }  # fmt: skip


@settings(deadline=None)  # the first example loads the code pages
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_reported(data: bytes) -> None:
    found = Decoder(parse_copybook(POLICY), Options())(data)
    assert set(found.values["POLICY"]) >= {"POLICY_ID", "PREMIUM", "COVER"}
    assert len(found.values["POLICY"]["COVER"]) <= 3


def test_a_malformed_field_is_reported_and_shifts_nothing() -> None:
    data = bytearray(policy(7, "BOND", 100, 200, [("AB", 5)]))
    data[20:25] = b"\xff" * 5
    found = Decoder(parse_copybook(POLICY), Options())(bytes(data))
    assert [(p.path, p.bytes) for p in found.problems] == [("POLICY.PREMIUM", "ff" * 5)]
    assert found.values["POLICY"]["PREMIUM"] is None
    assert found.values["POLICY"]["BALANCE"] == Decimal("2.00")
    assert found.values["POLICY"]["COVER"] == [{"KIND": "AB", "LIMIT": 5}]


def test_an_impossible_count_is_reported() -> None:
    data = policy(7, "BOND", 100, 200, [("A", 1)] * 3)
    found = Decoder(parse_copybook(POLICY), Options())(data[:35] + "77".encode("cp037") + data[37:])
    assert [p.why for p in found.problems] == ["COVERS says 77; the copybook allows 3"]


@pytest.mark.parametrize(
    ("clause", "data", "value"),
    [
        ("PIC S9(3) SIGN LEADING", zoned(-305, 3, leading=True), -305),
        ("PIC S9(3) SIGN IS TRAILING SEPARATE CHARACTER", "305-".encode("cp037"), -305),
        ("PIC 9(3) SIGN LEADING SEPARATE", "-305".encode("cp037"), -305),
        ("PIC S9(4) BINARY", struct.pack(">h", -2), -2),
        ("PIC 9(4) COMP-9", struct.pack("<H", 513), 513),
        ("PIC SPP999 COMP-3", packed(-305, 2), Decimal("-0.00305")),
        ("PIC 9(3)PP", "305".encode("cp037"), 30500),
        ("COMP-1", bytes.fromhex("C276A000"), -118.625),
        ("PIC Z(4).99-", " 305.50-".encode("cp037"), Decimal("-305.50")),
        ("PIC X(4)", b"\0\0\0\0", None),
    ],
)
def test_every_way_of_writing_a_value(clause: str, data: bytes, value: object) -> None:
    found = Decoder(parse_copybook(f"01 R.\n 05 A {clause}.\n 05 B PIC X."), Options())(data + "Z".encode("cp037"))
    assert found.values["R"] == {"A": value, "B": "Z"}
    assert found.problems == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01 R. 05 A PIC Q.", "copybook.picture"), ("01 R. 05 A PIC X SYNC.", "copybook.aligned"), ("", "copybook.empty"),
        ("01 R. 05 A.", "copybook.empty_item"), ("01 R. 05 B REDEFINES A PIC X.", "copybook.redefines"),
        ("MOVE A TO B.", "copybook.line"), ("01 R. 05 A PIC X(999999).", "copybook.picture"), ("01 R. 05 A OCCURS", "copybook.clause"),
    ],
)  # fmt: skip
def test_what_is_no_copybook_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_copybook(text)
    assert refused.value.code == code


def test_depending_on_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(Invalid, match="there is no such field"):
        Decoder(parse_copybook("01 R. 05 A PIC X OCCURS 0 TO 3 DEPENDING ON N."), Options())


def test_record_words_are_told_by_the_file_itself(tmp_path: Path) -> None:
    bodies = [b"a" * n for n in (5, 300, 7)]
    for name, wrap in (
        ("z", rdw), ("little", lambda b: struct.pack("<HH", 0, len(b)) + b), ("bare", lambda b: struct.pack(">HH", len(b), 0) + b),
    ):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(b"HEAD" + b"".join(map(wrap, bodies)) + b"END")
        assert [r.data for r in records(str(path), "variable", length=0, skip=4, leave=3)] == bodies


def test_blocks_of_records(tmp_path: Path) -> None:
    bodies = [b"one", b"two!", b"three"]
    blocks = [rdw(bodies[0]) + rdw(bodies[1]), rdw(bodies[2])]
    path = tmp_path / "vb"
    path.write_bytes(b"".join(rdw(block) for block in blocks))
    assert [r.data for r in records(str(path), "blocked", length=0)] == bodies


def test_a_broken_record_word_stops_the_walk(tmp_path: Path) -> None:
    path = tmp_path / "broken"
    path.write_bytes(rdw(b"fine") * 1_200 + b"\xff\xff\xff\xff" + rdw(b"lost"))
    with pytest.raises(Invalid, match="no record word"):
        list(records(str(path), "variable", length=0))
    path.write_bytes(b"\xff" * 40)
    with pytest.raises(Invalid, match="lengths in front"):
        words_of(str(path), 0, 40)


def test_a_last_piece_is_marked_short(tmp_path: Path) -> None:
    path = tmp_path / "fixed"
    path.write_bytes(b"abcdefgh")
    assert [(r.number, r.data, r.short) for r in records(str(path), "fixed", length=3)] == [
        (0, b"abc", False), (1, b"def", False), (2, b"gh", True),
    ]  # fmt: skip
    assert [r.number for r in records(str(path), "fixed", length=3, start=6, number=2)] == [2]


def test_segments_stand_under_their_parents_and_orphans_are_told() -> None:
    found = [(0, 5, {"B": {"n": 0}}), (1, 5, {"A": {"n": 1}}), (2, 3, {"B": {"n": 2}}), (3, 3, {"B": {"n": 3}})]
    lost, tree = assemble(found, {"B": "A"}, {"A", "B"})
    assert lost.orphans == [0]
    assert (tree.values, tree.length, tree.last) == ({"A": {"n": 1, "B": [{"n": 2}, {"n": 3}]}}, 11, 3)


@settings(deadline=None)  # the first example loads the code pages
@given(st.text("SVPX9Z.(),0123456789", max_size=12))
def test_any_text_is_a_picture_or_refused(text: str) -> None:
    try:
        assert picture_of(text).length <= 65_536
    except Invalid:
        pass
