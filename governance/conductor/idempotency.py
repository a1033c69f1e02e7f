"""Rule ``hard_idempotency`` (door): where it is enforced, whoever submits names the key that makes twice the same as once."""

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.records import Ruling

__all__ = ["judge"]


def judge(call: DoorCall) -> Ruling:
    """Deny a submit without a key of the caller's own."""
    if call.resource.get("key") == "":
        return Ruling(
            service="conductor", rule="hard_idempotency", verdict="deny", reason="A submit without a key is not accepted here.",
            remedy="Send an Idempotency-Key header.",
        )  # fmt: skip
    return Ruling(service="conductor", rule="hard_idempotency", reason="a key is given")
