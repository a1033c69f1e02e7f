"""Questions to our own documents: the exact words with their place, or an honest refusal."""

import asyncio

import pytest

from symphainy.foundations.agentic import attach, verify
from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge
from symphainy.realms.content.services.chunk import chunk
from symphainy.realms.content.services.detect import detect
from symphainy.realms.content.services.embed import embed, embed_texts, minilm
from symphainy.realms.content.services.index import index
from symphainy.realms.content.services.normalise import normalise
from symphainy.realms.content.services.parse import parse
from symphainy.realms.insights.agents.answer import Answerer
from symphainy.realms.insights.models import Question
from symphainy.realms.insights.services.evidence.scoring import candidates
from symphainy.realms.insights.services.evidence.words import figures

EMBEDDERS = [
    "lexical",
    pytest.param(
        minilm.NAME, marks=pytest.mark.skipif(minilm.model_dir() is None, reason="the MiniLM weights are not installed")
    ),
]


@pytest.fixture(scope="module", params=EMBEDDERS)
def library(request, tmp_path_factory, pool, runner, knowledge):
    """All three samples, indexed by one embedder."""
    run = runner(tmp_path_factory.mktemp("library"), pool)
    asyncio.run(fill(run, knowledge, request.param))
    return run


@pytest.fixture
def tools(library):
    return library.tools


@pytest.fixture
def ask(library):
    agent = attach(Answerer(embed_texts), "insights.ask", input=Question)

    async def go(question, **more):
        return await library(agent, {"question": question, **more})

    return go


async def fill(run, folder, embedder):
    tools = run.tools
    for path in sorted(folder.iterdir()):
        found = await run(detect, {"file": tools.keep(path.read_bytes(), name=path.name).model_dump()})
        cut = await run(chunk, await run(normalise, await run(parse, found)))
        await run(index, await run(embed, {**cut.model_dump(mode="json"), "embedder": embedder}))


async def test_answers_by_the_exact_span(ask, tools):
    artifact = await ask("How many days do I have to report a claim?")
    assert artifact.answer == "You must report a claim to us within 14 days of the accident."
    (claim,) = artifact.claims
    (citation,) = claim.citations
    assert citation.title == "Motor Insurance Policy Wording"
    assert citation.span.page == 4
    assert (
        tools.texts[citation.document_sha256][citation.span.start : citation.span.end]
        == citation.quote
        == artifact.answer
    )
    assert not claim.grounded, "only the platform says so"

    async def read_text(document, sha256):
        if sha256 not in tools.texts:
            raise NotFound(document)
        return tools.texts[sha256]

    assert (await verify(artifact, read_text)).claims[0].grounded


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the standard deductible?", "500 euros"),
        ("When must theft be reported to the police?", "within 24 hours"),
        ("For how many days do I get a hire car?", "21 days"),
        ("Is damage by hail covered?", "storm, hail or flood"),
        ("When does an assessor inspect the vehicle?", "above 3,000 euros"),
        ("What is the status of claim 0001211?", "under investigation"),
        ("Who may approve payments above 25,000 euros?", "Head of claims and a second approver"),
    ],
)
async def test_answers_from_text_list_and_table(ask, question, words):
    assert words in ((await ask(question)).answer or "")


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Does the policy cover dental treatment?",
        "How many employees does the insurer have?",
        "What is the premium for a Porsche?",
        "How many days of annual leave do employees get?",
        "What is the status of claim 0009999?",
        "Who won the world cup in 2014?",
    ],
)
async def test_refuses_what_no_document_says(ask, question):
    artifact = await ask(question)
    assert artifact.answer is None
    assert artifact.claims == ()
    assert "No sentence" in artifact.reasons[0]


async def test_a_question_about_a_number_is_not_answered_by_another(tools):
    hits = await tools.search("status of claim 0001211", limit=50)
    assert "0001211" in figures(candidates("status of claim 0001211", hits)[0].quote)
    assert candidates("status of claim 0009999", hits) == []


async def test_the_same_question_has_the_same_answer(ask):
    assert await ask("Is glass breakage covered?") == await ask("Is glass breakage covered?")


async def test_a_question_can_be_about_one_document(ask, tools):
    handbook = next(document for document, _, title, _ in tools.entries if title == "Claims Handbook")
    assert (await ask("How many days do I have to report a claim?", documents=[handbook])).answer is None


async def test_says_what_is_wrong_with_a_question(ask):
    with pytest.raises(Invalid, match="empty"):
        await ask(" ")
    with pytest.raises(TooLarge, match="1,000"):
        await ask("x" * 1001)


async def test_without_any_document_it_cannot_answer(runner, tmp_path, pool):
    run = runner(tmp_path, pool)
    agent = attach(Answerer(embed_texts), "insights.ask", input=Question)
    assert (await run(agent, {"question": "What is covered?"})).answer is None
