"""The whole way of a file, capability by capability, with real tools."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from symphainy.foundations.curator import Registry, mark_of
from symphainy.foundations.definitions import expressions
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.document import IndexEntry
from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge
from symphainy.realms.content import orchestrator
from symphainy.realms.content.manager import Manager
from symphainy.realms.content.services.detect import detect
from symphainy.realms.content.services.embed import default_embedder
from symphainy.realms.content.services.parse import parse
from symphainy.realms.content.services.search import search

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def registry():
    filled = Registry()
    Manager().register(filled)
    filled.check()
    return filled


@pytest.fixture
def upload(run, tools, registry):
    """Walks the packaged saga as written: each task's ``with`` is evaluated on the output of the one before."""

    async def go(path):
        ref = tools.keep(path.read_bytes(), name=path.name, media_type="application/octet-stream")
        data = {"file": ref.model_dump(mode="json")}
        outputs = {}
        for item in orchestrator.sagas()["content.upload"]["do"]:
            ((name, task),) = item.items()
            arguments = expressions.resolve(task["with"], data, {}, NOW)
            output = await run(registry.function(task["call"]), arguments)
            data = outputs[name] = output.model_dump(mode="json")
        return outputs

    return go


@pytest.mark.parametrize(("name", "pages"), [("policy.pdf", 5), ("handbook.docx", 0), ("claims.csv", 0)])
async def test_from_file_to_semantic_ready(upload, run, tools, knowledge, name, pages):
    outputs = await upload(knowledge / name)
    last = outputs["index"]
    assert last["document"].startswith("doc_")
    assert last["pages"] == pages
    assert last["chunks"] == outputs["chunk"]["count"] > 2
    assert last["embedder"] == default_embedder()
    (event,) = run.outcome.events
    assert event.type == "content.semantic_ready"
    assert event.subject == last["document"]
    (batch,) = run.outcome.index
    assert batch.text_artifact == outputs["normalise"]["text"]["key"]
    entries = json.loads(await tools.read(ArtifactRef.model_validate(outputs["embed"]["entries"])))
    assert [IndexEntry.model_validate(entry).chunk.ordinal for entry in entries] == list(range(last["chunks"]))
    assert tools.progressed[-1] == 1.0
    assert all(len(json.dumps(output)) < 4096 for output in outputs.values()), "only references travel"


async def test_the_same_file_twice_is_the_same_document_to_the_last_byte(upload, knowledge):
    assert await upload(knowledge / "handbook.docx") == await upload(knowledge / "handbook.docx")


async def test_search_finds_the_exact_span(upload, run, tools, knowledge):
    await upload(knowledge / "policy.pdf")
    await upload(knowledge / "claims.csv")
    found = await run(search, {"query": "how many days to report a claim", "limit": 3})
    best = found.hits[0]
    assert "within 14 days of the accident" in best.text
    assert best.span.page == 4
    text = tools.texts[best.document_sha256]
    assert text[best.span.start : best.span.end] == best.text
    only = await run(search, {"query": "report a claim", "documents": [found.hits[-1].document]})
    assert {hit.document for hit in only.hits} == {found.hits[-1].document}


async def test_search_says_what_is_wrong_with_a_query(run):
    for given, error, says in [
        ({"query": "  "}, Invalid, "empty"),
        ({"query": "x", "limit": 0}, Invalid, "between 1 and 50"),
        ({"query": "x", "limit": 51}, Invalid, "between 1 and 50"),
        ({"query": "x" * 2001}, TooLarge, "2,000"),
    ]:
        with pytest.raises(error, match=says):
            await run(search, given)


async def test_a_refusal_in_the_pool_comes_back_whole(run, tools):
    ref = tools.keep(b"%PDF-1.4 and no more", name="x.pdf")
    found = await run(detect, {"file": ref.model_dump()})
    with pytest.raises(Invalid, match="broken") as caught:
        await run(parse, found)
    assert caught.value.code == "content.broken"
    assert caught.value.remedy


async def test_unknown_fields_and_absent_files_are_refused(run, tools):
    with pytest.raises(ValidationError):
        await run(detect, {"file": tools.keep(b"x").model_dump(), "more": 1})
    ref = tools.keep(b"gone")
    (tools.folder / ref.sha256).unlink()
    with pytest.raises(NotFound):
        await run(detect, {"file": ref.model_dump()})


def test_contracts(registry):
    modes = {contract.name: contract.mode for contract in registry}
    assert modes == {
        "content.detect": "activity",
        "content.parse": "activity",
        "content.normalise": "local",
        "content.chunk": "local",
        "content.embed": "activity",
        "content.index": "activity",
        "content.search": "activity",
        "content.liaison": "activity",
        "content.decode": "activity",
    }
    assert all(contract.determinism == "deterministic" and contract.effects is None for contract in registry)
    assert mark_of(detect).contract.input["$defs"]["ArtifactRef"]["x-artifact"]
    assert [route.intent for route in registry.catalog().routes] == [
        "content.decode",
        "content.search",
        "content.upload",
    ]


def test_the_compiler_has_nothing_to_say_against_the_saga(registry):
    for document in orchestrator.sagas().values():
        found = compile_document(document, file="upload.yaml", catalog=registry.catalog(), saga=True)
        assert found.diagnostics == ()
        assert found.plan.heavy == ()
