"""Events of an execution, as lines that a person reads."""

from datetime import datetime

from symphainy.foundations.language.records import Event


def event_line(event: Event, since: datetime) -> str:
    """Sequence number, seconds since the first event, type, and what it is about.

    >>> from datetime import UTC
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> event_line(Event(id="evt_1", seq=1, type="step.completed", execution_id="exe_1", time=at, data={"name": "parse"}), at)
    '    1    0.000 s  step.completed           parse'
    """
    seconds = (event.time - since).total_seconds()
    return f"{event.seq:>5} {seconds:>8.3f} s  {event.type:<24} {about(event)}".rstrip()


def about(event: Event) -> str:
    """What an event is about: a step's name, a problem's title, a status; never a payload."""
    named = [str(event.data[field]) for field in ("name", "capability", "status", "title") if event.data.get(field)]
    return " · ".join(dict.fromkeys(named)) or event.subject
