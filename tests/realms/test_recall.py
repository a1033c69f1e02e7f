"""What a turn is given: one's own past and the facts of the moment, in few enough bytes to travel."""

from datetime import UTC, datetime, timedelta

import pytest

from symphainy.foundations.curator import Registry
from symphainy.foundations.language.context import ExecutionContext, Principal
from symphainy.foundations.language.conversation import Offered, Run, Said, Source
from symphainy.foundations.language.step import Step
from symphainy.realms.content.manager import Manager as Content
from symphainy.realms.insights.manager import Manager as Insights
from symphainy.realms.solution.manager import Manager
from symphainy.realms.solution.models import ToRecall

AT = datetime(2026, 1, 1, tzinfo=UTC)


class Past:
    """Memory that notes what it is asked for; ``size`` is how long everything in it is."""

    def __init__(self, size=1):
        self.size, self.asked = size, []

    async def turns(self, tenant, principal, conversation, *, before, limit):
        self.asked.append((tenant, principal, conversation, before))
        return [Said(execution=f"exe_{n}", text=f"{n}" * self.size, to="insights") for n in range(limit)]

    async def runs(self, tenant, principal, *, before, limit):
        return [Run(execution=f"exe_{n}", intent="a.b", status="completed", at=AT) for n in range(limit)]

    async def sources(self, tenant, *, limit, purpose=""):
        return [
            Source(document=f"doc_{n}", title="t" * self.size, sha256="a" * 64, at=AT - timedelta(n))
            for n in range(limit)
        ]

    async def offers(self, tenant):
        return [Offered(intent="claims.ask", solution="claims", required=("question",))]


async def recalled(past, **given):
    registry = Registry()
    for manager in (Content(), Insights(), Manager(memory=past)):
        manager.register(registry)
    context = ExecutionContext(
        tenant="acme", execution_id="exe_1", root_execution_id="exe_1", principal=Principal(id="usr_1", tenant="acme"),
        session_id="ses_1", path="/do/0/x", effect_key="acme/exe_1/do/0/x", now=AT,
    )  # fmt: skip
    recall = registry.function("solution.recall")
    return (await recall(Step(input=ToRecall(text="hi", **given), context=context, tools=None))).turn


@pytest.mark.parametrize(("given", "conversation"), [({"conversation": "cnv-1"}, "cnv-1"), ({}, "ses_1")])
async def test_it_asks_for_ones_own_past_before_this_turn(given, conversation):
    past = Past()
    turn = await recalled(past, **given)
    assert past.asked == [("acme", "usr_1", conversation, "exe_1")] and turn.conversation == conversation
    assert set(turn.liaisons) == {"content", "insights"}
    assert turn.offers[0].intent == "claims.ask"
    required = {offer.intent: offer.required for offer in turn.offers}
    assert required["content.upload"] == ("file",) and required["insights.ask"] == ("question",)


async def test_however_much_there_is_it_stays_small_and_keeps_what_is_newest():
    turn = await recalled(Past(size=8_000))
    assert len(turn.model_dump_json()) <= 48_000
    assert turn.history[-1].execution == "exe_9" and turn.sources[0].document == "doc_0"
    assert 1 <= len(turn.history) < 10 and 1 <= len(turn.sources) < 50 and set(turn.liaisons) == {"content", "insights"}
