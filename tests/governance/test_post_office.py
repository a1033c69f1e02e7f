import pytest

from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.step import Outcome
from symphainy.governance.post_office.drafts import judge, topic

from .parts import Scene, Text

GOOD = [
    EventDraft(type="content.ingested"),
    EventDraft(
        type="content.semantic_ready",
        subject="document:doc_1",
        data={"chunks": 12, "title": "Terms", "ids": ["a", "b"]},
    ),
]
BAD = [
    EventDraft(type="ingested"),
    EventDraft(type="Content.Ingested"),
    EventDraft(type="step.completed"),
    EventDraft(type="execution.completed"),
    EventDraft(type="content.ingested", subject="ann lee, ann@example.org"),
    EventDraft(type="content.ingested", data={"text": "x" * 257}),
    EventDraft(type="content.ingested", data={"a": {"b": {"c": {"d": 1}}}}),
    EventDraft(type="content.ingested", data={"ids": ["x" * 200] * 50}),
]


@pytest.mark.parametrize("draft", GOOD, ids=lambda d: d.type)
def test_good_events(draft: EventDraft) -> None:
    assert judge(draft).verdict == "allow"


@pytest.mark.parametrize("draft", BAD, ids=range(len(BAD)))
def test_bad_events(draft: EventDraft) -> None:
    assert judge(draft).verdict == "deny"


@pytest.mark.rule("post_office.drafts", shows="bites")
async def test_drafts_become_the_records_events_and_faulty_ones_are_withheld(scene: Scene) -> None:
    record = await scene.step(outcome=Outcome(output=Text(), events=(*GOOD, BAD[5])))
    assert record.events == GOOD
    noted = [r for r in record.rulings if r.service == "post_office" and r.verdict == "would_deny"]
    assert len(noted) == 1
    assert "257 characters" in noted[0].reason
    assert "xxx" not in noted[0].reason


def test_the_topic_is_the_noun() -> None:
    assert topic(GOOD[1]) == "content"
