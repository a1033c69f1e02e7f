"""What the ledger's sagas are, and what may be left of each at the end: a pure function of the seed and a number."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

Kind = Literal["plain", "refused", "cancelled", "approved", "poison"]
ACCOUNTS = 20
REFUSED, CANCELLED, APPROVED, NEWEST, NOTED = 7, 20, 50, 10, 25
"""One in so many is refused at the credit, cancelled by its user, waits for a person (RELIABILITY 2.1), names no version of its
definition (F19), carries a note (F15)."""
POISON, POISONED = 2_500, 97
"""One in so many, this one of them, ends the process of its step each time (F13): one in 300, four in 10,000."""
NOTES = {1: 4, 1_000: 4, 65_536: 4, 200_000: 4, 1_000_000: 1}
"""Bytes of a note → how often: below and above what travels inline (64 KiB), up to about the limit of an intent (1 MiB)."""

DONE = frozenset({"debit", "credit", "notify"})
UNDONE = frozenset({"debit", "refund"})
TOLD = DONE | UNDONE | {"take"}
"""Cancelled between its last step and its end: the money is back, and who was told was told. It says so: undone in part."""
SHAPES: dict[str, tuple[frozenset[str], ...]] = {
    "completed": (DONE,),
    "faulted": (UNDONE,),
    "cancelled": (frozenset(), UNDONE, UNDONE | {"credit", "take"}, TOLD),
}
"""Status → the sets of effects that it may leave."""


@dataclass
class Editions:
    """Versions of the transfer's definition: the newest that surely stands, and the newest that may stand."""

    registered: int = 0
    offered: int = 0


def edition(number: int) -> str:
    """The version under which an edition is registered.

    >>> edition(12)
    '1.0.12'
    """
    return f"1.0.{number}"


PINNED = edition(0)


@dataclass(frozen=True)
class Transfer:
    """One saga to be submitted. ``newest``: under whatever version is the newest; ``neighbour``: by another tenant.

    >>> Transfer.of(7, 14).kind == Transfer.of(7, 14).kind
    True
    """

    number: int
    kind: Kind
    payload: dict[str, Any]
    key: str
    newest: bool = False
    neighbour: bool = False

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
        payload = {
            "from": giver,
            "to": taker,
            "amount": chance.randint(1, 100),
            "refuse": kind == "refused",
            "note": "",
        }
        if chance.randrange(NOTED) == 0:
            payload["note"] = "n" * chance.choices(list(NOTES), list(NOTES.values()))[0]
        if number % POISON == POISONED:
            kind, payload["refuse"] = "poison", False
        newest = kind in ("plain", "refused", "cancelled") and chance.randrange(NEWEST) == 0
        return cls(number, kind, payload, f"chaos-{seed}-{number}", newest)

    @property
    def intent(self) -> str:
        """What is submitted."""
        name = {"approved": "approved", "poison": "poisoned"}.get(self.kind, "transfer")
        return f"chaos/{name}" if self.newest else f"chaos/{name}:{PINNED}"

    def twin(self, number: int) -> "Transfer":
        """The same under the same key, by another tenant, to whom it is a saga of its own (F12)."""
        return replace(self, number=number, newest=False, neighbour=True)

    def expected(self) -> tuple[str, ...]:
        """The statuses in which it may end."""
        return {"refused": ("faulted",), "poison": ("faulted",), "cancelled": ("cancelled", "completed")}.get(
            self.kind, ("completed",)
        )


def kinds(every: Iterable[Transfer]) -> dict[str, int]:
    """How many of each kind, and beside them how many carry a note, name no version, or are a neighbour's.

    >>> kinds(Transfer.of(1, n) for n in range(90, 100))
    {'plain': 7, 'approved': 1, 'poison': 1, 'refused': 1, 'noted': 0, 'newest': 0, 'neighbour': 0}
    """
    held = list(every)
    besides = {
        "noted": [t.payload["note"] for t in held], "newest": [t.newest for t in held],
        "neighbour": [t.neighbour for t in held],
    }  # fmt: skip
    return {**Counter(t.kind for t in held), **{name: sum(map(bool, found)) for name, found in besides.items()}}


def document(
    name: str, observer: str, *, version: str = PINNED, last: str = "notify", before_credit: tuple[dict[str, Any], ...] = ()
) -> dict[str, Any]:  # fmt: skip
    """Reserve, debit, what stands before the credit, credit, and the notification under a name of its own."""

    def move(call: str, side: str, **more: Any) -> dict[str, Any]:
        amounts = {
            "observer": observer,
            "account": f"${{ $workflow.input.{side} }}",
            "amount": "${ $workflow.input.amount }",
        }
        return {"call": call, "with": amounts | more}

    looked = {"account": "${ $workflow.input.from }", "amount": "${ $workflow.input.amount }"}
    do = [
        {"reserve": {"call": "chaos.reserve", "with": looked}},
        {"debit": move("chaos.debit", "from", note="${ $workflow.input.note }")},
        *before_credit,
        {"credit": move("chaos.credit", "to", refuse="${ $workflow.input.refuse }")},
        {last: move("chaos.notify", "to")},
    ]
    return {"document": {"dsl": "1.0.3", "namespace": "chaos", "name": name, "version": version}, "do": do}


def documents(observer: str) -> list[dict[str, Any]]:
    """What is registered before the load: the transfer, one that a person approves, one that is poison to its worker."""
    ask = {"ask": {"call": "approval:1.0.0@default", "with": {"title": "Move it?", "roles": ["operator"]}}}
    crash = {"crash": {"call": "chaos.crash", "with": {}}}
    return [
        document("transfer", observer), document("approved", observer, before_credit=(ask,)),
        document("poisoned", observer, before_credit=(crash,)),
    ]  # fmt: skip
