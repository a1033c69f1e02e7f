"""``core.events``: the values of events that were matched to this execution. A wake-up names them only (DECISIONS.md 23)."""

from collections.abc import Awaitable, Callable

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.step import Step

Fetch = Callable[[str, str, str, str], Awaitable[dict[str, Json] | None]]
"""(tenant, execution, source, id) → the CloudEvent, None when none of that name was matched to the execution."""


class Key(Message):
    """What makes an event one: its source and its id."""

    source: str
    id: str


class Wanted(Message):
    """Events, in order of arrival."""

    events: tuple[Key, ...]


class Found(Message):
    """Their envelopes with data, in the same order."""

    events: tuple[dict[str, Json], ...]


def register(registry: Registry, fetch: Fetch | None) -> None:
    """One contract. Without an inbox (a front end, an offline catalog) only it counts."""

    @capability("core.events", input=Wanted, output=Found, title="Fetch events")
    async def events(step: Step[Wanted]) -> Found:
        """Read events of the inbox that were matched to this execution; any other is as if it did not exist."""
        assert fetch is not None
        found = []
        for key in step.input.events:
            event = await fetch(step.context.tenant, step.context.execution_id, key.source, key.id)
            if event is None:
                raise Defect(f"a wake-up named an event of {key.source} that was never matched to this execution")
            found.append(event)
        return Found(events=tuple(found))

    registry.register(events)
