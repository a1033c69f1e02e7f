"""An execution's events, as they come."""

from collections.abc import Callable
from datetime import datetime

from nicegui import ui

from symphainy.foundations.language.records import Event
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.widgets import Words, box

_TONES = {
    "completed": "ok", "failed": "bad", "refused": "bad", "faulted": "bad", "received": "still", "started": "busy",
    "compensated": "wait", "compensation_failed": "bad", "cancelled": "still", "stuck": "bad", "unknown": "bad", "terminated": "bad",
}  # fmt: skip


class Timeline:
    """A list that grows."""

    def __init__(self, label: str = "Timeline") -> None:
        self._first: datetime | None = None
        self.items = ui.element("ol").classes("timeline").props(f'aria-label="{label}" aria-live="polite"')

    def add(self, event: Event) -> None:
        """One event more, with the milliseconds since the first."""
        self._first = self._first or event.time
        passed = (event.time - self._first).total_seconds()
        with self.items, box("li"):
            Words(f"+{passed * 1000:,.0f} ms" if passed < 10 else f"+{passed:,.1f} s", "span", "at")
            Words(event.type, "span", f"state {_TONES.get(event.type.rpartition('.')[2], 'busy')}")
            Words(told(event), "span", "dim")

    async def follow(self, desk: Desk, execution_id: str, heard: Callable[[Event], None] | None = None) -> None:
        """Every event until the execution is over; a lost line is taken up again."""
        async for event in desk.platform.watch(execution_id):
            if self.items.is_deleted:
                return
            self.add(event)
            if heard:
                heard(event)


def told(event: Event) -> str:
    """What an event is about, in few words: its place in the definition, or what it says of itself.

    >>> from datetime import UTC
    >>> told(Event(id="e", seq=1, type="step.completed", execution_id="x", subject="/do/0/parse", time=datetime.now(UTC)))
    'parse'
    """
    name = event.subject.rpartition("/")[2] if event.subject.startswith("/") else event.subject
    if name.startswith(("exe_", "int_")):
        name = ""  # of this very run
    more = [str(event.data[key]) for key in ("title", "reason", "status", "capability") if event.data.get(key)]
    return " · ".join(dict.fromkeys(part for part in (name, *more) if part))
