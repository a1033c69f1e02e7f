"""The first solution, file by file: its sagas run on its own documents, its rule bites, its scenario tells the truth."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from symphainy.foundations.curator import Registry, read_catalog
from symphainy.foundations.definitions import expressions, yaml12
from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.content.services.embed import embed_texts
from symphainy.realms.content.services.normalise import normal_document
from symphainy.realms.insights.manager import Manager as Insights

FIRST = Path(__file__).parents[2] / "solutions" / "first"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def load(name):
    source = yaml12.load((FIRST / name).read_text(), file=name)
    assert source.faults == ()
    return source.value


@pytest.fixture
def walk(run):
    """Runs a saga of calls as written: ``with`` on the output before, ``output.as`` on the result."""
    registry = Registry()
    Content().register(registry)
    Insights(embed=embed_texts).register(registry)

    async def go(name, given):
        data, variables = given, {"workflow": {"input": given}}
        for item in load(f"sagas/{name}.yaml")["do"]:
            ((_, task),) = item.items()
            output = await run(registry.function(task["call"]), expressions.resolve(task["with"], data, variables, NOW))
            data = output.model_dump(mode="json")
            if "output" in task:
                data = expressions.resolve(task["output"]["as"], data, variables, NOW)
        return data

    return go


def test_the_compiler_has_nothing_to_say_against_it():
    texts = {
        path.relative_to(FIRST).as_posix(): "" if path.parent.name == "knowledge" else path.read_text()
        for path in FIRST.rglob("*")
        if path.is_file()
    }
    found = load_solution(texts, read_catalog())
    assert found.diagnostics == ()
    assert set(found.definition.intents) == {"first.ask", "first.read"} == set(found.plans)
    assert {(b.surface, b.path) for b in found.definition.bindings} == {("rest", "/ask"), ("rest", "/read")}
    assert len(found.definition.knowledge) == 3


async def test_read_then_ask(walk, tools):
    ref = tools.keep((FIRST / "knowledge" / "policy.pdf").read_bytes(), name="policy.pdf")
    found = await walk("read", {"file": ref.model_dump(), "question": "What is the standard deductible?"})
    assert found["answered"]
    assert "500 euros" in found["answer"]
    (cited,) = found["citations"]
    assert cited["page"] == 2
    assert tools.texts[cited["sha256"]][cited["start"] : cited["end"]] == cited["quote"]
    again = await walk("ask", {"question": "What is the standard deductible?"})
    assert again["citations"] == found["citations"]
    refusal = await walk("ask", {"question": "What is the capital of France?"})
    assert (refusal["answered"], refusal["answer"], refusal["citations"]) == (False, None, [])
    assert refusal["reasons"]


def test_the_scenario_quotes_the_policy_as_it_is(samples):
    scenario = load("scenarios/ask.yaml")
    (answer,) = [ReasonedArtifact.model_validate(mock) for mock in scenario["mocks"].values()]
    path = FIRST / "knowledge" / "policy.pdf"
    text = normal_document(samples.document(path)).text
    citation = answer.claims[0].citations[0]
    assert citation.document_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert text[citation.span.start : citation.span.end] == citation.quote == scenario["expect"]["output"]["answer"]


@pytest.mark.parametrize(
    ("role", "action", "solution", "purpose", "allowed"),
    [
        ("member", "submit", "first", "operate", True),
        ("member", "submit", "second", "operate", False),
        ("member", "submit", "first", "advertise", False),
        ("member", "deploy", "first", "operate", False),
        ("guest", "submit", "first", "operate", False),
    ],
)
def test_the_rule_bites(role, action, solution, purpose, allowed):
    cedarpy = pytest.importorskip("cedarpy")
    schema = (FIRST.parents[1] / "governance" / "policies" / "city.cedarschema").read_text()
    policy = (FIRST / "policies" / "first.cedar").read_text()
    assert cedarpy.validate_policies(policy, schema).validation_passed
    entities = [
        {
            "uid": {"type": "User", "id": "u"},
            "attrs": {"id": "u", "tenant": "acme"},
            "parents": [{"type": "Role", "id": role}],
        },
        {"uid": {"type": "Role", "id": role}, "attrs": {}, "parents": []},
        {
            "uid": {"type": "Capability", "id": "insights.ask"},
            "attrs": {"tenant": "acme", "classes": [], "owner": ""},
            "parents": [],
        },
    ]
    request = {
        "principal": 'User::"u"',
        "action": f'Action::"{action}"',
        "resource": 'Capability::"insights.ask"',
        "context": {"purpose": purpose, "solution": solution, "classes": [], "environment": "development"},
    }
    decision = cedarpy.is_authorized(request, policy, entities, schema=schema).decision
    assert (decision == cedarpy.Decision.Allow) is allowed
