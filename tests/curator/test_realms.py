"""The four realms as they register, and the catalog that the package ships."""

from pathlib import Path

import pytest

from symphainy.foundations.curator import Registry, read_catalog
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.foundations.language.step import Step
from symphainy.governance.capabilities import Manager as SmartCity
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.journey.manager import Manager as Journey
from symphainy.realms.journey.models import ToDescribe
from symphainy.realms.journey.services.describe import procedure
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


async def test_the_catalog_tells_what_solutions_may_use(registry):
    offers = await registry.function("solution.catalog")(step(ToList()))
    assert [offer.ref for offer in offers.capabilities] == sorted(contract.ref for contract in registry)
    assert ("content.upload", "saga") in {(offer.intent, offer.by) for offer in offers.intents}
    some = await registry.function("solution.catalog")(step(ToList(owner="content", words="chunks that answer")))
    assert [offer.ref for offer in some.capabilities] == ["content.search@1"]
    named = await registry.function("solution.catalog")(step(ToList(words="upload")))
    assert [offer.intent for offer in named.intents] == ["content.upload"]


async def test_every_packaged_saga_can_be_told_by_its_name_and_by_its_intent(registry):
    describe = registry.function("journey.describe")
    for name, document in registry.catalog().sagas.items():
        told = await describe(step(ToDescribe(document=document)))
        assert len(told.steps) >= len(document["do"]) and told.title == document["document"]["title"]
        for known in (name, name.replace(".", "/")):
            assert (await describe(step(ToDescribe(definition=known)))).steps == told.steps
    told = await describe(step(ToDescribe(definition="content.upload")))
    assert told.title == "Upload a document"
    assert told.steps[0] == "1. Detect, by calling content.detect."
    assert (await describe(step(ToDescribe(definition="agent.message")))).title == "One turn of a conversation"
    with pytest.raises(NotFound):
        await describe(step(ToDescribe(definition="none/such")))
    for neither in (ToDescribe(), ToDescribe(document={}, definition="a/b")):
        with pytest.raises(Invalid):
            await describe(step(neither))


def test_every_packaged_saga_compiles_without_an_error(registry):
    SmartCity().register(registry)
    catalog = registry.catalog()
    for name, document in catalog.sagas.items():
        compiled = compile_document(document, file=name, catalog=catalog, saga=True)
        assert compiled.plan is not None, [str(d) for d in compiled.diagnostics]
        assert not compiled.plan.heavy and {d.severity for d in compiled.diagnostics} <= {"hint"}


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
    told = procedure(document)
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
