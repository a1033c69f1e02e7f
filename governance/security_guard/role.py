"""Security Guard's place in the chain: identity first, then rights as they are now."""

import json
from collections.abc import Callable
from typing import Any

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.door import Admission, DoorCall, Sealer
from symphainy.foundations.language.errors import NotFound, Refused, Unauthenticated
from symphainy.foundations.language.records import Record, Ruling
from symphainy.foundations.language.step import Outcome
from symphainy.governance.cedar import Compiled
from symphainy.governance.role import GovernedCall, Modes, Role, settle
from symphainy.governance.security_guard import authorization, grant, identity, tenancy
from symphainy.governance.security_guard.grant import Grants
from symphainy.governance.security_guard.passports import PassportKeys
from symphainy.governance.security_guard.rights import Rights, RightsSnapshot

__all__ = ["SecurityGuard"]


class SecurityGuard(Role):
    """Nobody passes unknown, and nothing passes without an Allow."""

    name = "security_guard"
    rules = ("identity", "tenancy", "passport", "authorization", "undo_grant", "failures", "api_keys")
    offers = ("identity.who",)

    def __init__(
        self, policies: Callable[[str], Compiled], passports: PassportKeys, rights: RightsSnapshot, grants: Grants, sealer: Sealer,
        modes: Modes, environment: str = "development",
    ) -> None:  # fmt: skip
        self._policies, self.passports, self._rights, self._grants = policies, passports, rights, grants
        self._sealer, self._modes, self._environment = sealer, modes, environment

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Passport, then Cedar with the rights of this moment; for an undo, its grant instead of rights."""
        settle(call.record, identity.judge(call.call, call.passport), error=Unauthenticated)
        roles: tuple[str, ...] = ()
        if call.undo:
            left = await self._grants.grant(call.tenant, call.call.grant_key or "")
            settle(call.record, grant.judge(call.call, left))
            if left is not None and grant.DECLARED in left.policies:
                await self._may_run(call)
        else:
            roles = (await self._rights_of(call.tenant, call.passport.principal, call.record)).roles
        question = authorization.at_step(call.call, call.contract, call.passport.principal, roles, self._environment)
        mode = self._modes.mode("authorization", call.tenant, call.solution)
        settle(call.record, authorization.judge(question, self._policies(call.tenant).ask(question)), mode)
        outcome = await self.next.step(call)
        if not call.undo and call.contract is not None and (call.call.undo or call.contract.undo) is not None:
            body = json.dumps(call.call.arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            digest = (await self._sealer.of(call.tenant, call.call.execution_id)).digest(call.tenant, body)
            call.record.grant = grant.granted(call.contract, digest, call.record, call.call.undo)
        return outcome

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Another tenant's resource is not found; then Cedar with the rights of this moment."""
        settle(record, tenancy.judge(call), error=NotFound if tenancy.foreign(call) else Unauthenticated)
        rights = await self._rights_of(call.principal.tenant, call.principal, record)
        question = authorization.at_door(call, rights.roles, self._environment)
        mode = self._modes.mode("authorization", call.principal.tenant, call.intent.solution if call.intent else None)
        settle(record, authorization.judge(question, self._policies(question.tenant).ask(question)), mode)
        return await self.next.door(call, record)

    async def _may_run(self, call: GovernedCall) -> None:
        """A compensation of the definition's own is run by the right of whoever runs the saga: naming it gives none."""
        roles = (await self._rights_of(call.tenant, call.passport.principal, call.record)).roles
        asked = call.call.model_copy(update={"kind": "do"})
        question = authorization.at_step(asked, call.contract, call.passport.principal, roles, self._environment)
        settle(call.record, authorization.judge(question, self._policies(call.tenant).ask(question)))

    async def prepare(self, tenant: str) -> None:
        """Hold the passport keys."""
        await self.passports.ready()

    async def _rights_of(self, tenant: str, principal: Principal, record: Record) -> Rights:
        rights = await self._rights.of(tenant, principal)
        if rights is None or rights.disabled:
            reason = "The principal does not exist any more, or is disabled."
            settle(record, Ruling(service=self.name, rule="identity", verdict="deny", reason=reason), error=Refused)
        assert rights is not None
        if principal.scope is not None:  # an API key uses no role that it was not given
            return rights.model_copy(update={"roles": tuple(r for r in rights.roles if r in principal.scope)})
        return rights
