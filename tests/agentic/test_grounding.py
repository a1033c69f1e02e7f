"""Re-reading citations: one character off is off."""

import pytest

from symphainy.foundations.agentic import verify
from symphainy.foundations.agentic.grounding import mismatch
from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import Document, Span
from symphainy.foundations.language.errors import NotFound, Unavailable, Ungrounded

TEXT = "You must report a claim within 14 days. We pay within 5 days."
QUOTE = "You must report a claim within 14 days."


async def read_text(document, sha256):
    if (document, sha256) != ("doc_1", "a" * 64):
        raise NotFound(f"no {document}")
    return TEXT


def citation(start=0, quote=QUOTE, page=None, **about):
    about = {"document": "doc_1", "document_sha256": "a" * 64, **about}
    return Citation(span=Span(start=start, end=start + len(quote), page=page), quote=quote, **about)


def artifact(*claims, kind="grounded", **about):
    return ReasonedArtifact(
        kind=kind, agent="test", **{"answer": " ".join(c.text for c in claims) or None, **about}, claims=claims
    )


def claim(*citations, text="14 days", **about):
    return Claim(text=text, citations=citations, **about)


async def test_a_true_citation_is_grounded():
    found = await verify(artifact(claim(citation())), read_text)
    assert [c.grounded for c in found.claims] == [True]
    assert found.answer == "14 days"


@pytest.mark.parametrize(
    "wrong",
    [
        citation(start=1),
        citation(quote=QUOTE.replace("14", "15")),
        citation(quote=QUOTE + " "[:0] + "."),
        citation(quote=QUOTE.lower()),
        citation(start=len(TEXT)),
        citation(start=-1),
        citation(quote=""),
        citation(document="doc_2"),
        citation(document_sha256="b" * 64),
    ],
    ids=["shifted", "one figure", "one more", "case", "behind", "before", "empty", "document", "hash"],
)
async def test_one_character_off_is_rejected(wrong):
    with pytest.raises(Ungrounded, match="claim 1"):
        await verify(artifact(claim(wrong)), read_text)
    dropped = await verify(artifact(claim(wrong)), read_text, on_failure="drop")
    assert (dropped.answer, dropped.claims) == (None, ())
    assert "left out, claim 1" in dropped.reasons[0]


async def test_the_agent_cannot_ground_itself():
    with pytest.raises(Ungrounded):
        await verify(artifact(claim(citation(start=3), grounded=True)), read_text)
    with pytest.raises(Ungrounded, match="cites nothing"):
        await verify(artifact(claim(grounded=True)), read_text)
    with pytest.raises(Ungrounded, match="no claim"):
        await verify(artifact(answer="trust me"), read_text)


async def test_an_answer_that_lost_a_claim_is_rebuilt_from_what_stands():
    good = claim(citation(), text="Report within 14 days.")
    bad = claim(citation(start=2), text="Or 15.")
    found = await verify(artifact(good, bad, value=15), read_text, on_failure="drop")
    assert found.answer == "Report within 14 days."
    assert found.value is None
    assert [c.text for c in found.claims] == ["Report within 14 days."]


async def test_every_citation_of_a_claim_has_to_stand():
    with pytest.raises(Ungrounded):
        await verify(artifact(claim(citation(), citation(start=1))), read_text)


async def test_experts_may_rest_on_facts_but_what_they_cite_has_to_resolve():
    found = await verify(artifact(claim(), claim(citation()), kind="expert"), read_text)
    assert [c.grounded for c in found.claims] == [False, True]
    with pytest.raises(Ungrounded):
        await verify(artifact(claim(citation(start=1)), kind="expert"), read_text)


async def test_no_answer_needs_no_claim():
    refusal = artifact(reasons=("nothing found",))
    assert await verify(refusal, read_text) == refusal


async def test_a_store_that_is_away_is_not_the_agents_failure():
    async def away(document, sha256):
        raise Unavailable("objects")

    with pytest.raises(Unavailable):
        await verify(artifact(claim(citation())), away, on_failure="drop")


async def test_each_source_is_read_once():
    reads = []

    async def counting(document, sha256):
        reads.append(document)
        return TEXT

    await verify(artifact(*[claim(citation())] * 3), counting)
    assert reads == ["doc_1"]


def test_with_the_document_its_page_and_hash_are_checked_too():
    pages = (Span(start=0, end=len(QUOTE), page=1), Span(start=len(QUOTE), end=len(TEXT), page=2))
    document = Document(sha256="a" * 64, media_type="x/y", text=TEXT, pages=pages)
    assert mismatch(citation(page=1), document) is None
    assert "not on page 2" in mismatch(citation(page=2), document)
    assert "not on page 3" in mismatch(citation(page=3), document)
    assert "another hash" in mismatch(citation(document_sha256="b" * 64), document)
