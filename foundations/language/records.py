"""What is written down: decisions, lineage, events, and the one record of a step. Filled by many, committed once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from symphainy.foundations.language.model import Json, Message

Verdict = Literal["allow", "deny", "would_deny"]


class EventDraft(Message):
    """An event to be published as a CloudEvent: ``noun.past`` types, e.g. ``content.ingested``. ``subject`` holds ids only."""

    type: str
    subject: str = ""
    data: dict[str, Json] = {}


class Event(Message):
    """An event as a client sees it: ``seq`` is gapless per execution from 1 within ``epoch``."""

    id: str
    epoch: int = 1
    seq: int
    type: str
    execution_id: str
    subject: str = ""
    time: datetime
    data: dict[str, Json] = {}

    @property
    def cursor(self) -> str:
        """Where to resume after this event: ``<epoch>-<seq>``."""
        return f"{self.epoch}-{self.seq}"


class Edge(Message):
    """One lineage edge: ``target`` came from ``source``.

    Ends are URNs: ``artifact:<sha256>``, ``step:<effect key>``, ``document:<id>#<start>-<end>``.
    """

    source: str
    target: str
    relation: str = "derived-from"


class Ruling(Message):
    """What one city service said about one step or door call."""

    service: str
    rule: str
    verdict: Verdict = "allow"
    reason: str = ""
    policies: tuple[str, ...] = ()
    remedy: str | None = None
    asked: dict[str, Json] = {}
    """What a policy engine was asked, so that it can be asked again under another policy; ids, names and figures only."""


class Decision(Message):
    """The decision record of a governed step or door call; the surface chains it in its stream (DECISIONS.md 16)."""

    stream: str
    tenant: str
    actor: str
    action: str
    resource: str
    purpose: str = ""
    verdict: Verdict = "allow"
    reason: str = ""
    remedy: str | None = None
    bundle: str = ""
    classes: tuple[str, ...] = ()
    input_digest: str = ""
    rulings: tuple[Ruling, ...] = ()
    at: datetime
    decision_id: str = ""
    """Given when it is chained; so that it is under the hash as well."""


class UndoGrant(Message):
    """Undo is owed, not requested (DECISIONS.md 9): recorded when an effectful step succeeds, honoured without its rights."""

    capability: str
    arguments_digest: str
    policies: tuple[str, ...] = ()


@dataclass
class Record:
    """The record of one step while it is in the making: each service adds, the step boundary commits once."""

    rulings: list[Ruling] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    lineage: list[Edge] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)
    cost: dict[str, float] = field(default_factory=dict)
    grant: UndoGrant | None = None
    bundle: str = ""
    masked: Json | None = None
    """What the capability is given in place of its arguments, where policy has them masked."""

    def rule(self, service: str, rule: str, verdict: Verdict = "allow", reason: str = "", **more: object) -> None:
        """Add one ruling."""
        self.rulings.append(
            Ruling.model_validate({"service": service, "rule": rule, "verdict": verdict, "reason": reason, **more})
        )

    @property
    def verdict(self) -> Verdict:
        """The strictest of all rulings."""
        said = {r.verdict for r in self.rulings}
        return "deny" if "deny" in said else "would_deny" if "would_deny" in said else "allow"
