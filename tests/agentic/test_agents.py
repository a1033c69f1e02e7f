"""The three kinds of agent: what each may do, and what none may."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel

from symphainy.foundations.agentic import (
    AgentContext,
    DeterministicAgent,
    ExpertReasoningAgent,
    GroundedReasoningAgent,
    ReadOnly,
    attach,
)
from symphainy.foundations.curator import Registry, mark_of
from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.document import SearchHit, Span
from symphainy.foundations.language.errors import AgentError, Ungrounded
from symphainy.foundations.language.step import Step

HIT = SearchHit(
    document="doc_1", document_sha256="a" * 64, title="T", span=Span(start=10, end=30, page=1),
    text="We pay within 5 days", score=0.9, embedder="lexical",
)  # fmt: skip


class Ask(BaseModel):
    text: str


class Shelf:
    """Read-only tools over one passage; remembers what was asked of it."""

    def __init__(self):
        self.queries = []

    async def read(self, ref):
        return b""

    async def search(self, query, *, limit=8, documents=()):
        self.queries.append(query)
        return [HIT]

    async def compute(self, function, *arguments, timeout=120.0):
        return function(*arguments)


def step(text="when do you pay"):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    context = ExecutionContext(
        tenant="acme", execution_id="exe_1", root_execution_id="exe_1", principal=Principal(id="u", tenant="acme"),
        path="/do/0/x", effect_key="acme/exe_1/do/0/x", now=now,
    )  # fmt: skip
    return Step(input=Ask(text=text), context=context, tools=Shelf())


def cited(start=10, quote="We pay within 5 days", sha256="a" * 64):
    span = Span(start=start, end=start + len(quote))
    return Claim(text=quote, citations=(Citation(document="doc_1", document_sha256=sha256, span=span, quote=quote),))


class Router(DeterministicAgent[Ask]):
    """Routes by rule."""

    name = "test.router"

    def decide(self, input):
        return ReasonedArtifact(kind="grounded", agent="someone else", value={"to": input.text.split()[0]})


class Quoter(GroundedReasoningAgent[Ask]):
    """Quotes."""

    name = "test.quoter"

    def __init__(self, claim):
        self.claim = claim

    async def gather(self, context):
        return await context.tools.search(context.input.text)

    async def extract(self, context, evidence):
        return [self.claim]

    async def reason(self, context, claims):
        return ReasonedArtifact(kind="grounded", agent=self.name, answer=claims[0].text, claims=tuple(claims))


class Assessor(ExpertReasoningAgent[Ask]):
    """Judges."""

    name = "test.assessor"
    facts = ({"claim": "0001211", "amount": 6890.0, "limit": 25000},)

    def __init__(self, **said):
        self.said = said

    async def gather(self, context):
        return self.facts

    async def judge(self, context, facts):
        return ReasonedArtifact(kind="expert", agent=self.name, **self.said)


async def test_the_base_signs_for_name_and_kind():
    artifact = await Router().run(step("claims please"))
    assert (artifact.agent, artifact.kind, artifact.value) == ("test.router", "deterministic", {"to": "claims"})


async def test_a_deterministic_agent_touches_no_tool():
    given = step()
    assert await Router().run(given) == await Router().run(given)
    assert given.tools.queries == []


async def test_a_grounded_agent_gathers_and_quotes():
    given = step()
    artifact = await Quoter(cited()).run(given)
    assert artifact.answer == "We pay within 5 days"
    assert given.tools.queries == ["when do you pay"]


@pytest.mark.parametrize(
    "claim",
    [
        cited(start=11),
        cited(quote="We pay within 6 days"),
        cited(sha256="b" * 64),
        cited(quote="We pay within 5 days, ever"),
        Claim(text="so"),
    ],
    ids=["shifted", "changed", "other document", "beyond", "uncited"],
)
async def test_a_grounded_agent_says_nothing_that_it_did_not_gather(claim):
    with pytest.raises(Ungrounded, match=r"test\.quoter"):
        await Quoter(claim).run(step())


async def test_an_agent_cannot_call_its_claims_verified():
    artifact = await Quoter(cited().model_copy(update={"grounded": True})).run(step())
    assert not artifact.claims[0].grounded


async def test_an_expert_judges_within_the_facts():
    said = {
        "answer": "Pay 6,890.00 for claim 0001211: below 25,000.",
        "facts": Assessor.facts,
        "reasons": ("below the limit",),
    }
    assert (await Assessor(**said).run(step())).answer == said["answer"]
    assert (await Assessor(answer="It was 3 days.").run(step("reported after 3 days"))).answer, (
        "the question's own figures"
    )


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"facts": ({"claim": "0001211", "amount": 1.0, "limit": 25000},)}, "fact 1"),
        ({"answer": "Pay 9,999."}, "the figure 9999"),
        ({"reasons": ("usually 30 days",)}, "the figure 30"),
        ({"claims": (Claim(text="12 others"),)}, "the figure 12"),
    ],
)
async def test_an_expert_introduces_no_fact(said, what):
    with pytest.raises(AgentError, match=what):
        await Assessor(**said).run(step())


async def test_agents_are_attached_by_contract_and_replaced_in_one_line():
    registry = Registry()
    registry.agent(attach(Quoter(cited()), "test.quote", input=Ask))
    contract = registry.capability("test.quote").contract
    assert (contract.determinism, contract.agent, contract.mode, contract.owner) == (
        "grounded",
        True,
        "activity",
        "test",
    )
    assert contract.description == "Quotes."
    artifact = await registry.function("test.quote")(step())
    assert isinstance(artifact, ReasonedArtifact)
    assert mark_of(attach(Router(), "test.quote", input=Ask)).contract.determinism == "deterministic"


def test_tools_of_an_agent_have_nothing_to_write_with():
    assert {name for name in vars(ReadOnly) if not name.startswith("_")} == {"read", "search", "compute"}
    assert set(AgentContext.__dataclass_fields__) == {"input", "tenant", "purpose", "now", "tools"}
