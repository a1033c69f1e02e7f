"""What the ledger's sagas are, and what may be left of each at the end: a pure function of the seed and a number."""

import random
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["plain", "refused", "cancelled", "approved"]
ACCOUNTS = 20
REFUSED, CANCELLED, APPROVED = 7, 20, 50
"""One in so many is refused at the credit, cancelled by its user, waits for a person (RELIABILITY 2.1)."""

DONE = frozenset({"debit", "credit", "notify"})
UNDONE = frozenset({"debit", "refund"})
SHAPES: dict[str, tuple[frozenset[str], ...]] = {
    "completed": (DONE,),
    "faulted": (UNDONE,),
    "cancelled": (frozenset(), UNDONE, UNDONE | {"credit", "take"}),
}
"""Status → the sets of effects that it may leave."""


@dataclass(frozen=True)
class Transfer:
    """One saga to be submitted.

    >>> Transfer.of(7, 14).kind == Transfer.of(7, 14).kind
    True
    """

    number: int
    kind: Kind
    payload: dict[str, Any]

    @classmethod
    def of(cls, seed: int, number: int) -> "Transfer":
        """The numbered transfer under a seed."""
        chance = random.Random(f"{seed}/{number}")
        kind: Kind = "plain"
        for each, one_in in (("approved", APPROVED), ("cancelled", CANCELLED), ("refused", REFUSED)):
            if chance.randrange(one_in) == 0:
                kind = each  # type: ignore[assignment]
                break
        giver, taker = chance.sample(range(ACCOUNTS), 2)
        payload = {"from": giver, "to": taker, "amount": chance.randint(1, 100), "refuse": kind == "refused"}
        return cls(number, kind, payload)

    def expected(self) -> tuple[str, ...]:
        """The statuses in which it may end."""
        return {"refused": ("faulted",), "cancelled": ("cancelled", "completed")}.get(self.kind, ("completed",))


def document(name: str, observer: str, *, ask: bool = False) -> dict[str, Any]:
    """Reserve, debit, credit, notify; with ``ask`` a person approves before the money arrives."""

    def move(call: str, side: str, **more: Any) -> dict[str, Any]:
        amounts = {
            "observer": observer,
            "account": f"${{ $workflow.input.{side} }}",
            "amount": "${ $workflow.input.amount }",
        }
        return {"call": call, "with": amounts | more}

    looked = {"account": "${ $workflow.input.from }", "amount": "${ $workflow.input.amount }"}
    approval = [{"ask": {"call": "approval:1.0.0@default", "with": {"title": "Move it?", "roles": ["operator"]}}}]
    do = [
        {"reserve": {"call": "chaos.reserve", "with": looked}},
        {"debit": move("chaos.debit", "from")},
        *(approval if ask else []),
        {"credit": move("chaos.credit", "to", refuse="${ $workflow.input.refuse }")},
        {"notify": move("chaos.notify", "to")},
    ]
    return {"document": {"dsl": "1.0.3", "namespace": "chaos", "name": name, "version": "1.0.0"}, "do": do}
