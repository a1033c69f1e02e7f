"""Rule ``drafts``: an event is named ``noun.past``, is small, and carries ids, names and figures, never a payload."""

import re

import pydantic_core

from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import EventDraft, Ruling

__all__ = ["RESERVED", "judge", "topic"]

TYPE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,4}$")
SUBJECT = re.compile(r"^[\w:./#~@\[\]-]{0,256}$")
RESERVED = ("intent", "execution", "step")
"""Nouns of the spine: only the state surface speaks of them."""
LARGEST = 8_192
"""Bytes of an event's data: a page of a stream holds a hundred."""
LONGEST = 256
"""Characters of one string: ids, names and titles fit, a text does not."""


def judge(draft: EventDraft) -> Ruling:
    """Deny a draft that is misnamed, too large, or carries what looks like a payload."""
    if (fault := _fault(draft)) is None:
        return Ruling(service="post_office", rule="drafts", reason=draft.type)
    return Ruling(
        service="post_office", rule="drafts", verdict="deny", reason=f"The event {draft.type[:80]!r} {fault}; it is withheld.",
        remedy="Events tell that something happened; the value stays in the step's output.",
    )  # fmt: skip


def topic(draft: EventDraft) -> str:
    """Where an event is heard: its noun.

    >>> topic(EventDraft(type="content.semantic_ready"))
    'content'
    """
    return draft.type.partition(".")[0]


def _fault(draft: EventDraft) -> str | None:
    if not TYPE.match(draft.type):
        return "is not named noun.past in lower case"
    if topic(draft) in RESERVED:
        return "uses a noun of the spine"
    if not SUBJECT.match(draft.subject):
        return "has a subject that is more than an id"
    if len(pydantic_core.to_json(draft.data)) > LARGEST:
        return f"has more than {LARGEST} bytes of data"
    return _payload(draft.data, 0)


def _payload(value: Json, depth: int) -> str | None:
    if isinstance(value, str):
        return f"carries a text of {len(value)} characters" if len(value) > LONGEST else None
    if isinstance(value, bytes):
        return "carries bytes"
    if isinstance(value, (dict, list, tuple)):
        if depth == 3:
            return "is nested too deep"
        parts = value.values() if isinstance(value, dict) else value
        return next((fault for part in parts if (fault := _payload(part, depth + 1)) is not None), None)
    return None
