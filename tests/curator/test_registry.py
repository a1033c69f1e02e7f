"""The registry: a collection, with its refusals; the catalog as a file."""

import pytest
from pydantic import BaseModel

from symphainy.foundations.curator import Registry, capability, read_catalog, write_catalog
from symphainy.foundations.curator.catalog import from_json, to_json
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.contract import Effects, IntentRoute
from symphainy.foundations.language.errors import Defect, Invalid, NotFound


class Word(BaseModel):
    text: str


SAGA = {"document": {"dsl": "1.0.3", "namespace": "demo", "name": "all", "version": "1.0.0"}, "do": []}


def function(name="demo.say", version="1", **about):
    return capability(name, version=version, **{"input": Word, "output": Word, **about})(lambda step: step.input)


def effectful(name, undo=None):
    return function(name, determinism="effectful", effects=Effects(), undo=undo)


@pytest.fixture
def registry():
    filled = Registry()
    filled.register(function())
    filled.register(function(version="2"))
    filled.register(function(version="10"))
    filled.saga("demo.all", SAGA)
    filled.route(IntentRoute(intent="demo.all", saga="demo.all", owner="demo"))
    filled.route(IntentRoute(intent="demo.say", capability="demo.say", owner="demo"))
    return filled


def test_is_a_collection(registry):
    assert "demo.say" in registry
    assert "demo.say@2" in registry
    assert "demo.say@3" not in registry
    assert "demo.shout" not in registry
    assert [c.ref for c in registry] == ["demo.say@1", "demo.say@10", "demo.say@2"]
    assert len(registry) == 3
    assert repr(registry) == "Registry(3 capabilities, 2 intents, 1 sagas)"


def test_a_name_without_a_version_is_the_newest_by_number(registry):
    assert registry.capability("demo.say").contract.version == "10"
    assert registry.function("demo.say@1") is not registry.function("demo.say")
    with pytest.raises(NotFound, match=r"demo\.shout"):
        registry.function("demo.shout")


def test_the_same_ref_twice_is_a_defect(registry):
    with pytest.raises(Defect, match="registered twice"):
        registry.register(function())


def test_an_intent_has_one_route_and_a_route_one_end(registry):
    with pytest.raises(Defect, match="two routes"):
        registry.route(IntentRoute(intent="demo.say", capability="demo.say"))
    with pytest.raises(Defect, match="exactly one"):
        registry.route(IntentRoute(intent="demo.both", saga="demo.all", capability="demo.say"))
    with pytest.raises(Defect, match="exactly one"):
        registry.route(IntentRoute(intent="demo.none"))


def test_a_saga_is_a_document_and_has_one_name(registry):
    with pytest.raises(Defect, match="packaged twice"):
        registry.saga("demo.all", SAGA)
    with pytest.raises(Invalid, match="no OWS document"):
        registry.saga("demo.bad", {"do": []})


def test_check_lists_every_loose_end_at_once(registry):
    registry.check()
    registry.register(effectful("demo.pay", undo="demo.refund"))
    registry.route(IntentRoute(intent="demo.x", saga="demo.nowhere"))
    registry.route(IntentRoute(intent="demo.y", capability="demo.nobody"))
    with pytest.raises(Invalid) as caught:
        registry.check()
    for name in ("demo.refund", "demo.nowhere", "demo.nobody"):
        assert name in caught.value.detail
    assert caught.value.code == "registry.incomplete"


def test_an_undo_that_is_registered_is_fine():
    registry = Registry()
    registry.register(effectful("demo.pay", undo="demo.refund"))
    registry.register(effectful("demo.refund"))
    registry.check()


def test_agents_are_attached_by_contract():
    registry = Registry()
    agent = function("demo.think", output=ReasonedArtifact, determinism="grounded", agent=True)
    assert registry.agent(agent).agent
    with pytest.raises(Defect, match="is no agent"):
        registry.agent(function())


def test_catalog_survives_its_file(registry, tmp_path):
    path = tmp_path / "catalog.json"
    catalog = write_catalog(registry, path)
    assert read_catalog(path) == catalog == registry.catalog()
    assert path.read_text() == to_json(from_json(to_json(catalog)))
    assert catalog.find("demo.say").version == "10"
    with pytest.raises(NotFound):
        read_catalog(tmp_path / "none.json")
    with pytest.raises(Invalid, match="no catalog"):
        from_json("[]")


def test_a_loose_registry_is_not_written(registry, tmp_path):
    registry.route(IntentRoute(intent="demo.x", saga="demo.nowhere"))
    with pytest.raises(Invalid):
        write_catalog(registry, tmp_path / "catalog.json")
    assert not (tmp_path / "catalog.json").exists()
