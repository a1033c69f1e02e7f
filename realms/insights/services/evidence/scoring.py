"""How well a sentence answers a question: shared words weighed by their rarity, and nearness in meaning where known."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from symphainy.foundations.language.document import SearchHit, Span
from symphainy.realms.insights.services.evidence.words import (
    asks_quantity,
    figures,
    has_quantity,
    is_statement,
    sentences,
    terms,
)

CONTEXT: Final = 0.6
"""What a word counts that stands in the passage (its heading, the sentence before) and not in the sentence itself."""
ENOUGH: Final = 0.68
"""The score from which a sentence counts as an answer; set on the samples' questions, answerable and not."""
ENOUGH_BY_WORDS: Final = 0.6
"""The same where there are words alone to go by."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may answer, where it stands, and how well it does."""

    hit: SearchHit
    span: Span
    quote: str
    coverage: float
    score: float = 0.0


def candidates(question: str, hits: Sequence[SearchHit]) -> list[Candidate]:
    """All sentences of the passages with the share of the question's words that they hold, best first."""
    asked = list(dict.fromkeys(terms(question)))
    found = [(hit, start, end) for hit in hits for start, end in sentences(hit.text)]
    counts: Counter[str] = Counter()
    for hit, start, end in found:
        counts.update(set(terms(hit.text[start:end])))
    weight = {term: math.log(1 + (len(found) + 1) / (1 + counts[term])) for term in asked}
    total = sum(weight.values()) or 1.0
    quantity, named = asks_quantity(question), figures(question)
    scored = []
    for hit, start, end in found:
        quote = hit.text[start:end]
        own, around = set(terms(quote)), set(terms(f"{hit.title} {hit.text}"))
        # A question about claim 0001211 is answered by nothing that does not name it.
        if len(own) < 2 or not named <= figures(hit.text):
            continue
        value = (
            sum(weight[term] * (1.0 if term in own else CONTEXT if term in around else 0.0) for term in asked) / total
        )
        if not own & set(asked) or not is_statement(quote):
            value *= 0.5
        if quantity and not has_quantity(quote):
            value *= 0.4
        span = Span(start=hit.span.start + start, end=hit.span.start + end, page=hit.span.page)
        scored.append(Candidate(hit, span, quote, round(value, 4)))
    return ranked(scored)


def ranked(scored: Sequence[Candidate]) -> list[Candidate]:
    """Best first; equal ones in the order of their documents and places, so that the same evidence gives one answer."""
    return sorted(scored, key=lambda c: (-c.score, -c.coverage, c.hit.document, c.span.start, c.span.end))


def combined(coverage: float, similarity: float | None) -> float:
    """One score from 0 to 1. Below 0.2 two sentences have nothing in common, above 0.7 they say the same.

    >>> combined(1.0, None), combined(1.0, 0.7), combined(0.0, 0.2)
    (1.0, 1.0, 0.0)
    """
    if similarity is None:
        return round(coverage, 4)
    meaning = min(1.0, max(0.0, (similarity - 0.2) / 0.5))
    return round(0.5 * coverage + 0.5 * meaning, 4)
