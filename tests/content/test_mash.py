"""Data mash: what comes out, what is refused and why, where it came from, and what an expression may not do."""

import csv
import io
import zipfile

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.insights.services.mash import mash

POLICIES = """no,holder,start,premium,town
P1,Ann Lee,01.02.2024,"$1,200.00",Bend
P2,=cmd|' /C calc'!A0,31.02.2024,80.50,Gary
P3,Cy Fox,05.03.2024,x,
P4,Di Ray,06.03.2024,10,Bend
"""
CLAIMS = """claim,policy,amount
C1,P1,100
C2,P1,50.5
C3,P9,7
"""


def asked(tools, **more):
    policies = tools.keep(POLICIES.encode(), name="policies.csv", media_type="text/csv")
    claims = tools.keep(CLAIMS.encode(), name="claims.csv", media_type="text/csv")
    return {
        "sources": [{"name": "p", "data": policies.model_dump()}, {"name": "c", "data": claims.model_dump()}],
        "joins": [{"source": "c", "on": [["p.no", "policy"]]}],
        "columns": [
            {"name": "policy_number", "column": "p.no", "required": True},
            {"name": "insured", "column": "holder"},
            {"name": "start", "column": "start", "type": "date", "format": "%d.%m.%Y"},
            {"name": "premium", "column": "premium", "type": "decimal"},
            {"name": "claim_amount", "column": "c.amount", "type": "decimal"},
            {"name": "system", "constant": "LEGACY"},
            {"name": "label", "concat": ["no", "town"], "separator": "/"},
            {"name": "band", "expression": "CASE WHEN try_cast(c.amount AS DOUBLE) > 60 THEN 'high' ELSE 'low' END"},
        ],
        **more,
    }


async def test_sources_become_one_target_with_rejects_joins_and_lineage(run, tools):
    found = await run(mash, asked(tools))
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{tools.folder / found.data.sha256}')").fetchall()
    assert [(r[0], str(r[2]), float(r[3]), r[4] and float(r[4]), *r[5:]) for r in rows] == [
        ("P1", "2024-02-01", 1200.0, 100.0, "LEGACY", "P1/Bend", "high"),
        ("P1", "2024-02-01", 1200.0, 50.5, "LEGACY", "P1/Bend", "low"),
        ("P4", "2024-03-06", 10.0, None, "LEGACY", "P4/Bend", "low"),
    ]
    assert (found.rows, found.rejected) == (3, 2)
    assert {(r.column, r.reason, r.rows) for r in found.reasons} == {
        ("start", "no date", 1),
        ("premium", "no decimal", 1),
    }
    refused = duckdb.sql(
        f"SELECT _row_p, _reason, start FROM read_parquet('{tools.folder / found.rejects.sha256}')"
    ).fetchall()
    assert refused == [(2, "start: no date", "31.02.2024"), (3, "premium: no decimal", "05.03.2024")]
    (join,) = found.joins
    assert (join.unmatched, join.orphans, join.fan_out, join.most_partners) == (3, 1, 1, 2)
    assert {c.target: c.sources for c in found.columns}["label"] == ("p.no", "p.town")
    assert {c.target: c.sources for c in found.columns}["band"] == ("c.amount",)
    assert ("p", (0,)) in {(g.source, g.groups) for g in found.groups}


async def test_a_row_tells_the_row_group_that_it_came_from(run, tools, tmp_path):
    path = tmp_path / "many.parquet"
    duckdb.sql(f"COPY (SELECT range AS n FROM range(250000)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 100000)")
    data = tools.keep(path.read_bytes(), media_type="application/vnd.apache.parquet")
    source = {"sources": [{"name": "s", "data": data.model_dump()}], "where": "try_cast(n AS BIGINT) >= 130000"}
    found = await run(mash, {**source, "columns": [{"name": "n", "column": "n", "type": "integer"}]})
    assert found.rows == 120_000
    assert [(g.target, g.groups) for g in found.groups] == [(0, (1,)), (1, (1, 2)), (2, (2,))]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_no_cell_becomes_a_formula(run, tools, form):
    plain = [{"name": "insured", "column": "holder"}]
    found = await run(mash, {**asked(tools), "columns": plain, "format": form})
    data = (tools.folder / found.data.sha256).read_bytes()
    if form == "csv":
        cells = [row[0] for row in csv.reader(io.StringIO(data.decode()))]
        assert cells[3].startswith("'=cmd") and cells[1] == "Ann Lee"
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
        assert rows[3][0].startswith("=cmd")
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


async def test_the_same_sources_give_the_same_bytes(run, tools):
    assert (await run(mash, asked(tools))).data == (await run(mash, asked(tools))).data


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("(SELECT content FROM read_text('/etc/passwd'))", "mash.expression"),
        ("read_text('/etc/passwd')", "mash.function"),
        ("getenv('PATH')", "mash.function"),
        ("current_setting('temp_directory')", "mash.function"),
        ("no; DROP TABLE p", "mash.expression"),
        ("repeat('a', 100000000)", "mash.function"),
        ("range(1000000000)", "mash.function"),
        ("nothing", "mash.column"),
        ("count(*)", "mash.function"),
        ("row_number() OVER ()", "mash.expression"),
        ("((", "mash.expression"),
    ],
)  # fmt: skip
async def test_an_expression_calculates_and_reads_nothing(run, tools, expression, code):
    with pytest.raises(Invalid) as refused:
        await run(mash, {**asked(tools), "columns": [{"name": "x", "expression": expression}]})
    assert refused.value.code == code


async def test_a_mapping_that_does_not_fit_is_refused(run, tools):
    for change in (
        {"columns": [{"name": "x", "column": "p.none"}]},
        {"columns": [{"name": "x"}]},
        {"columns": [{"name": "x", "constant": "1"}, {"name": "x", "constant": "2"}]},
        {"joins": []},
        {"joins": [{"source": "c", "on": []}]},
    ):
        with pytest.raises(Invalid):
            await run(mash, {**asked(tools), **change})
