from datetime import UTC, datetime
from typing import Any, cast

import pytest

from symphainy.foundations.curator.capability import mark_of
from symphainy.foundations.curator.registry import Registry
from symphainy.foundations.language.context import ExecutionContext
from symphainy.foundations.language.document import SearchHit, Span
from symphainy.foundations.language.step import Outcome, Step
from symphainy.governance import capabilities
from symphainy.governance.capabilities import Manager

from .parts import ANN, Scene

HIT = SearchHit(
    document="doc_1",
    document_sha256="h",
    title="T",
    span=Span(start=0, end=4),
    text="text",
    score=1.0,
    embedder="lexical",
)


class Tools:
    """Search with memory."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, tuple[str, ...]]] = []

    async def search(self, query: str, *, limit: int = 8, documents: tuple[str, ...] = ()) -> list[SearchHit]:
        self.asked.append((query, limit, documents))
        return [HIT]


def a_step(function: Any, tools: Any = None, **given: Any) -> Step[Any]:
    context = ExecutionContext(
        tenant="acme", execution_id="exe_1", root_execution_id="exe_1", principal=ANN, path="/do/0", effect_key="k",
        now=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    return Step(input=mark_of(function).input.model_validate(given), context=context, tools=cast(Any, tools))


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    Manager().register(registry)
    return registry


def test_what_the_services_offer_is_what_the_curator_holds(registry: Registry) -> None:
    offered = {offer for entry in Scene().city.manager.roll for offer in entry.offers}
    assert {c.name for c in registry} == offered
    assert {c.owner for c in registry} == {"smart_city"}
    assert {c.queue for c in registry} == {"symphainy-smart-city"}


def test_only_the_search_and_the_compiler_of_policies_leave_the_worker_task(registry: Registry) -> None:
    assert {c.name for c in registry if c.mode == "activity"} == {"knowledge.find", "policy.check", "webhook.send"}


def test_classify_and_mask() -> None:
    value = {"mail": "ann@mail.example.org", "iban": "x"}
    declared = {"properties": {"iban": {"x-class": "financial"}}}
    found = capabilities.classify(a_step(capabilities.classify, value=value, declared=declared))
    assert found.classes == ("financial", "personal.email")
    assert found.findings[0].pointer == "/mail"
    masked = capabilities.mask(a_step(capabilities.mask, value=value))
    assert masked.value == {"mail": "[email]", "iban": "x"}
    assert masked.findings == 1


async def test_find_asks_the_steps_own_search() -> None:
    tools = Tools()
    found = await capabilities.find(a_step(capabilities.find, tools, query="terms", limit=3, documents=["doc_1"]))
    assert found.hits == (HIT,)
    assert tools.asked == [("terms", 3, ("doc_1",))]


def test_publish_drafts_and_publishes_nothing_itself() -> None:
    outcome = capabilities.publish(a_step(capabilities.publish, type="order.placed", subject="order:1"))
    assert isinstance(outcome, Outcome)
    assert [e.type for e in outcome.events] == ["order.placed"]


def test_who_and_what_it_costs() -> None:
    assert capabilities.who(a_step(capabilities.who)).id == "ann"
    estimate = capabilities.estimate(
        a_step(capabilities.estimate, local_steps=5, activities=2, waits=1, tokens=500_000, price=3.0)
    )
    assert estimate.actions == 4
    assert estimate.money == 1.5
    assert 0.04 < estimate.seconds < 0.05


async def test_they_pass_the_city_like_any_other_step(scene: Scene, registry: Registry) -> None:
    contract = mark_of(capabilities.publish).contract

    async def run() -> Outcome[Any]:
        return capabilities.publish(a_step(capabilities.publish, type="order.placed"))

    record = await scene.step(contract, run=run, arguments={"type": "order.placed"})
    assert [e.type for e in record.events] == ["order.placed"]
