"""Rule ``pii``: personal data in values, by detectors that validate what they find, and by words that stand around names.

A finding says what kind and where (a JSON Pointer), never the value.
"""

from collections.abc import Collection

from symphainy.foundations.language.records import EventDraft, Ruling
from symphainy.governance.data_steward.personal.finding import CONTEXT, PERSONAL, Finding
from symphainy.governance.data_steward.personal.scan import find, kept, mask

__all__ = ["CONTEXT", "PERSONAL", "Finding", "find", "judge", "mask", "masked", "masked_event"]


def masked(findings: list[Finding], keep: Collection[str]) -> Ruling:
    """What was masked, by kind and place; fields that the schema declares for personal data are given as they are."""
    places = sorted({f"{f.kind} at {f.pointer or '/'}" for f in findings if not kept(f.pointer, keep)})
    told = f"masked: {', '.join(places[:8])}{' and more' if len(places) > 8 else ''}" if places else "none to mask"
    return Ruling(service="data_steward", rule="pii", reason=told)


def masked_event(draft: EventDraft) -> EventDraft:
    """The draft without personal data: an event goes to whoever has subscribed."""
    clean = mask(draft.data)
    return draft if clean == draft.data else draft.model_copy(update={"data": clean})


def judge(findings: list[Finding]) -> Ruling:
    """Deny (which ``observe`` only notes) when unmasked personal data is about to enter a step."""
    if not findings:
        return Ruling(service="data_steward", rule="pii", reason="none found")
    places = sorted({f"{f.kind} at {f.pointer or '/'}" for f in findings})
    return Ruling(
        service="data_steward", rule="pii", verdict="deny",
        reason=f"Personal data is unmasked: {', '.join(places[:8])}{' and more' if len(places) > 8 else ''}.",
        remedy="Call data.mask before this step, or switch pii_masking to observe.",
    )  # fmt: skip
