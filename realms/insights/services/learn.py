"""What people have decided about a mapping: kept for the tenant, told when the same target model is mapped again."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.errors import Invalid, TooLarge
from symphainy.foundations.language.rulings import Ruling
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.insights.models.mapping import Kept, Known, Learned, ToLearn, ToRecall

MOST = 2_000
"""Pairs of one decision: as many as a mapping has columns at most."""


@capability("insights.recall", input=ToRecall, output=Known, title="Recall decided pairs")
async def recall(step: Step[ToRecall]) -> Outcome[Known]:
    """What people of the tenant have decided about a target model: what ``insights.map`` takes as ``learned``."""
    found = await step.tools.rulings(step.input.model)
    return Outcome(
        Known(
            learned=tuple(Learned(source=one.source, target=one.target, accepted=one.accepted) for one in found[-MOST:])
        )
    )


@capability("insights.learn", input=ToLearn, output=Kept, title="Remember decided pairs")
async def learn(step: Step[ToLearn]) -> Outcome[Kept]:
    """Remember what a person decided about a proposed mapping, for the tenant: its columns are right but those named ``wrong``.

    Where only ``wrong`` is decided (``accepted`` is false), the others stay open. A column that is made of several, of an expression
    or a constant says nothing about a pair, and is not remembered as right. Invalid for a field that is no column of the mapping,
    TooLarge for more columns than one has.
    """
    asked = step.input
    if len(asked.columns) > MOST:
        raise TooLarge(f"The mapping has {len(asked.columns):,} columns; the limit is {MOST:,}.")
    wrong = set(asked.wrong)
    if unknown := wrong - {one.name for one in asked.columns}:
        raise Invalid(f"The mapping has no column {sorted(unknown)[0]}.", remedy="Name target fields of the proposal.")
    rulings = [
        Ruling(model=asked.model, source=_bare(source), target=one.name, accepted=one.name not in wrong)
        for one in asked.columns
        for source in ([one.column] if one.column else one.concat)
        if one.name in wrong or (asked.accepted and one.column)
    ]
    return Outcome(Kept(remembered=len(rulings)), rulings=tuple(rulings))


def _bare(name: str) -> str:
    """A column's name without the source's."""
    return name.partition(".")[2] or name
