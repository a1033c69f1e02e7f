"""Rule ``allowed_capabilities`` (step): a tenant, or a solution, runs only what its list names."""

from collections.abc import Iterable
from fnmatch import fnmatchcase

from symphainy.foundations.language.records import Ruling

__all__ = ["judge"]


def judge(capability: str, patterns: Iterable[str]) -> Ruling:
    """Deny a capability that no pattern names (``content.*``); versions are not looked at."""
    name = capability.partition("@")[0]
    if any(fnmatchcase(name, pattern) for pattern in patterns):
        return Ruling(service="conductor", rule="allowed_capabilities", reason="allowed")
    return Ruling(
        service="conductor", rule="allowed_capabilities", verdict="deny", reason=f"{name} is not on the list of allowed capabilities.",
        remedy="Add it to the tenant's or solution's list in the policy bundle.",
    )  # fmt: skip
