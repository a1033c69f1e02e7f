"""Rule ``hard_idempotency`` (door, step): where it is enforced, whoever submits names a key, and no effect runs that cannot tell
a second delivery from a first.
"""

from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.records import Ruling

__all__ = ["judge", "judge_step"]


def judge(call: DoorCall) -> Ruling:
    """Deny a submit without a key of the caller's own."""
    if call.resource.get("key") == "":
        return Ruling(
            service="conductor", rule="hard_idempotency", verdict="deny", reason="A submit without a key is not accepted here.",
            remedy="Send an Idempotency-Key header.",
        )  # fmt: skip
    return Ruling(service="conductor", rule="hard_idempotency", reason="a key is given")


def judge_step(contract: Contract) -> Ruling:
    """Deny an effect at a receiver that does not deduplicate."""
    if contract.effects is not None and contract.effects.dedupe == "none":
        return Ruling(
            service="conductor", rule="hard_idempotency", verdict="deny",
            reason=f"{contract.name} cannot tell a second delivery from a first.",
            remedy="Give its endpoint a key header (dedupe: key) or a lookup, or lower hard_idempotency.",
        )  # fmt: skip
    return Ruling(service="conductor", rule="hard_idempotency", reason="its receiver deduplicates")
