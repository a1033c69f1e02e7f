"""Mainframe files as Parquet: columns by the copybook, parts that join without a seam, and what is malformed told."""

import io
from decimal import Decimal

import polars as pl
import pytest
from content.test_cobol import POLICY, policy, rdw
from support import machine_driver

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.orchestrator import sagas
from symphainy.realms.content.services.decode import Layout, Place, ToDecode, decode, part
from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
from symphainy.realms.content.services.decode.columns import columns_of

LAYOUT = Layout(format="content", packed_occurs=True)
START = Place(offset=0, record=0)


def policies(count: int) -> list[bytes]:
    return [policy(n, f"HOLDER {n}", 1050 * n, -5 * n, [("LIA", n), ("COL", 2)][: n % 3]) for n in range(count)]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "policies.bin"
    path.write_bytes(b"".join(policies(10)))
    return str(path)


def read(data: bytes) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(data))


def test_columns_have_the_types_of_their_pictures(file):
    data, told = part(file, POLICY, LAYOUT, START, 100)
    rows = read(data)
    assert told["count"] == 10
    assert told["next"] is None
    assert dict(rows.schema) == {
        "POLICY_ID": pl.Int64, "HOLDER": pl.String, "PREMIUM": pl.Decimal(18, 2), "BALANCE": pl.Decimal(18, 2),
        "STATUS_CODE": pl.String, "COVERS": pl.Int64, "COVER": pl.List(pl.Struct({"KIND": pl.String, "LIMIT": pl.Int64})),
        "_record": pl.Int64, "_offset": pl.Int64, "_problems": pl.String,
    }  # fmt: skip
    assert rows.row(5, named=True) | {"PREMIUM": Decimal("52.50"), "BALANCE": Decimal("-0.25")} == rows.row(
        5, named=True
    )
    assert rows["COVER"][5].to_list() == [{"KIND": "LIA", "LIMIT": 5}, {"KIND": "COL", "LIMIT": 2}]


@pytest.mark.parametrize("form", ["content", "variable"])
def test_parts_join_without_a_seam(tmp_path, form):
    path = tmp_path / "x"
    path.write_bytes(b"".join(policies(10) if form == "content" else map(rdw, policies(10))))
    layout = LAYOUT.model_copy(update={"format": form})
    whole = read(part(str(path), POLICY, layout, START, 100)[0])
    parts, at = [], START
    while at is not None:
        data, told = part(str(path), POLICY, layout, at, 3)
        parts.append(read(data))
        at = told["next"]
    assert len(parts) == 4
    assert pl.concat(parts).equals(whole)


def test_what_is_malformed_is_told_and_shifts_nothing(tmp_path):
    raw = policies(4)
    raw[1] = raw[1][:20] + b"\x40" * 5 + raw[1][25:]  # spaces where packed figures stand
    path = tmp_path / "x"
    path.write_bytes(b"".join(raw))
    data, told = part(str(path), POLICY, LAYOUT, START, 100)
    rows = read(data)
    assert (told["malformed"], told["problems"][0].record, told["problems"][0].path) == (1, 1, "POLICY.PREMIUM")
    assert rows["PREMIUM"].to_list()[1:3] == [None, Decimal("21.00")]
    assert rows["_problems"].null_count() == 3


def test_two_items_of_one_name_are_told_apart_by_their_groups():
    names = [
        column.name for column in columns_of(parse_copybook("01 R. 05 A. 10 ID PIC 9. 05 B. 10 ID PIC 9. 05 N PIC X."))
    ]
    assert names == ["A_ID", "B_ID", "N"]


async def test_the_capability_gives_a_part_with_its_lineage(run, tools):
    ref = tools.keep(b"".join(policies(10)), name="policies.bin")
    copybook = tools.keep(POLICY.encode(), name="policy.cpy")
    told = await run(decode, ToDecode(file=ref, copybook_file=copybook, layout=LAYOUT, most=4))
    assert (told.count, told.next.record, told.records.media_type) == (4, 4, "application/vnd.apache.parquet")
    assert run.outcome.lineage[0].relation == "decoded-from"
    assert read((tools.folder / told.records.sha256).read_bytes()).height == 4
    with pytest.raises(Invalid, match="no copybook"):
        await run(decode, ToDecode(file=ref))


def test_the_saga_asks_for_part_after_part(file):
    asked = []

    def one(arguments):
        asked.append(arguments["start"])
        given = ToDecode.model_validate({**arguments, "most": 4})
        _, told = part(file, given.copybook, given.layout, given.start, given.most)
        after = told["next"].model_dump() if told["next"] else None
        return {
            **told,
            "next": after,
            "problems": [],
            "columns": list(told["columns"]),
            "records": {"sha256": str(len(asked))},
        }

    document = sagas()["content.decode"]
    ref = {"key": "artifacts/0", "sha256": "0", "size": 1}
    payload = {"file": ref, "copybook": POLICY, "layout": LAYOUT.model_dump()}
    ending, _ = machine_driver.run(document["do"], {"content.decode": one}, payload)
    assert ending.output["records"] == 10
    assert [p["sha256"] for p in ending.output["parts"]] == ["1", "2", "3"]
    assert [start["record"] for start in asked] == [0, 4, 8]
