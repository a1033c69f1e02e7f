"""Outlook's messages, in compound files made here: what is read, and chains that never end."""

import struct

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.parse.compound import read_compound

NONE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(tree: dict) -> bytes:
    """A compound file of nested dictionaries; every stream in sectors of its own."""
    entries: list[list] = [["Root Entry", 5, NONE, NONE, 0, 0]]  # name, kind, right, child, start, size
    sectors: list[bytes] = []
    chains: list[list[int]] = []

    def add(items: dict) -> int:
        first = before = NONE
        for name, value in items.items():
            at = len(entries)
            folder = isinstance(value, dict)
            entries.append([name, 1 if folder else 2, NONE, NONE, 0 if folder else END, 0 if folder else len(value)])
            if folder:
                entries[at][3] = add(value)
            elif value:
                pieces = [value[i : i + 512].ljust(512, b"\0") for i in range(0, len(value), 512)]
                entries[at][4] = len(sectors)
                chains.append(list(range(len(sectors), len(sectors) + len(pieces))))
                sectors.extend(pieces)
            if before != NONE:
                entries[before][2] = at
            first, before = (at if first == NONE else first), at
        return first

    entries[0][3] = add(tree)
    raw = b"".join(_entry(*entry) for entry in entries)
    raw = raw.ljust(-(-len(raw) // 512) * 512, b"\0")
    directory = list(range(len(sectors), len(sectors) + len(raw) // 512))
    sectors.extend(raw[i : i + 512] for i in range(0, len(raw), 512))
    table = [NONE] * 128
    for chain in (*chains, directory):
        for one, after in zip(chain, [*chain[1:], END], strict=True):
            table[one] = after
    table[len(sectors)] = FAT
    head = bytearray(MARK.ljust(512, b"\0"))
    struct.pack_into("<2H", head, 30, 9, 6)
    struct.pack_into("<7L", head, 44, 1, directory[0], 0, 0, END, 0, END)
    head[76:512] = struct.pack("<109L", len(sectors), *[NONE] * 108)
    return bytes(head) + b"".join(sectors) + struct.pack("<128L", *table)


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    raw = bytearray(128)
    text = name.encode("utf-16-le")
    raw[: len(text)] = text
    struct.pack_into("<H2B3L", raw, 64, len(text) + 2, kind, 1, NONE, right, child)
    struct.pack_into("<2L", raw, 116, start, size)
    return bytes(raw)


def prop(tag: str, text: str) -> dict[str, bytes]:
    return {f"__substg1.0_{tag}001F": text.encode("utf-16-le")}


MESSAGE = {
    "__properties_version1.0": b"\0" * 32,
    **prop("0037", "Claim 007"), **prop("0C1A", "Ada"), **prop("5D01", "ada@example.com"), **prop("1000", "Please find my claims."),
    "__attach_version1.0_#00000000": {**prop("3707", "claims.csv"), "__substg1.0_37010102": b"id,amount\n007,1.50\n008,2\n" * 40},
    "__attach_version1.0_#00000001": {"__substg1.0_3701000D": {**prop("0037", "Within"), **prop("1000", "an older message")}},
}  # fmt: skip


def test_a_message_is_the_mail_that_it_is(tmp_path, samples):
    path = tmp_path / "upload"
    path.write_bytes(compound(MESSAGE))
    document = samples.document(path)
    samples.exact(document)
    told = document.metadata
    assert (told["subject"], told["from"]) == ("Claim 007", "Ada <ada@example.com>")
    assert [(a["name"], a["parsed"]) for a in told["attachments"]] == [("claims.csv", True), ("Within.eml", True)]
    assert document.tables[0].rows[1] == ("007", "1.50")
    assert "an older message" in document.text


@pytest.mark.parametrize("cut", [20, 600, 1_600])
def test_a_message_cut_off_is_refused_or_read_as_far_as_it_goes(cut):
    try:
        read_compound(compound(MESSAGE)[:cut])
    except Invalid as told:
        assert told.code == "content.broken"  # noqa: PT017


def test_a_chain_without_end_is_refused():
    data = bytearray(compound(MESSAGE))
    table = len(data) - 512
    struct.pack_into("<2L", data, table, 1, 0)
    with pytest.raises(Invalid, match="no end"):
        read_compound(bytes(data))
