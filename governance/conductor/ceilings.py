"""Rule ``ceilings`` (door, step): no path visits a task, or a loop, more often than the tenant's ceiling; what is granted at submit."""

import re

from symphainy.foundations.definitions.plan import Limits
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Ruling
from symphainy.foundations.language.wire import StepCall

__all__ = ["judge", "narrower"]

_INDEX = re.compile(r"\[(\d+)\]")
_VISIT = re.compile(r"~(\d+)(?=$|[/\[])")


def judge(call: StepCall, limits: Limits) -> Ruling:
    """Deny a path beyond the ceilings (``/do/2/pay[17]~3``: round 18 of a loop, third visit). The plan's own limits stop it first."""
    rounds = max((int(n) + 1 for n in _INDEX.findall(call.path)), default=0)
    visits = max((int(n) for n in _VISIT.findall(call.path)), default=0)
    for count, ceiling, what in (
        (rounds, limits.loop, "rounds of a loop"),
        (visits, max(limits.attempts, limits.loop), "visits of a task"),
    ):
        if count > ceiling:
            return Ruling(
                service="conductor", rule="ceilings", verdict="deny", reason=f"{count} {what}; {ceiling} are allowed.",
                remedy="Split the work into smaller runs, or ask for a higher ceiling.",
            )  # fmt: skip
    return Ruling(service="conductor", rule="ceilings", reason="within ceilings")


def narrower(limits: Limits, asked: Json) -> Limits:
    """The tenant's limits, lowered where a definition asks for less; asking for more changes nothing."""
    if not isinstance(asked, dict):
        return limits
    wanted = Limits.model_validate({**limits.model_dump(), **asked})
    return Limits(**{name: min(getattr(limits, name), getattr(wanted, name)) for name in Limits.model_fields})
