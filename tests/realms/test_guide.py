"""The guide's routing table: what each message comes to, and why; and that nothing runs before a yes."""

from datetime import UTC, datetime

import pytest

from symphainy.foundations.agentic import attach
from symphainy.foundations.curator import Registry, mark_of
from symphainy.foundations.language.conversation import Heard, Offered, Proposal, Run, Said, Skill, Source, Turn
from symphainy.governance.capabilities import Manager as SmartCity
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.journey.manager import Manager as Journey
from symphainy.realms.solution.agents.guide import Guide
from symphainy.realms.solution.manager import Manager as Solution

AT = datetime(2026, 1, 1, tzinfo=UTC)
LAST = "exe_01hzy3v7k2m4n6p8q0r2s4t6v8"
REGISTRY = Registry()
for manager in (SmartCity(), Content(), Insights(), Journey(), Solution()):
    manager.register(REGISTRY)
SKILLS = tuple(Skill(ref=c.ref, owner=c.owner, title=c.title, agent=c.agent) for c in REGISTRY)
OFFERS = (
    Offered(intent="claims.ask", title="Ask", solution="claims", required=("question",)),
    Offered(intent="solution.catalog", title="List"),
)
SOURCE = Source(document="doc_1", title="Motor Insurance Policy", sha256="a" * 64, at=AT)
PROPOSED = Said(execution="exe_p", text="search x", proposal=Proposal(intent="content.search", payload={"query": "x"}))


def turn(text, *history, **more):
    about = {"skills": SKILLS, "offers": OFFERS, "sources": (SOURCE,), **more}
    return Turn(text=text, conversation="cnv", history=history, **about)


def guided(text, *history, **more):
    return Guide().decide(Heard(turn=turn(text, *history, **more)))


def said(to):
    return Said(execution="exe_b", text="before", answer="something", to=to)


@pytest.mark.parametrize(
    ("text", "rule", "to"),
    [
        ("Hello", "help", None),
        ("What can you do?", "help", None),
        ("help", "help", None),
        ("Which capabilities are there?", "capabilities", None),
        ("what does content offer", "capabilities", None),
        ("Which solutions are deployed?", "solutions", None),
        ("list the intents", "solutions", None),
        ("which agents are here", "agents", None),
        ("status", "status", None),
        ("How did my last run end?", "status", None),
        (f"what about {LAST}", "status", None),
        ("run claims.ask {\"question\": \"?\"}", "do", None),
        ("Which documents are ready?", "liaison", "content"),
        ("How do I upload a file?", "liaison", "content"),
        ("search for the deductible", "liaison", "content"),
        ("Is policy.pdf ready?", "liaison", "content"),
        ("show me the documents that are ready", "liaison", "content"),
        ("list my documents", "liaison", "content"),
        ("How many days do I have to report a claim?", "liaison", "insights"),
        ("What is the status of a claim after 14 days?", "liaison", "insights"),
        ("What do I say when I report an accident?", "liaison", "insights"),
        ("profile the claims", "liaison", "insights"),
        ("Hi, how many days do I have to report a claim?", "liaison", "insights"),
        ("What documents do I need to report a claim?", "liaison", "insights"),
        ("Which airbags deployed?", "liaison", "insights"),
        ("who pays for glass", "liaison", "insights"),
        ("normalise and chunk", "liaison", "content"),
        ("xyzzy", "otherwise", None),
        ("…", "otherwise", None),
        ("yes", "settle", None),
        ("No, thanks!", "settle", None),
    ],
)  # fmt: skip
def test_the_routing_table(text, rule, to):
    found = guided(text)
    assert (found.value["rule"], found.value["to"]) == (rule, to)
    assert found.kind == "deterministic" and found.reasons and found.value["confirmed"] is None
    assert guided(text) == found, "the same turn, the same route"


@pytest.mark.parametrize("realm", ["content", "insights"])
def test_a_follow_up_goes_to_whoever_answered_before(realm):
    assert guided("and for theft", said(realm)).value["to"] == realm
    assert guided("and for theft").value["to"] is None


def test_a_realm_without_a_liaison_in_the_catalog_gets_nothing():
    found = guided("Who pays for glass?", skills=tuple(s for s in SKILLS if s.ref != "insights.liaison@1"))
    assert found.value["to"] is None and found.answer is None and "no liaison of insights" in found.reasons[0]


def test_a_yes_confirms_the_proposal_of_the_turn_before_and_nothing_older():
    found = guided("Yes, please!", PROPOSED)
    assert found.value["confirmed"] == {
        "intent": "content.search", "payload": {"query": "x"}, "solution": None, "key": "confirmed:exe_p", "proposed_by": "exe_p",
    }  # fmt: skip
    assert found.proposal is None
    for history in ((), (PROPOSED, said("content"))):
        none = guided("yes", *history)
        assert none.value["confirmed"] is None and none.answer is None and "nothing to confirm" in none.reasons[0]


@pytest.mark.parametrize("text", ["no", "yes but not now", "is it a yes?", "search for yes", "please run it tomorrow"])
def test_anything_but_a_yes_confirms_nothing(text):
    assert guided(text, PROPOSED).value["confirmed"] is None


def test_no_drops_the_proposal():
    found = guided("never mind", PROPOSED)
    assert found.answer == "All right: content.search is not submitted." and found.proposal is None


def test_an_intent_is_proposed_when_it_is_known_and_has_what_it_needs():
    found = guided('run claims.ask with {"question": "How much?"}')
    assert found.proposal == {"intent": "claims.ask", "payload": {"question": "How much?"}, "solution": "claims"}
    for text, why in (
        ("run claims.ask", "needs question"),
        ("run claims.ask {question}", "not JSON"),
        ("run claims.aks", "did you mean claims.ask?"),
    ):
        refused = guided(text)
        assert refused.proposal is None and refused.answer is None and why in refused.reasons[0]


def test_runs_are_told_from_the_facts():
    runs = (
        Run(execution=LAST, intent="content.upload", status="faulted", compensation="compensated", at=AT),
        Run(execution="exe_2", intent="claims.ask", status="completed", at=AT),
    )
    found = guided("status of my last run", runs=runs)
    assert found.answer.startswith(
        f"Your last run, content.upload ({LAST}), has failed, and what it had done was taken back."
    )
    assert "1 completed, 1 faulted" in found.answer and [f["execution"] for f in found.facts] == [LAST, "exe_2"]
    assert guided(f"how is {LAST}?", runs=runs).answer.startswith("content.upload")
    other = guided("how is exe_01hzy3v7k2m4n6p8q0r2s4t6v9?", runs=runs)
    assert other.answer is None and "not among your latest 2 runs" in other.reasons[0]
    assert guided("status").answer == "You have not run anything yet."


def test_capabilities_are_those_of_the_catalog():
    found = guided("which capabilities does insights have")
    assert [f["ref"] for f in found.facts] == [s.ref for s in SKILLS if s.owner == "insights"]
    assert all(f["ref"] in found.answer for f in found.facts)
    everything = guided("which capabilities are there")
    assert len(everything.facts) == len(SKILLS) and str(len(SKILLS)) in everything.answer
    assert guided("which solutions are deployed").answer == "claims is deployed, answering claims.ask."
    assert guided("which solutions are deployed", offers=OFFERS[1:]).answer.startswith("No solution is deployed")


def test_it_is_a_local_step_and_an_agent():
    contract = mark_of(attach(Guide(), "solution.guide", input=Heard, duration="short")).contract
    assert contract.mode == "local" and contract.agent and contract.determinism == "deterministic"
