"""The four realms as they register, and the catalog that the package ships."""

from pathlib import Path

import pytest

from symphainy.foundations.curator import Registry, read_catalog
from symphainy.foundations.language.step import Step
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.journey.manager import Manager as Journey
from symphainy.realms.journey.models import ToDescribe
from symphainy.realms.journey.services.describe import describe
from symphainy.realms.solution.manager import Manager as Solution
from symphainy.realms.solution.models import ToList

REALMS = (Content(), Insights(), Journey(), Solution())


@pytest.fixture
def registry():
    filled = Registry()
    for manager in REALMS:
        manager.register(filled)
    filled.check()
    return filled


def step(given):
    return Step(input=given, context=None, tools=None)


def test_four_realms_register(registry):
    assert [manager.name for manager in REALMS] == ["content", "insights", "journey", "solution"]
    assert {contract.owner for contract in registry} == {manager.name for manager in REALMS}
    assert registry.capability("insights.ask").contract.agent


def test_every_capability_explains_itself(registry):
    for contract in registry:
        assert contract.title, contract.ref
        assert len(contract.description) > 20, contract.ref


def test_the_shipped_catalog_is_what_the_realms_register(registry):
    shipped = read_catalog()
    owners = {manager.name for manager in REALMS}
    assert {c.ref: c for c in shipped.contracts if c.owner in owners} == {c.ref: c for c in registry}, REGENERATE
    assert [r for r in shipped.routes if r.owner in owners] == list(registry.catalog().routes), REGENERATE
    assert {
        name: saga for name, saga in shipped.sagas.items() if name.partition(".")[0] in owners
    } == registry.catalog().sagas


REGENERATE = "generate foundations/curator/catalog.json anew with write_catalog()"


def test_the_catalog_tells_what_solutions_may_use(registry):
    offers = registry.function("solution.catalog")(step(ToList()))
    assert [offer.ref for offer in offers.capabilities] == sorted(contract.ref for contract in registry)
    assert ("content.upload", "saga") in {(offer.intent, offer.by) for offer in offers.intents}
    some = registry.function("solution.catalog")(step(ToList(owner="content", words="Search documents")))
    assert [offer.ref for offer in some.capabilities] == ["content.search@1"]
    named = registry.function("solution.catalog")(step(ToList(words="upload")))
    assert [offer.intent for offer in named.intents] == ["content.upload"]


def test_every_packaged_saga_can_be_told(registry):
    for document in registry.catalog().sagas.values():
        told = describe(step(ToDescribe(document=document)))
        assert told.title == "Upload a document"
        assert told.steps[0] == "1. Detect, by calling content.detect."
        assert len(told.steps) == 6


def test_a_saga_with_every_turn_is_told_in_order():
    document = {
        "document": {"name": "claim"},
        "do": [
            {
                "triage": {
                    "switch": [{"big": {"when": "${ .amount > 1000 }", "then": "approve"}}, {"rest": {"then": "end"}}]
                }
            },
            {
                "approve": {
                    "try": [{"payOut": {"call": "bank.pay"}}],
                    "catch": {"do": [{"note": {"set": {"failed": True}}}]},
                }
            },
            {"each": {"for": {"each": "claim", "in": ".claims"}, "do": [{"rest": {"wait": "PT5M"}}]}},
            {"both": {"fork": {"compete": True, "branches": [{"a": {"wait": {"days": 1}}}]}, "then": "end"}},
        ],
    }
    told = describe(step(ToDescribe(document=document)))
    assert told.steps == (
        "1. Triage: when .amount > 1000, go to approve; otherwise, end here.",
        "2. Approve: try these steps.",
        "2.1. Pay out, by calling bank.pay.",
        "2. If one of them fails:",
        "2.1. Note: note failed.",
        "3. Each: for each claim of .claims, do these steps.",
        "3.1. Rest: wait for PT5M.",
        "4. Both: do 1 things at once; the first to finish decides. Then end here.",
        "4.1. A: wait for 1 days.",
    )
    assert 'n0 -->|".amount > 1000"| n1' in told.mermaid
    assert 'n0 -->|"otherwise"| finish' in told.mermaid
    assert "n3 --> finish" in told.mermaid


def test_the_sample_documents_are_what_their_script_makes():
    import importlib.util

    path = Path(__file__).parents[1] / "files" / "make.py"
    spec = importlib.util.spec_from_file_location("sample_files", path)
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    for name, data in make.files().items():
        assert (make.KNOWLEDGE / name).read_bytes() == data, f"run {path.name} again"
