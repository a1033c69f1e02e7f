"""Schema matching: which field of one table or model is which of another, how sure that is, and what speaks for it."""

from collections.abc import Sequence
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import ArtifactRef, NewArtifact
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models.grid import JSON, MAX_COLUMNS, read_grid
from symphainy.realms.insights.models.match import Candidates, Matched, Side, ToMatch
from symphainy.realms.insights.services.match.assign import Found, assigned
from symphainy.realms.insights.services.match.fields import Field, field

SAMPLED: Final = 5_000
"""Rows of a table that are looked at: more changes neither the kind nor the common values of a column."""
MAX_PAIRS: Final = 1_000_000
"""Pairs that are compared: some ten seconds of one pool process."""
MAX_INLINE: Final = 150
"""Pairs that travel in the answer itself; all are in the artifact."""


@capability("insights.match", input=ToMatch, output=Matched, title="Match two schemas")
async def match(step: Step[ToMatch]) -> Outcome[Matched]:
    """Pairs of fields with score, evidence and cast; one to one first. Invalid for a side without fields."""
    asked = step.input
    paths = [str(await step.tools.fetch(side.data)) if side.data else None for side in (asked.source, asked.target)]
    await step.tools.progress(0.2, "comparing fields")
    found, data = await step.tools.compute(matched, asked, *paths)
    kept = NewArtifact.of(data, media_type=JSON, name="candidates.json")
    edges = tuple(
        Edge(source=f"artifact:{side.data.sha256}", target=f"artifact:{kept.ref.sha256}", relation="matched-from")
        for side in (asked.source, asked.target)
        if side.data
    )
    return Outcome(answer(found, kept.ref), artifacts=(kept,), lineage=edges)


def matched(asked: ToMatch, source: str | None, target: str | None) -> tuple[Found, bytes]:
    """What was found, and the candidates as JSON; pure, for the process pool."""
    sides = [fields_of(side, path) for side, path in ((asked.source, source), (asked.target, target))]
    found = compared(*sides, at_least=asked.at_least, most=asked.most)
    return found, Candidates(candidates=found.candidates).model_dump_json().encode()


def compared(sources: Sequence[Field], targets: Sequence[Field], *, at_least: float = 0.4, most: int = 5) -> Found:
    """Two sides, compared; pure."""
    if not sources or not targets:
        raise Invalid("A side has no fields.", code="match.empty", remedy="Give a table with columns, or fields.")
    if len(sources) * len(targets) > MAX_PAIRS:
        raise TooLarge(
            f"{len(sources):,} fields against {len(targets):,} are more than {MAX_PAIRS:,} pairs.",
            remedy="Split a side.",
        )
    return assigned(sources, targets, at_least=at_least, most=max(1, min(most, 50)))


def fields_of(side: Side, path: str | None) -> list[Field]:
    """The fields of one side, made ready; Invalid where a described field is no column."""
    given = {one.name: one for one in side.fields}
    if side.data is None or path is None:
        return [field(one.name, one.examples, one.description) for one in side.fields][:MAX_COLUMNS]
    table = read_grid(path, side.data, side.table, SAMPLED)
    if unknown := given.keys() - set(table.names):
        raise Invalid(f"The table has no column {sorted(unknown)[0]} to describe.", code="match.field")
    return [
        field(name, values, given[name].description if name in given else "")
        for name, values in zip(table.names, table.columns, strict=True)
    ]


def answer(found: Found, ref: ArtifactRef) -> Matched:
    """What fits a history; the rest is in the artifact."""
    return Matched(
        pairs=found.pairs[:MAX_INLINE], further=found.further[:MAX_INLINE], derived=found.derived[:MAX_INLINE],
        unmatched=found.unmatched[:MAX_INLINE], open=found.open[:MAX_INLINE], candidates=ref,
    )  # fmt: skip
