"""Rule ``registration`` (step): only what the Curator has a contract for is run."""

from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.records import Ruling
from symphainy.foundations.language.wire import StepCall

__all__ = ["judge"]


def judge(call: StepCall, contract: Contract | None) -> Ruling:
    """Deny a call whose capability, at exactly its version, nobody has registered."""
    if contract is None or contract.ref != call.capability:
        return Ruling(
            service="city_manager", rule="registration", verdict="deny", reason=f"The capability {call.capability} is not registered here.",
            remedy="Register it in its realm's manager.py, or start a worker that has this version.",
        )  # fmt: skip
    return Ruling(service="city_manager", rule="registration", reason="registered")
