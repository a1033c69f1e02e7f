"""A mapping proposed: the surest first, people's decisions before any score, and what needs a look."""

from symphainy.realms.insights.agents.mapper import Mapper
from symphainy.realms.insights.models.mapping import ToPropose
from symphainy.realms.insights.models.mash import MashColumn

MATCHED = {
    "source": "p",
    "pairs": [
        {
            "source": "POL-NO",
            "target": "policy_number",
            "score": 10,
            "sure": 0.95,
            "evidence": ["names: policy, number"],
        },
        {"source": "EFF", "target": "effective_date", "score": 5, "sure": 0.5, "type": "date", "format": "%Y%m%d"},
        {"source": "AMT", "target": "premium", "score": 4, "sure": 0.45, "type": "decimal"},
    ],
    "further": [{"source": "NET", "target": "premium", "score": 3, "sure": 0.42, "type": "decimal"}],
    "derived": [
        {"target": "insured", "rule": "concatenation", "sources": ["FIRST", "LAST"], "sure": 0.9},
        {"target": "system", "rule": "constant", "constant": "LEGACY"},
    ],
    "open": ["colour"],
    "required": ["policy_number", "colour"],
}


def proposed(**more):
    return Mapper().decide(ToPropose.model_validate({**MATCHED, **more}))


def test_a_proposal_is_what_a_mash_takes_and_says_what_needs_a_look():
    found = proposed()
    columns = {c.name: c for c in map(MashColumn.model_validate, found.value["columns"])}
    assert columns["policy_number"].column == "p.POL-NO" and columns["policy_number"].required
    assert columns["effective_date"].format == "%Y%m%d" and columns["premium"].column == "p.AMT"
    assert columns["insured"].concat == ("p.FIRST", "p.LAST") and columns["system"].constant == "LEGACY"
    assert not found.value["complete"] and found.value["open"] == ["colour"]
    assert any("colour is required" in line for line in found.value["look"])
    assert any("effective_date from EFF is only 50% sure" in line for line in found.value["look"])
    assert any("policy, number" in line for line in found.reasons)
    assert found == proposed()


def test_what_people_decided_goes_before_any_score():
    learned = [
        {"source": "AMT", "target": "premium", "accepted": False},
        {"source": "HUE", "target": "colour", "accepted": True},
    ]
    found = proposed(learned=learned)
    columns = {c["name"]: c for c in found.value["columns"]}
    assert columns["premium"]["column"] == "p.NET" and columns["colour"]["column"] == "p.HUE"
    assert found.value["complete"]


def test_nothing_matched_is_no_answer():
    assert proposed(pairs=[], further=[], derived=[]).answer is None
