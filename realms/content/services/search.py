"""Search over what the tenant has indexed: exact spans, best first."""

from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import Hits, Query

MAX_LIMIT: Final = 50
"""Hits of 800 characters each stay below the 64 KiB that travel inline."""
MAX_QUERY: Final = 2_000


@capability("content.search", input=Query, output=Hits, title="Search documents")
async def search(step: Step[Query]) -> Outcome[Hits]:
    """Chunks that answer a query. Invalid for an empty one or a limit out of range, TooLarge for a very long one."""
    asked = step.input
    if not asked.query.strip():
        raise Invalid("The query is empty.", remedy="Give the words to look for.")
    if not 1 <= asked.limit <= MAX_LIMIT:
        raise Invalid(f"The limit is {asked.limit}; it lies between 1 and {MAX_LIMIT}.")
    if len(asked.query) > MAX_QUERY:
        raise TooLarge(f"The query has {len(asked.query):,} characters; the limit is {MAX_QUERY:,} characters.")
    hits = await step.tools.search(asked.query, limit=asked.limit, documents=asked.documents)
    return Outcome(Hits(hits=tuple(hits)))
