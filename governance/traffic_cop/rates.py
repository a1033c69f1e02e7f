"""Rule ``rates`` (door, step): so many calls per tenant and principal, so many runs of a capability, and not one more.

Which buckets a call draws from. Pure; ``counter`` does the counting.
"""

from fnmatch import fnmatchcase

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.records import Ruling
from symphainy.foundations.language.wire import StepCall
from symphainy.governance.bundle import Rates

__all__ = ["at_door", "at_step", "judge"]


def at_door(call: DoorCall, rates: Rates) -> tuple[tuple[str, str], ...]:
    """(rate, bucket) pairs: reading draws from the reader's bucket alone, the rest from tenant and principal."""
    tenant, principal = call.principal.tenant, f"{call.principal.tenant}/{call.principal.id}"
    if call.action == "read":
        return ((rates.reads, f"reads/{principal}"),)
    return ((rates.principal, f"door/{principal}"), (rates.tenant, f"door/{tenant}"))


def at_step(call: StepCall, rates: Rates) -> tuple[tuple[str, str], ...]:
    """The capability's own buckets, if the bundle names any: one per matching pattern and tenant."""
    name = call.capability.partition("@")[0]
    return tuple(
        (rate, f"run/{call.tenant}/{pattern}")
        for pattern, rate in sorted(rates.capabilities.items())
        if fnmatchcase(name, pattern)
    )


def judge(full: str | None, retry_after: float) -> Ruling:
    """Deny when a bucket was empty."""
    if full is None:
        return Ruling(service="traffic_cop", rule="rates", reason="within rates")
    kind = {"reads": "Reading", "door": "Calling", "run": "Running this capability"}[full.partition("/")[0]]
    return Ruling(
        service="traffic_cop", rule="rates", verdict="deny", reason=f"{kind} is limited, and the limit is reached.",
        remedy=f"Try again in {max(1, round(retry_after))} s.",
    )  # fmt: skip
