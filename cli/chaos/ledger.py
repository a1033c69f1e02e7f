"""The ledger's realm (``SYMPHAINY_REALMS=symphainy.cli.chaos.ledger:Manager``): every effect is a delivery to the observer.

An operator who wants to try an installation loads it there too; it touches nothing but the observer's address.
"""

import os
import signal
import ssl
from datetime import timedelta

import httpx2

from symphainy.foundations.curator import Registry, capability
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import DomainError, Unavailable
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.step import Step

PATIENCE = timedelta(seconds=20)
"""How long a step that ends its process is tried again: about six times, with the platform's own pauses."""
TLS = ssl.create_default_context()
"""Made once: to read all certificates anew at each delivery costs more than everything else that one does."""
WAIT = 10.0
"""Seconds an effect waits for the observer, which answers within 20 ms unless a fault makes it silent."""


class Move(Message):
    """An amount to or from an account; ``refuse``: the receiver does not want it; ``note``: what rides along, however long."""

    observer: str
    account: int = 0
    amount: int = 1
    refuse: bool = False
    note: str = ""


class Moved(Message):
    """The observer's number of the effect."""

    id: int


class Undo(Message):
    """What an undo is given: how the step was called and what it gave."""

    input: Move
    output: Moved


class Nothing(Message):
    """Neither given nor gained."""


class Account(Message):
    """An account that was looked at."""

    account: int = 0
    amount: int = 1


async def _deliver(move: Move, kind: str, key: str, amount: int) -> Moved:
    body = {"key": key, "kind": kind, "amount": amount, "receiver": "key", "account": move.account}
    body |= {"noted": len(move.note)}
    try:
        async with httpx2.AsyncClient(timeout=WAIT, verify=TLS) as http:
            answer = await http.post(f"{move.observer}/deliver", json=body)
            answer.raise_for_status()
            return Moved.model_validate(answer.json())
    except httpx2.HTTPError as error:
        raise Unavailable("the receiver did not answer", code="receiver_away") from error


@capability("chaos.reserve", input=Account, output=Account, duration="short")
async def reserve(step: Step[Account]) -> Account:
    """Look at an account: deterministic, a local step."""
    return step.input


@capability(
    "chaos.debit", input=Move, output=Moved, determinism="effectful", effects=Effects(dedupe="key"), undo="chaos.refund"
)
async def debit(step: Step[Move]) -> Moved:
    """Take the amount from an account."""
    return await _deliver(step.input, "debit", step.context.effect_key, -step.input.amount)


@capability(
    "chaos.refund", input=Undo, output=Moved, determinism="effectful",
    effects=Effects(dedupe="key", irreversible=True),
)  # fmt: skip
async def refund(step: Step[Undo]) -> Moved:
    """Give back what was taken."""
    return await _deliver(step.input.input, "refund", step.context.effect_key, step.input.input.amount)


@capability(
    "chaos.credit", input=Move, output=Moved, determinism="effectful", effects=Effects(dedupe="key"), undo="chaos.take"
)
async def credit(step: Step[Move]) -> Moved:
    """Give the amount to an account, unless its owner does not want it."""
    if step.input.refuse:
        raise DomainError("the account takes no money", code="account_closed")
    return await _deliver(step.input, "credit", step.context.effect_key, step.input.amount)


@capability(
    "chaos.take", input=Undo, output=Moved, determinism="effectful", effects=Effects(dedupe="key", irreversible=True)
)
async def take(step: Step[Undo]) -> Moved:
    """Take back what was given."""
    return await _deliver(step.input.input, "take", step.context.effect_key, -step.input.input.amount)


@capability(
    "chaos.notify", input=Move, output=Moved, determinism="effectful", effects=Effects(dedupe="key", irreversible=True)
)
async def notify(step: Step[Move]) -> Moved:
    """Tell the owner; moves nothing."""
    return await _deliver(step.input, "notify", step.context.effect_key, 0)


@capability("chaos.crash", input=Nothing, output=Nothing, schedule_to_close=PATIENCE)
async def crash(step: Step[Nothing]) -> Nothing:
    """End the process that runs this, as a fault in a library's machine code would."""
    os.kill(os.getpid(), signal.SIGSEGV)
    return step.input


class Manager:
    """Registers the realm."""

    name = "chaos"

    def register(self, registry: Registry) -> None:
        """Its seven capabilities."""
        for function in (reserve, debit, refund, credit, take, notify, crash):
            registry.register(function)
