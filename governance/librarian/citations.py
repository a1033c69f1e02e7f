"""Rule ``citations``: every source an agent cites is admitted for its purpose, unexpired and of its own tenant."""

from collections.abc import Collection, Iterator
from typing import Any

from pydantic import BaseModel

from symphainy.foundations.language.agent import Citation, ReasonedArtifact
from symphainy.foundations.language.records import Edge, Ruling

__all__ = ["cited", "edges", "judge", "reasoned_with"]


def cited(value: Any) -> Iterator[Citation]:
    """Every citation anywhere in an output."""
    if isinstance(value, Citation):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from cited(getattr(value, name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from cited(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from cited(part)


def edges(citations: Collection[Citation], step: str) -> list[Edge]:
    """What a step rests on: each cited span once, and the document that it stands in."""
    spans = sorted({(c.document, c.span.start, c.span.end) for c in citations})
    made = [Edge(source=f"span:{d}#{start}-{end}", target=step, relation="cited-by") for d, start, end in spans]
    return made + [Edge(source=f"document:{d}", target=f"span:{d}#{a}-{b}", relation="part-of") for d, a, b in spans]


def reasoned_with(output: Any, step: str) -> list[Edge]:
    """What an agent reasoned with: each model that had a part in it, or the rules alone.

    >>> [e.source for e in reasoned_with(ReasonedArtifact(kind="expert", agent="a", models=("lexical",)), "step:s")]
    ['model:lexical']
    """
    if not isinstance(output, ReasonedArtifact):
        return []
    return [Edge(source=f"model:{name}", target=step, relation="reasoned-with") for name in output.models or ("rules",)]


def judge(citations: Collection[Citation], admitted: Collection[tuple[str, str]]) -> Ruling:
    """Deny when a citation's document, in exactly that content, is not among the admitted (id, sha256) pairs."""
    strangers = sorted({c.document for c in citations if (c.document, c.document_sha256) not in admitted})
    if strangers:
        return Ruling(
            service="librarian", rule="citations", verdict="deny", reason=f"Cited, but not an admitted source: {', '.join(strangers[:5])}.",
            remedy="Upload the document, or admit it again if it has expired.",
        )  # fmt: skip
    return Ruling(service="librarian", rule="citations", reason=f"{len(citations)} citations of admitted sources")
