"""The platform's own check of what an agent cites: every span is read again from the source, character by character.

The step boundary calls ``verify`` on every ReasonedArtifact; no agent can set ``grounded`` itself.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

from symphainy.foundations.language.agent import Citation, Claim, ReasonedArtifact
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import DomainError, Ungrounded

ReadText = Callable[[str, str], Awaitable[str | Document]]
"""``(document id, sha256 of its source bytes)`` → the document's text, or the Document (then its pages are checked too)."""
OnFailure = Literal["fail", "drop"]


async def verify(
    artifact: ReasonedArtifact, read_text: ReadText, *, on_failure: OnFailure = "fail"
) -> ReasonedArtifact:
    """The artifact with ``grounded`` set by re-reading each citation, in place of whatever the agent said about it.

    A grounded agent's claim that does not resolve raises Ungrounded (``fail``) or is left out (``drop``); an answer that
    lost a claim is rebuilt from those that stand, and is None when none does. Claims of other kinds of agent may rest on
    facts alone, but what they cite has to resolve as well. A source that cannot be read for the platform's own reasons
    (Unavailable) is not the agent's failure and passes up.
    """
    sources: dict[tuple[str, str], str | Document | None] = {}

    async def source(citation: Citation) -> str | Document | None:
        key = (citation.document, citation.document_sha256)
        if key not in sources:
            try:
                sources[key] = await read_text(*key)
            except DomainError:
                sources[key] = None  # there is no such document, or not for this tenant
        return sources[key]

    standing: list[Claim] = []
    wrong: list[str] = []
    for number, claim in enumerate(artifact.claims, start=1):
        problems = [p for c in claim.citations if (p := mismatch(c, await source(c)))]
        if not claim.citations and artifact.kind == "grounded":
            problems = ["it cites nothing"]
        if problems:
            wrong.append(f"claim {number}: {problems[0]}")
        else:
            standing.append(claim.model_copy(update={"grounded": bool(claim.citations)}))
    if artifact.kind == "grounded" and artifact.answer is not None and not artifact.claims:
        wrong.append("the answer rests on no claim")
    if wrong and on_failure == "fail":
        raise Ungrounded(f"What {artifact.agent} cites does not resolve: {'; '.join(wrong)}.", code="agent.ungrounded")
    return _rebuilt(artifact, tuple(standing), tuple(wrong))


def mismatch(citation: Citation, source: str | Document | None) -> str | None:
    """What is wrong with a citation, or None when its quote stands exactly where it says."""
    if source is None:
        return f"there is no document {citation.document} with that hash"
    text = source if isinstance(source, str) else source.text
    span = citation.span
    if not 0 <= span.start < span.end <= len(text):
        return f"span {span.start}-{span.end} lies outside the text of {citation.document}"
    if text[span.start : span.end] != citation.quote:
        return f"the text at {span.start}-{span.end} of {citation.document} is not the quote"
    if isinstance(source, Document):
        if source.sha256 != citation.document_sha256:
            return f"{citation.document} has another hash"
        if span.page is not None and not _on_page(source, citation):
            return f"span {span.start}-{span.end} of {citation.document} is not on page {span.page}"
    return None


def _on_page(document: Document, citation: Citation) -> bool:
    page = next((page for page in document.pages if page.page == citation.span.page), None)
    return page is not None and page.start <= citation.span.start and citation.span.end <= page.end


def _rebuilt(artifact: ReasonedArtifact, claims: tuple[Claim, ...], wrong: tuple[str, ...]) -> ReasonedArtifact:
    if not wrong:
        return artifact.model_copy(update={"claims": claims})
    answer = " ".join(claim.text for claim in claims) or None
    reasons = (*artifact.reasons, *(f"left out, {reason}" for reason in wrong))
    return artifact.model_copy(
        update={"claims": claims, "answer": answer, "reasons": reasons, "value": None, "proposal": None}
    )
