"""Rule ``tenancy`` (door): nobody reaches another tenant's resource, and cannot even tell that it exists."""

from symphainy.foundations.language.door import DoorCall
from symphainy.foundations.language.records import Ruling

__all__ = ["foreign", "judge"]


def judge(call: DoorCall) -> Ruling:
    """Deny when resource or session are not of the principal's tenant, or the session is somebody else's."""
    home = call.principal.tenant
    if foreign(call):
        return Ruling(
            service="security_guard",
            rule="tenancy",
            verdict="deny",
            reason=f"There is no such {call.resource_type.lower()}.",
        )
    session = call.session
    if session is not None and (session.tenant != home or session.principal.id != call.principal.id):
        return Ruling(
            service="security_guard", rule="identity", verdict="deny", reason="The session is not the caller's own.",
            remedy="Open a session with this login.",
        )  # fmt: skip
    return Ruling(service="security_guard", rule="tenancy", reason="own tenant")


def foreign(call: DoorCall) -> bool:
    """Whether the resource is another tenant's."""
    owner = call.resource.get("tenant", call.principal.tenant)
    tenants = (call.principal.tenant, f"rehearsal:{call.principal.tenant}")
    return owner not in tenants or (call.resource_type == "Tenant" and call.resource_id not in tenants)
