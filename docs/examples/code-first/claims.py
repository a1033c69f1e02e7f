"""A saga as a Python function, with the two capabilities it calls: run it with ``SYMPHAINY_REALMS=claims:Manager``."""

from datetime import timedelta
from typing import Any

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step
from symphainy.workflows.code import Run, StepFailed, saga


class Money(Message):
    """An amount for a claim."""

    claim: str
    amount: float


class Held(Message):
    """A reservation."""

    reservation: str


class Undo(Message):
    """What a contract's undo gets."""

    input: Money
    output: Held


@capability(
    "claims.reserve", input=Money, output=Held, determinism="effectful", effects=Effects(), undo="claims.release"
)
async def reserve(step: Step[Money]) -> Held:
    """Hold money for a claim; the effect key makes a second delivery the same reservation."""
    return Held(reservation=step.context.effect_key)


@capability("claims.release", input=Undo, output=Held, determinism="effectful", effects=Effects(irreversible=True))
async def release(step: Step[Undo]) -> Held:
    """Give it back."""
    return step.input.output


@saga(
    "claims/settle:1.0.0", uses=["claims.reserve", "claims.release"], title="Settle a claim",
    input={"type": "object", "required": ["claim", "parts"]},
)  # fmt: skip
async def settle(run: Run, data: Any) -> Any:
    """Hold every part of a claim, the dearest first; what cannot be held after a day is left out."""
    held, left = [], []
    for part in sorted(data["parts"], key=lambda part: -part["amount"]):
        money = {"claim": data["claim"], "amount": part["amount"]}
        try:
            held.append(await run.call("claims.reserve", money, name=part["name"]))
        except StepFailed:
            await run.wait(timedelta(days=1))
            left.append(part["name"])
    return {"held": held, "left": left, "at": run.now.isoformat()}


class Manager:
    """Registers all of it."""

    name = "claims"

    def register(self, registry: Registry) -> None:
        """Two capabilities, and the saga under the intent ``claims.settle``."""
        from symphainy.foundations.language.contract import IntentRoute

        registry.register(reserve)
        registry.register(release)
        registry.saga(settle.name, settle.document)
        registry.route(IntentRoute(intent="claims.settle", saga=settle.name))
