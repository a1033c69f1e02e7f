import pytest

from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import Span
from symphainy.foundations.language.errors import NotFound, Refused, Unavailable
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.security_guard.rights import Rights

from .parts import CONTRACT, Scene

AGENT = CONTRACT.model_copy(update={"name": "insights.answer", "determinism": "grounded", "agent": True})


def answer(*documents: tuple[str, str]) -> Outcome[ReasonedArtifact]:
    citations = tuple(
        Citation(document=d, document_sha256=h, span=Span(start=0, end=4), quote="text") for d, h in documents
    )
    return Outcome(
        output=ReasonedArtifact(kind="grounded", agent="a", claims=(Claim(text="it is so", citations=citations),))
    )


@pytest.mark.rule("librarian.citations", shows="bites")
async def test_an_agent_cites_admitted_sources_of_its_own_tenant_only(scene: Scene) -> None:
    scene.catalogue.documents = {("acme", "doc_1"): "h1", ("bolt", "doc_2"): "h2"}
    await scene.step(AGENT, outcome=answer(("doc_1", "h1")))
    await scene.step(AGENT, outcome=answer())
    for stranger in (("doc_2", "h2"), ("doc_1", "another content"), ("doc_3", "h3")):
        record = Record()
        with pytest.raises(Refused, match=f"not an admitted source: {stranger[0]}"):
            await scene.step(AGENT, outcome=answer(("doc_1", "h1"), stranger), record=record)
        assert record.verdict == "deny"


async def test_a_step_of_an_agent_names_its_sources_and_its_models(scene: Scene) -> None:
    scene.catalogue.documents = {("acme", "doc_1"): "h1"}
    for models, named in ((("lexical",), "model:lexical"), ((), "model:rules")):
        said, record = answer(("doc_1", "h1")), Record()
        given = Outcome(output=said.output.model_copy(update={"models": models}))
        await scene.step(AGENT, outcome=given, record=record)
        edges = {(edge.source, edge.relation) for edge in record.lineage}
        assert {(named, "reasoned-with"), ("span:doc_1#0-4", "cited-by")} <= edges
    record = Record()
    await scene.step(outcome=answer(), record=record)
    assert not [edge for edge in record.lineage if edge.source.startswith("model:")], (
        "what is no agent reasons with none"
    )


@pytest.mark.rule("librarian.sources", shows="bites")
async def test_without_the_catalogue_agents_are_refused_and_the_rest_runs(scene: Scene) -> None:
    scene.catalogue.away = True
    with pytest.raises(Unavailable, match="no agent may reason"):
        await scene.step(AGENT, outcome=answer())
    assert scene.runs == 0
    await scene.step()
    assert scene.runs == 1


@pytest.mark.rule("librarian.sources", shows="off")
async def test_what_is_no_agent_is_not_looked_at(scene: Scene) -> None:
    await scene.step(outcome=answer(("doc_9", "h")))


async def test_citing_from_outside_needs_admission_as_well(scene: Scene) -> None:
    scene.directory.people["acme", "ann"] = Rights(roles=("author",))
    scene.catalogue.documents = {("acme", "doc_1"): "h1"}
    await scene.door(action="cite", resource_type="Document", resource_id="doc_1")
    with pytest.raises(NotFound):
        await scene.door(action="cite", resource_type="Document", resource_id="doc_2")
