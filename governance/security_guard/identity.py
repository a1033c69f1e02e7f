"""Rule ``identity`` (step): the passport was issued for this tenant, this execution and this plan."""

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.records import Ruling
from symphainy.foundations.language.wire import StepCall

__all__ = ["judge", "names_execution"]

_REMEDY = "Submit the intent through the platform; a passport is good for its own run only."


def judge(call: StepCall, passport: Passport) -> Ruling:
    """Deny unless tenant, root execution and plan are the passport's own."""
    if call.tenant != passport.tenant or passport.principal.tenant != passport.tenant.removeprefix("rehearsal:"):
        return _deny("tenancy", "The passport belongs to another tenant.")
    if not names_execution(passport, call.execution_id):
        return _deny("passport", "The passport belongs to another execution.")
    if call.execution_id == passport.execution_id and call.plan_digest != passport.plan_digest:
        return _deny("passport", "The passport was issued for another plan.")
    return Ruling(service="security_guard", rule="identity", reason="passport holds")


def names_execution(passport: Passport, execution_id: str) -> bool:
    """Whether an execution is the passport's root or a child of it (``<root>/<path>``)."""
    return execution_id == passport.execution_id or execution_id.startswith(passport.execution_id + "/")


def _deny(rule: str, reason: str) -> Ruling:
    return Ruling(service="security_guard", rule=rule, verdict="deny", reason=reason, remedy=_REMEDY)
