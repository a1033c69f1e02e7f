"""A builder's own realm, for tests: capabilities with effects on the outside observer, one per way of deduplicating."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects, IntentRoute
from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step
from symphainy.workflows.code import Run, saga


class Payment(Message):
    observer: str
    kind: str = "pay"
    amount: int = 1
    pause: float = 0.0


class Receipt(Message):
    id: int


class Undo(Message):
    input: Payment
    output: Receipt


class Number(Message):
    n: int = 0
    pause: float = 0.0


class Nothing(Message):
    pass


async def deliver(payment: Payment, key: str, kind: str, receiver: str) -> Receipt:
    async with httpx2.AsyncClient(timeout=30) as http:
        body = {"key": key, "kind": kind, "amount": payment.amount, "receiver": receiver}
        answer = await http.post(f"{payment.observer}/deliver", json=body)
        return Receipt.model_validate(answer.json())


@capability(
    "ledger.pay",
    input=Payment,
    output=Receipt,
    determinism="effectful",
    effects=Effects(dedupe="key"),
    undo="ledger.refund",
)
async def pay(step: Step[Payment]) -> Receipt:
    """Pay at a receiver that honours the effect key."""
    await asyncio.sleep(step.input.pause)
    return await deliver(step.input, step.context.effect_key, step.input.kind, "key")


@capability(
    "ledger.refund",
    input=Undo,
    output=Receipt,
    determinism="effectful",
    effects=Effects(dedupe="key", irreversible=True),
)
async def refund(step: Step[Undo]) -> Receipt:
    """Take a payment back."""
    return await deliver(step.input.input, step.context.effect_key, f"undo-{step.input.input.kind}", "key")


@capability(
    "ledger.pay_blind",
    input=Payment,
    output=Receipt,
    determinism="effectful",
    effects=Effects(dedupe="none", irreversible=True),
)
async def pay_blind(step: Step[Payment]) -> Receipt:
    """Pay at a receiver that cannot tell a second delivery from a first."""
    return await deliver(step.input, step.context.effect_key, step.input.kind, "none")


@capability("ledger.refuse", input=Number, output=Nothing, determinism="effectful", effects=Effects(irreversible=True))
async def refuse(step: Step[Number]) -> Nothing:
    """Always refuses, after a pause."""
    await asyncio.sleep(step.input.pause)
    raise DomainError("the receiver does not want it")


@capability("ledger.grumble", input=Number, output=Nothing, determinism="effectful", effects=Effects(irreversible=True))
async def grumble(step: Step[Number]) -> Nothing:
    """Takes nothing back until a person insists."""
    if step.context.intent != "work.retry":
        raise DomainError("not today")
    return Nothing()


@capability("ledger.add", input=Number, output=Number, duration="short")
async def add(step: Step[Number]) -> Number:
    """One more: deterministic and short, so a local step."""
    await asyncio.sleep(step.input.pause)
    return Number(n=step.input.n + 1)


@saga("ledger/once:1.0.0", uses=["ledger.pay", "ledger.refund", "ledger.refuse"])
async def once(run: Run, data: Any) -> Any:
    """Pays, rests, and then does what the payload says."""
    paid = await run.call("ledger.pay", {"observer": data["observer"], "kind": "code"}, name="pay")
    await run.wait(timedelta(milliseconds=200))
    if data.get("fail"):
        await run.call("ledger.refuse", {"n": 1})
    return {"receipt": paid["id"]}


class Manager:
    """Registers the realm."""

    name = "ledger"

    def register(self, registry: Registry) -> None:
        for function in (pay, refund, pay_blind, refuse, grumble, add):
            registry.register(function)
        registry.saga(once.name, once.document)
        registry.route(IntentRoute(intent="ledger.once", saga=once.name))
