"""The linked plan: what a saga is started with. Content-addressed, immutable, complete (DECISIONS.md 4)."""

import hashlib
import json
from datetime import timedelta
from typing import Literal

from symphainy.foundations.language.contract import Contract, Effects, Mode
from symphainy.foundations.language.model import Json, Message

SEMANTICS = "1"
"""The named semantics version of the interpreter's contested points (docs/decisions: the OWS table)."""


class Linked(Message):
    """One capability as the interpreter needs it: how to call it, and what it owes."""

    ref: str
    mode: Mode
    queue: str
    effects: Effects | None = None
    effectful: bool = False
    undo: str | None = None
    start_to_close: timedelta
    schedule_to_close: timedelta
    heartbeat: timedelta

    @classmethod
    def of(cls, contract: Contract, undo: str | None = None) -> "Linked":
        """Link a contract; ``undo`` is the linked ref of its declared undo."""
        return cls(
            ref=contract.ref, mode=contract.mode, queue=contract.queue, effects=contract.effects,
            effectful=contract.determinism == "effectful" or contract.effects is not None, undo=undo,
            start_to_close=contract.start_to_close, schedule_to_close=contract.schedule_to_close, heartbeat=contract.heartbeat,
        )  # fmt: skip


class Limits(Message):
    """Conductor's limits that bind inside the workflow: data in the plan, so that a policy reload never changes a replay."""

    steps: int = 100_000
    fan_out: int = 10_000
    window: int = 200
    """Branches of a fork that run at once (2,000 pending activities is Temporal's limit)."""
    loop: int = 1_000_000
    attempts: int = 1_000
    """Ceiling for a retry policy without a limit."""
    duration: timedelta = timedelta(days=365)


class Plan(Message):
    """A compiled definition. ``document`` is the normalised OWS document; the rest is what linking found out."""

    format: Literal[1] = 1
    semantics: str = SEMANTICS
    namespace: str
    name: str
    version: str
    document: dict[str, Json]
    calls: dict[str, str] = {}
    """What a ``call:`` says → ref of the linked capability."""
    capabilities: dict[str, Linked] = {}
    """ref → how to call it; undo capabilities included."""
    heavy: tuple[str, ...] = ()
    """Expressions that are pure but not linear: evaluated as local steps by ``core.evaluate`` (DECISIONS.md 19)."""
    on_fault: Literal["compensate", "none"] = "compensate"
    listens: tuple[str, ...] = ()
    limits: Limits = Limits()
    deadline: timedelta | None = None
    """``metadata.saga.deadline``: the run fails, and takes back what it did, when it is not done by then."""
    budget: dict[str, float] = {}
    """``metadata.saga.budget``: unit → what a run may use: ``steps``, and what capabilities report (``tokens``, ``usd`` …)."""
    workflow: str = ""
    """The workflow that walks it, where it is not the interpreter: ``CodeSaga``."""
    digest: str = ""

    @property
    def definition(self) -> str:
        """``namespace/name:version``."""
        return f"{self.namespace}/{self.name}:{self.version}"

    def sealed(self) -> "Plan":
        """This plan with its digest: SHA-256 over the canonical JSON of all other fields."""
        return self.model_copy(update={"digest": self.compute_digest()})

    def compute_digest(self) -> str:
        """``sha256:<hex>``; the same for equal plans, whatever the order of keys in maps of links."""
        # A plan made before there were these is the same plan: what is not set does not count.
        unset = {name for name in ("deadline", "budget", "workflow") if not getattr(self, name)}
        body = self.model_dump(mode="json", exclude={"digest", *unset})
        body["document"] = json.dumps(body["document"], separators=(",", ":"))  # order of tasks is meaning: keep it
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
