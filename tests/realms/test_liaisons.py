"""The liaisons: what they say rests on facts or on exact words, what they propose is not done, and they may say that they cannot."""

from datetime import UTC, datetime

import pytest

from symphainy.foundations.agentic import attach, verify
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.conversation import Heard, Run, Said, Source, Turn
from symphainy.foundations.language.document import Document, SearchHit, Span, Table
from symphainy.foundations.language.errors import Ungrounded
from symphainy.foundations.language.step import Step
from symphainy.realms.content.agents.liaison import ContentLiaison
from symphainy.realms.insights.agents.liaison import InsightsLiaison

AT = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "You must report a claim to us within 14 days of the accident. The deductible for theft is 300 euros."
PLAIN = Document(sha256="a" * 64, media_type="text/plain", name="policy", text=TEXT)
ROWS = Table(name="claims", rows=(("id", "amount"), ("1", "20")))
TABLED = PLAIN.model_copy(update={"sha256": "b" * 64, "name": "claims", "tables": (ROWS,)})


def source(document, title):
    ref = ArtifactRef.of(document.model_dump_json().encode())
    return Source(document=f"doc_{document.sha256[0]}", title=title, sha256=document.sha256, text=ref, at=AT)


POLICY, CLAIMS = source(PLAIN, "Motor Policy"), source(TABLED, "claims.csv")
STORED = {s.text.sha256: d for s, d in ((POLICY, PLAIN), (CLAIMS, TABLED))}


class Shelf:
    """Read-only tools over one passage; remembers what was asked of it."""

    def __init__(self):
        self.queries = []

    async def read(self, ref):
        return STORED[ref.sha256].model_dump_json().encode()

    async def search(self, query, *, limit=8, documents=()):
        self.queries.append(query)
        span = Span(start=0, end=len(TEXT))
        return [
            SearchHit(document=POLICY.document, document_sha256=PLAIN.sha256, title=POLICY.title, span=span, text=TEXT, score=0.9,
                      embedder="lexical")
        ]  # fmt: skip

    async def compute(self, function, *arguments, timeout=120.0):
        return function(*arguments)


@pytest.fixture
def tools():
    return Shelf()


@pytest.fixture
def ask(tools):
    async def go(agent, text, *history, sources=(POLICY, CLAIMS), runs=()):
        turn = Turn(text=text, conversation="cnv", history=history, sources=sources, runs=runs)
        context = ExecutionContext(
            tenant="acme", execution_id="exe_1", root_execution_id="exe_1", principal=Principal(id="u", tenant="acme"),
            path="/do/0/x", effect_key="acme/exe_1/do/0/x", now=AT,
        )  # fmt: skip
        run = attach(agent, f"{agent.name.partition('.')[0]}.liaison", input=Heard)
        return await run(Step(input=Heard(turn=turn), context=context, tools=tools))

    return go


async def text_of(document, sha256):
    return {PLAIN.sha256: PLAIN, TABLED.sha256: TABLED}[sha256]


async def test_insights_answers_in_the_exact_words_of_a_document(ask):
    found = await ask(InsightsLiaison(), "How many days do I have to report a claim?")
    assert found.kind == "grounded" and found.answer == "You must report a claim to us within 14 days of the accident."
    assert (await verify(found, text_of)).claims[0].grounded
    forged = (
        found.claims[0]
        .citations[0]
        .model_copy(update={"quote": "You may take your time with it, all of it, for ever."})
    )
    claim = found.claims[0].model_copy(update={"citations": (forged,)})
    with pytest.raises(Ungrounded):
        await verify(found.model_copy(update={"claims": (claim,)}), text_of)


async def test_insights_says_what_it_looked_at_when_nothing_answers(ask, tools):
    found = await ask(InsightsLiaison(), "What is the capital of Mongolia?")
    assert found.answer is None and not found.claims and "Motor Policy, claims.csv" in found.reasons[0]
    assert (await verify(found, text_of)).answer is None
    empty = await ask(InsightsLiaison(), "How many days do I have?", sources=())
    assert empty.answer is None and "no document yet" in empty.reasons[0] and len(tools.queries) == 1


async def test_a_follow_up_is_asked_with_its_question(ask, tools):
    before = Said(execution="exe_0", text="What is the deductible?", answer="…", to="insights")
    await ask(InsightsLiaison(), "And for theft?", before)
    await ask(InsightsLiaison(), "How is a claim reported within time?", before)
    await ask(InsightsLiaison(), "And for theft?", before.model_copy(update={"to": "content"}))
    assert tools.queries == [
        "What is the deductible? And for theft?",
        "How is a claim reported within time?",
        "And for theft?",
    ]


async def test_insights_proposes_to_measure_the_one_table_that_is_meant(ask):
    found = await ask(InsightsLiaison(), "profile the claims")
    assert found.proposal == {
        "intent": "insights.profile",
        "payload": {"text": CLAIMS.text.model_dump(mode="json"), "table": 0},
    }
    assert found.answer is None and (await verify(found, text_of)).proposal == found.proposal
    for sources, why in (((POLICY,), "None of these"), ((CLAIMS, CLAIMS), "Name one"), ((), "no document yet")):
        refused = await ask(InsightsLiaison(), "check the data quality", sources=sources)
        assert refused.proposal is None and why in refused.reasons[0]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Which documents are ready?", "2 documents are ready: Motor Policy; claims.csv."),
        ("Is claims.csv ready?", "Yes: claims.csv is ready."),
        ("Is contract.pdf ready?", "No: no document that is ready is called contract.pdf."),
        (
            "Which file formats can you read?",
            "I can read pdf, docx, workbook, csv, fixed, json, jsonl, xml, html, email, mbox, outlook, image, markdown, text.",
        ),
        ("How do I upload a file?", "Upload a file"),
        ("What is the status of my uploads?", "1 completed"),
    ],
)
async def test_content_tells_what_is_there(ask, text, answer):
    upload = Run(execution="exe_2", intent="content.upload", status="completed", at=AT)
    runs = (upload, Run(execution="exe_3", intent="a.b", status="faulted", at=AT))
    found = await ask(ContentLiaison(), text, runs=runs)
    assert answer in found.answer and found.kind == "deterministic" and found.reasons
    assert await ask(ContentLiaison(), text, runs=runs) == found


async def test_content_proposes_a_search_and_refuses_what_is_not_its_own(ask):
    found = await ask(ContentLiaison(), "Please search for the deductible of theft.")
    assert found.proposal == {"intent": "content.search", "payload": {"query": "the deductible of theft"}}
    none = await ask(ContentLiaison(), "search for x", sources=())
    assert none.proposal is None and none.answer is None
    assert (await ask(ContentLiaison(), "Which documents are ready?", sources=())).answer == "No document is ready yet."
    other = await ask(ContentLiaison(), "sing a song")
    assert other.answer is None and other.reasons and not other.facts
