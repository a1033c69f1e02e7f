"""Data quality: the table itself says what its rules are, and which cells break them."""

from symphainy.realms.insights.models.quality import Violations
from symphainy.realms.insights.services.quality import findings, quality

TOWNS = ["Springfield,IL,62701"] * 12 + ["Bend,OR,97701"] * 12 + ["Gary,IN,46402"] * 12


def checks(text):
    rows = [line.split(",") for line in text.strip("\n").split("\n")]
    return {one.check: set(one.cells) for one in findings(rows[0], rows[1:])}


async def test_a_table_is_checked_against_its_own_rules(run, tools):
    lines = ["city,state,zip", *TOWNS]
    lines[5] = "Sprxngfield,IL,62701"
    lines[20] = "Bend,OR,x77o1"
    lines[30] = "Gary,OH,46402"
    data = tools.keep("\n".join(lines).encode(), name="towns.csv", media_type="text/csv")
    found = await run(quality, {"data": data.model_dump()})
    kept = Violations.model_validate_json((tools.folder / found.violations.sha256).read_bytes()).violations
    rules = {rule.id: rule for rule in found.rules}
    assert {(v.row, v.column) for v in kept} == {
        (5, "city"), (20, "zip"), (30, "state"),
        *((row, "") for row in range(1, 37) if lines[row] in lines[1:row]),
    }  # fmt: skip
    assert any(rules[v.rule].check == "dependency" and (v.row, v.column) == (30, "state") for v in kept)
    assert any(rules[v.rule].check == "misspelling" and v.column == "city" for v in kept)
    assert 0 < found.score < 1 and found.parts["completeness"] == 1.0 and found.whole
    assert "Sprxngfield" not in found.model_dump_json(), "a verdict quotes no value"


def test_a_clean_table_raises_no_alarm():
    rows = [[str(n), f"Name {n}", ("OR", "IN", "IL")[n % 3], f"2024-01-{n % 28 + 1:02}"] for n in range(90)]
    assert findings(["id", "name", "state", "day"], rows) == []


def test_faults_of_the_frame_are_told_by_row_and_column():
    assert checks("id,name,,name\n1,english\n1,english\n,\n2,german,1,2,3") == {
        "blank_header": {(-1, 2)},
        "duplicate_header": {(-1, 3)},
        "missing_cell": {(0, 2), (0, 3), (1, 2), (1, 3)},
        "duplicate_row": {(1, -1)},
        "blank_row": {(2, -1)},
        "extra_cell": {(3, 4)},
    }


def test_units_signs_and_words_for_nothing():
    lines = [f"{n},{n % 7 + 8}.0 {('oz', 'oz.', 'ounce')[n % 3]},0.0{n % 9},x" for n in range(40)]
    lines[3] = "3,12.0 oz,0.05%,N/A"
    found = checks("\n".join(["id,size,abv,ibu", *lines]))
    assert len(found["unit_in_cell"]) == 40
    assert found["form"] == {(3, 2)} and found["absent_spelling"] == {(3, 3)}


def test_a_second_town_of_one_name_is_no_error():
    rows = (
        [["Portland", "OR"]] * 20
        + [["Portland", "ME"]] * 4
        + [["Portland", "MX"]]
        + [["Bend", "OR"]] * 9
        + [["Gary", "IN"]] * 9
    )
    (rule,) = [one for one in findings(["city", "state"], rows) if one.check == "dependency"]
    assert rule.cells == ((24, 1),)


async def test_timeliness_is_measured_against_a_day_that_is_given(run, tools):
    lines = ["id,seen,due", *(f"{n},2024-02-{n % 28 + 1:02} 10:00,2030-01-01" for n in range(40))]
    lines[3], lines[7] = "2,2019-01-01 10:00,2030-01-01", "6,2027-01-01 10:00,2030-01-01"
    data = tools.keep("\n".join(lines).encode(), name="seen.csv", media_type="text/csv").model_dump()
    found = await run(quality, {"data": data, "as_of": "2024-03-01", "fresh_days": 60})
    rules = {rule.id: rule for rule in found.rules}
    assert {(rules[v.rule].check, v.row, v.column) for v in found.first if rules[v.rule].part == "timeliness"} == {
        ("stale", 3, "seen"), ("future", 7, "seen"),
    }, "what is due lies ahead, and is no fault"  # fmt: skip
    assert found.parts["timeliness"] == 0.95
    without = await run(quality, {"data": data})
    assert "timeliness" not in without.parts and not any(rule.part == "timeliness" for rule in without.rules)
