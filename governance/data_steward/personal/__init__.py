"""Rule ``pii``: personal data in values, by detectors that validate what they find, and by words that stand around names.

A finding says what kind and where (a JSON Pointer), never the value.
"""

from symphainy.foundations.language.records import Ruling
from symphainy.governance.data_steward.personal.finding import CONTEXT, PERSONAL, Finding
from symphainy.governance.data_steward.personal.scan import find, mask

__all__ = ["CONTEXT", "PERSONAL", "Finding", "find", "judge", "mask"]


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
