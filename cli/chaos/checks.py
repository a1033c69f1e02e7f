"""The invariants I1 to I8 (RELIABILITY 2.2): each is one question to what the API tells and what the observer has written."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from symphainy.cli.chaos.sagas import SHAPES, TOLD, Transfer

NAMES = {
    "I1": "nothing lost", "I2": "nothing doubled", "I3": "money is conserved", "I4": "each saga in its right shape",
    "I5": "the same story everywhere", "I6": "the chains verify", "I7": "the faults hit, and answers are right",
    "I8": "no traceback of ours in a log",
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    """How one saga ended, as the API tells it, and its events as a reader sees them."""

    transfer: Transfer
    execution: str
    status: str
    compensation: str
    events: tuple[tuple[int, str], ...]
    editions: tuple[int, int] = (0, 0)
    """The oldest and the newest text of its definition that it may have run."""
    error: str = ""


@dataclass(frozen=True)
class Effect:
    """One effect that the observer has."""

    key: str
    kind: str
    amount: int
    account: int | None
    noted: int = 0

    @property
    def execution(self) -> str:
        """The saga that it belongs to: the second part of every effect key.

        >>> Effect("acme/exe_1/do/1/debit", "debit", -5, 2).execution
        'exe_1'
        """
        return self.key.split("/")[1]

    @property
    def edition(self) -> int | None:
        """Of a notification: the text that it stands in, by the name of its step.

        >>> Effect("acme/exe_1/do/3/notify2", "notify", 0, 2).edition
        2
        """
        return int(self.key.rpartition("/notify")[2] or 0) if self.kind == "notify" else None


def shapes(ended: Iterable[Ended], effects: Iterable[Effect]) -> list[str]:
    """I1, I2 and I4 of each saga: closed, no effect twice, and the effects that its status allows."""
    of: dict[str, list[str]] = defaultdict(list)
    for effect in effects:
        of[effect.execution].append(effect.kind)
    found = []
    for saga in ended:
        kinds = of[saga.execution]
        doubled = [kind for kind, count in Counter(kinds).items() if count > 1]
        if saga.status not in SHAPES:
            found.append(f"I1: {saga.execution} is {saga.status}")
        elif doubled:
            found.append(f"I2: {saga.execution} has twice: {', '.join(doubled)}")
        elif saga.status not in saga.transfer.expected():
            found.append(f"I4: {saga.execution} ({saga.transfer.kind}) is {saga.status} {saga.error}".rstrip())
        elif frozenset(kinds) not in SHAPES[saga.status]:
            left = ", ".join(sorted(kinds)) or "no effect"
            found.append(f"I4: {saga.execution} is {saga.status} with {left} (compensation: {saga.compensation})")
        elif (saga.compensation == "partial") != (saga.status == "cancelled" and frozenset(kinds) == TOLD):
            found.append(f"I4: {saga.execution} says {saga.compensation} of its compensation")
    return found


def texts(ended: Iterable[Ended], effects: Iterable[Effect]) -> list[str]:
    """I4: each saga ran the text that it was started with to its end, and what rides along arrived whole."""
    of, found = {saga.execution: saga for saga in ended}, []
    for effect in effects:
        saga, ran = of.get(effect.execution), effect.edition
        if saga is None:
            continue
        if ran is not None and not saga.editions[0] <= ran <= saga.editions[1]:
            found.append(f"I4: {saga.execution} ran edition {ran}, it may have run {saga.editions}")
        if effect.kind == "debit" and effect.noted != len(saga.transfer.payload["note"]):
            found.append(
                f"I4: the note of {saga.execution} has {effect.noted} bytes of {len(saga.transfer.payload['note'])}"
            )
    return found


def strangers(ended: Iterable[Ended], effects: Iterable[Effect]) -> list[str]:
    """I1: an effect of a saga that no answered intent knows."""
    known = {saga.execution for saga in ended}
    return sorted({f"I1: {e.execution} has effects and no intent" for e in effects if e.execution not in known})


def conserved(ended: Iterable[Ended], effects: list[Effect]) -> list[str]:
    """I3: what was taken was given or given back, over the whole ledger and per account."""
    left = sum(effect.amount for effect in effects)
    found = [f"I3: the ledger is off by {left}"] if left else []
    wanted: Counter[int] = Counter()
    for saga in ended:
        if saga.status == "completed":
            wanted[saga.transfer.payload["from"]] -= saga.transfer.payload["amount"]
            wanted[saga.transfer.payload["to"]] += saga.transfer.payload["amount"]
    held: Counter[int] = Counter()
    for effect in effects:
        held[effect.account if effect.account is not None else -1] += effect.amount
    wrong = [account for account in {*wanted, *held} if wanted[account] != held[account]]
    return found + [f"I3: account {a} holds {held[a]}, its sagas say {wanted[a]}" for a in sorted(wrong)]


def told(ended: Iterable[Ended]) -> list[str]:
    """I5: a reader's events have no gap and no repeat, and the last one says what the result says."""
    found = []
    for saga in ended:
        numbers = [number for number, _ in saga.events]
        if numbers != list(range(1, len(numbers) + 1)):
            found.append(f"I5: {saga.execution}: its events are numbered {numbers}")
        elif not saga.events or saga.events[-1][1] != f"execution.{saga.status}":
            found.append(f"I5: {saga.execution} is {saga.status}, its last event {saga.events[-1:] or 'missing'}")
    return found


_OURS = re.compile(r"Traceback \(most recent call last\)|Unhandled exception|database is locked")


def sizes(folder: Path) -> dict[str, int]:
    """How long each log is now: what stands there already is not this run's."""
    return {file.name: file.stat().st_size for file in folder.glob("*.log")}


def logs(folder: Path, before: Mapping[str, int]) -> list[str]:
    """I8: what no log of ours may hold, with its file; only what came after ``before``."""
    return [
        f"I8: {file.name}: {line.strip()[:160]}"
        for file in sorted(folder.glob("*.log"))
        for line in file.read_bytes()[before.get(file.name, 0) :].decode(errors="replace").splitlines()
        if _OURS.search(line)
    ]
