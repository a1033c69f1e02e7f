"""Two schemas, field by field: what is one, what is not, how sure, and what becomes of the values."""

import json

import pytest

from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.realms.insights.models.match import Candidates
from symphainy.realms.insights.services.match import compared, match
from symphainy.realms.insights.services.match.fields import field
from symphainy.realms.insights.services.match.words import alike

POLICIES = """pol_no,insdFirst,insd_last_name,DOB,eff_dt,prem amt,note
P-001,Ann,Lee,31.12.1980,01.02.2024,"$1,200.00",x
P-002,Bo,Kim,30.11.1975,15.03.2024,"$800.50",y
P-003,Cy,Fox,28.02.1990,31.05.2024,"$99.00",z
"""
TARGET = {
    "fields": [
        {"name": "policy_number", "examples": ["P-101", "P-102"]},
        {"name": "birth_date", "examples": ["1980-01-01"]},
        {"name": "effective_date", "examples": ["2024-01-01"]},
        {"name": "premium", "examples": ["120.50", "80.00"]},
        {"name": "insured_name", "examples": ["Ann Lee", "Bo Kim", "Cy Fox"]},
        {"name": "system", "examples": ["LEGACY", "LEGACY"]},
        {"name": "vehicle_colour", "examples": ["red", "blue"]},
    ]
}


async def test_a_policy_file_meets_a_target_model(run, tools):
    data = tools.keep(POLICIES.encode(), name="policies.csv", media_type="text/csv")
    found = await run(match, {"source": {"data": data.model_dump()}, "target": TARGET})
    pairs = {pair.source: pair for pair in found.pairs}
    assert {name: pair.target for name, pair in pairs.items()} == {
        "pol_no": "policy_number", "DOB": "birth_date", "eff_dt": "effective_date", "prem amt": "premium",
    }  # fmt: skip
    assert (pairs["DOB"].type, pairs["DOB"].format) == ("date", "%d.%m.%Y")
    assert pairs["prem amt"].type == "decimal"
    assert any("birth" in line for line in pairs["DOB"].evidence), "a pair says what speaks for it"
    whole = {one.target: one for one in found.derived}
    assert whole["insured_name"].sources == ("insdFirst", "insd_last_name") and whole["insured_name"].separator == " "
    assert (whole["system"].rule, whole["system"].constant) == ("constant", "LEGACY")
    assert found.open == ("vehicle_colour",) and "note" in found.unmatched, "what fits nothing stays open"
    kept = Candidates.model_validate_json((tools.folder / found.candidates.sha256).read_bytes())
    assert len(kept.candidates) == 7 * 5
    assert "Ann" not in json.dumps([p.model_dump() for p in (*found.pairs, *kept.candidates)]), (
        "evidence quotes no value"
    )


async def test_the_same_sides_give_the_same_bytes(run, tools):
    data = tools.keep(POLICIES.encode(), name="policies.csv")
    asked = {"source": {"data": data.model_dump()}, "target": TARGET}
    assert await run(match, asked) == await run(match, asked)


async def test_what_cannot_be_matched_is_refused(run, tools):
    data = tools.keep(b"a,b\n1,2\n", name="t.csv")
    with pytest.raises(Invalid, match="no fields"):
        await run(match, {"source": {"data": data.model_dump()}, "target": {}})
    with pytest.raises(Invalid, match="no column zz"):
        await run(match, {"source": {"data": data.model_dump(), "fields": [{"name": "zz"}]}, "target": TARGET})
    with pytest.raises(Invalid, match="no table"):
        await run(match, {"source": {"data": tools.keep(b"\xff\xfe\x00", name="t").model_dump()}, "target": TARGET})
    document = tools.keep(b'{"sha256": "", "media_type": "", "text": ""}', media_type="application/json")
    with pytest.raises(NotFound, match="0 tables"):
        await run(match, {"source": {"data": document.model_dump()}, "target": TARGET})


def test_values_decide_where_names_say_nothing():
    ours = [field("col1", ["https://a.org/1", "https://a.org/2"]), field("col2", ["12", "15"])]
    theirs = [field("amount", ["13", "14"]), field("link", ["https://b.org/3"])]
    found = compared(ours, theirs)
    assert [(pair.source, pair.target) for pair in found.pairs] == [("col1", "link"), ("col2", "amount")]


def test_two_equal_rivals_make_nobody_sure():
    one = compared([field("stage", ["I", "II"])], [field("tumor_stage", ["I", "II"])])
    two = compared(
        [field("stage", ["I", "II"])], [field("tumor_stage", ["I", "II"]), field("clinical_stage", ["I", "II"])]
    )
    assert two.pairs == () or two.pairs[0].sure < one.pairs[0].sure


def test_short_words_that_differ_by_a_letter_are_two_words():
    assert alike("stage", "state") == 0.0 and alike("male", "make") == 0.0
    assert alike("occurrence", "occurence") > 0.8


def test_a_point_of_time_goes_to_its_like_and_the_day_follows():
    theirs = [field("start_date", ()), field("start_datetime", ()), field("person_id", ())]
    found = compared([field("begintime", ()), field("patient_id", ())], theirs)
    assert [(p.source, p.target) for p in (*found.pairs, *found.further)] == [
        ("begintime", "start_datetime"), ("patient_id", "person_id"),
    ]  # fmt: skip
    (day,) = found.derived
    assert (day.target, day.rule, day.sources) == ("start_date", "day", ("begintime",)) and found.open == ()
    days = compared([field("begindate", ())], theirs)
    assert [(p.source, p.target) for p in days.pairs] == [("begindate", "start_date")] and not days.derived
