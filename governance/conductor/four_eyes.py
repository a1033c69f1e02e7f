"""Rule ``four_eyes`` (door): whoever asked does not approve, and only an approver approves."""

from collections.abc import Collection

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.records import Ruling

__all__ = ["judge"]


def judge(call: DoorCall, roles: Collection[str], requester_decides: bool = False) -> Ruling:
    """Deny a decision by the requester (``resource.requester``), or without one of the approver ``roles``, if there are any.

    A task that names approvers (``resource.approvers``: ``role:<name>``, ``user:<id>``) is decided by them alone.
    """
    if call.principal.type == "Agent":
        return _deny("An agent proposes; a person decides.", "Let a person decide this task.")
    if not requester_decides and call.resource.get("requester", call.resource.get("owner")) == call.principal.id:
        return _deny("Whoever requested it cannot approve it.", "Let somebody else decide this task.")
    named = {str(name) for name in call.resource.get("approvers") or ()}
    if named and not named & {f"user:{call.principal.id}", *(f"role:{role}" for role in call.principal.roles)}:
        return _deny("The task is not given to this person.", "Let one of those whom the task names decide it.")
    if roles and not set(roles) & set(call.principal.roles):
        return _deny(f"Only {', '.join(sorted(roles))} may decide here.", "Ask someone with that role.")
    return Ruling(service="conductor", rule="four_eyes", reason="second pair of eyes")


def _deny(reason: str, remedy: str) -> Ruling:
    return Ruling(service="conductor", rule="four_eyes", verdict="deny", reason=reason, remedy=remedy)
