"""Rule ``authorization`` (door, step): Cedar says Allow with the rights of this moment, or it is no."""

import math
from collections.abc import Iterable
from typing import Any

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Ruling
from symphainy.foundations.language.wire import StepCall
from symphainy.governance.cedar import Answer, Question

__all__ = ["PLATFORM", "at_door", "at_step", "judge"]

PLATFORM = ("Service", "platform")
"""Who compensates: the platform, on behalf of whoever had the right when the effect was made."""


def at_step(
    call: StepCall, contract: Contract | None, principal: Principal, roles: Iterable[str], environment: str
) -> Question:
    """A capability about to run, or, for compensation, the undo that is owed."""
    classes = contract.classes if contract else ()
    undo = call.kind == "undo"
    return Question(
        principal=PLATFORM if undo else (principal.type, principal.id),
        tenant=call.tenant,
        roles=() if undo else tuple(sorted(roles)),
        action="undo" if undo else contract.action if contract else "run",
        resource=("Capability", call.capability.partition("@")[0]),
        resource_tenant=call.tenant,
        owner=contract.owner if contract else "",
        classes=classes,
        context=circumstances(call.purpose, call.solution, classes, environment, call.arguments),
    )


def at_door(call: DoorCall, roles: Iterable[str], environment: str) -> Question:
    """A call from outside. A resource without a tenant of its own is the caller's."""
    classes = tuple(call.resource.get("classes", ()))
    return Question(
        principal=(call.principal.type, call.principal.id),
        tenant=call.principal.tenant,
        roles=tuple(sorted(roles)),
        action=call.action,
        resource=(call.resource_type, call.resource_id),
        resource_tenant=str(call.resource.get("tenant", call.principal.tenant)).removeprefix("rehearsal:"),
        owner=str(call.resource.get("owner", "")),
        classes=classes,
        context=circumstances(
            call.purpose,
            call.intent.solution if call.intent else None,
            classes,
            environment,
            call.intent.payload if call.intent else None,
        ),
    )


def circumstances(
    purpose: str, solution: str | None, classes: Iterable[str], environment: str, values: Json
) -> dict[str, Any]:
    """Cedar's context. A whole ``amount`` or ``count`` among the values is passed on; fractions are rounded up, so that a ceiling holds."""
    context: dict[str, Any] = {
        "purpose": purpose,
        "solution": solution or "",
        "classes": sorted(classes),
        "environment": environment,
    }
    for name in ("amount", "count"):
        value = values.get(name) if isinstance(values, dict) else None
        if (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and math.isfinite(value)
            and abs(value) < 2**62
        ):
            context[name] = math.ceil(value)
    return context


def judge(question: Question, answer: Answer) -> Ruling:
    """Allow on Allow alone; the names of the deciding policies, and what was asked, go into the record."""
    asked: dict[str, Json] = {
        "principal": list(question.principal), "roles": list(question.roles), "action": question.action,
        "resource": list(question.resource), "resource_tenant": question.resource_tenant, "owner": question.owner,
        "context": dict(question.context),
    }  # fmt: skip
    if answer.allowed:
        return Ruling(
            service="security_guard", rule="authorization", reason="permitted", policies=answer.policies, asked=asked
        )
    wanted = f"{question.action} on {question.resource[0]} {question.resource[1]}"
    if answer.errors:
        reason = "Cedar could not decide, so it is no."
    elif answer.policies:
        reason = f"{wanted} is forbidden by {', '.join(answer.policies)}."
    else:
        reason = f"No policy permits {wanted} to this principal."
    return Ruling(
        service="security_guard", rule="authorization", verdict="deny", reason=reason, policies=answer.policies,
        remedy="Ask an administrator for a role that permits it.", asked=asked,
    )  # fmt: skip
