"""Rule ``undo_grant`` (step): compensation runs under the grant its effect left behind, whoever has lost which right since."""

from typing import Protocol

from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.records import Record, Ruling, UndoGrant
from symphainy.foundations.language.wire import StepCall

__all__ = ["Grants", "granted", "judge"]


DECLARED = "definition.compensate"
"""Among a grant's policies: the undo is the definition's own."""


class Grants(Protocol):
    """Where grants are kept; ``symphainy.runtime.store`` implements it, through ``governance.repositories``."""

    async def grant(self, tenant: str, effect_key: str) -> UndoGrant | None:
        """The grant that the step of this effect key left, if any."""
        ...


def judge(call: StepCall, grant: UndoGrant | None) -> Ruling:
    """Allow only the undo that is owed."""
    if grant is None:
        return _deny("No undo is owed: the step it would take back has left no grant.")
    if grant.capability.partition("@")[0] != call.capability.partition("@")[0]:
        return _deny(f"The undo owed is {grant.capability}, not {call.capability}.")
    return Ruling(service="security_guard", rule="undo_grant", reason="owed", policies=grant.policies)


def granted(contract: Contract, arguments_digest: str, record: Record, declared: str | None = None) -> UndoGrant | None:
    """The grant that a permitted step with an undo leaves, with the policies that permitted it.

    ``declared``: the definition names the undo itself. The contract has not promised that one, so it takes the right to run it.
    """
    if (undo := declared or contract.undo) is None:
        return None
    policies = tuple(p for r in record.rulings if r.service == "security_guard" for p in r.policies)
    return UndoGrant(
        capability=undo, arguments_digest=arguments_digest, policies=(*policies, DECLARED) if declared else policies
    )


def _deny(reason: str) -> Ruling:
    return Ruling(
        service="security_guard",
        rule="undo_grant",
        verdict="deny",
        reason=reason,
        remedy="Settle it in the work queue: it waits there as partial.",
    )
