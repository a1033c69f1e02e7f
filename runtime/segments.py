"""A segment of local steps in one transaction, with the opening before them and the closing behind them (ADR 0021)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.wire import Closed, Closing, Opened, Opening, StepResult
from symphainy.runtime import lifecycle
from symphainy.runtime.journal import Entry, compose, spell_events
from symphainy.runtime.store import calls
from symphainy.runtime.surface import StateSurface, explained

__all__ = ["Begins", "Written", "write_segment"]


@dataclass(frozen=True)
class Begins:
    """The opening that a segment writes: when the run began is what its steps have been told."""

    opening: Opening
    passport: Passport
    at: datetime


@dataclass(frozen=True)
class Written:
    """What stands now. ``ended`` None: no closing was given, or a step had another outcome already."""

    results: tuple[StepResult, ...] = ()
    opened: Opened | None = None
    ended: Closed | None = None


async def write_segment(
    surface: StateSurface,
    entries: Sequence[Entry],
    begins: Begins | None,
    closing: Closing | None,
    rests: tuple[int, ...],
) -> Written:
    """Write all of it, or nothing. ``rests``: numbers of earlier local results that the closing rests on.

    Entries with an index, people or rulings are transactions of their own: behind the opening, before the closing.
    """
    if any(entry.index or entry.people or entry.rulings for entry in entries):
        opened = (await write_segment(surface, (), begins, None, ())).opened if begins else None
        return Written(tuple(await surface.commit(entries)), opened)
    about = begins.opening if begins else closing or entries[0].call
    tenant, execution = about.tenant, about.execution_id
    sealer = await surface.sealer.of(tenant, execution)
    batch = compose(entries, sealer)
    end = _end(sealer, closing, surface.clock.now(), batch.data) if closing else None
    with explained():
        rows = await surface.store.call(
            calls.SEGMENT,
            {
                "tenant": tenant, "execution": execution, "witnessed": list(rests), "entries": batch.entries, "outputs": batch.outputs,
                "arguments": batch.arguments, "opening": _beginning(sealer, begins, batch.data) if begins else None, "closing": end,
                "output": lifecycle.seal_closing(sealer, closing) if closing else None, "data": batch.data,
            },
        )  # fmt: skip
    opened, ended, results = None, None, list[StepResult]()
    for row in rows:
        if row.part == "opened":
            opened = Opened(at=row.at)
        elif row.part == "closed":
            stands = closing if row.fresh else await surface.closing_of(tenant, execution, row.output)
            assert stands is not None
            ended = Closed(closing=stands, head=row.head, length=row.length, at=row.at)
        else:
            entry = entries[len(results)]
            results.append(
                entry.result.model_copy(update={"seq": row.seq})
                if row.fresh
                else await surface.result_of(tenant, entry.call.effect_key, row)
            )
    return Written(tuple(results), opened, ended)


def _beginning(sealer: Sealer, begins: Begins, data: list[bytes | None]) -> dict[str, Any]:
    row, told, drafts = lifecycle.opened(begins.opening, begins.passport, begins.at)
    events = spell_events(sealer, begins.opening.tenant, drafts, data)
    return {"row": row.model_dump(mode="json"), "mark": told, "events": events}


def _end(sealer: Sealer, closing: Closing, now: datetime, data: list[bytes | None]) -> dict[str, Any]:
    told, drafts = lifecycle.closed(closing, now, "", sealer)
    owed = [f"{closing.tenant}/{closing.execution_id}{path}" for path in closing.owed]
    events = spell_events(sealer, closing.tenant, drafts, data)
    return {"mark": told, "compensation": closing.compensation, "owed": owed, "events": events}
