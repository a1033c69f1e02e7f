"""The machine's state: frames, contexts, effects. Plain data, JSON all the way, carried through continue-as-new."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json

Phase = Literal["enter", "run", "leave", "drain"]


@dataclass(slots=True)
class Frame:
    """One activation of a task, or of a list of tasks.

    ``pointer`` says where it stands in the document, ``path`` where it stands in this run (loop indices and visits included:
    DECISIONS.md 1). ``data`` belongs to the frame's kind; ``vars`` are seen by every expression below it.
    """

    id: int
    parent: int | None
    kind: str
    pointer: str
    path: str
    name: str = ""
    scope: int = 0
    phase: Phase = "enter"
    raw: Json = None
    input: Json = None
    vars: dict[str, Json] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    call: dict[str, Any] | None = None
    """The open call, as a command's fields."""
    due: dict[str, str] = field(default_factory=dict)
    """Open timers: purpose → absolute instant, ISO 8601."""


@dataclass(slots=True, frozen=True)
class Call:
    """Run a capability under this path's effect key; answered by ``Machine.resolve``."""

    frame: int
    path: str
    ref: str
    arguments: Json
    name: str = ""
    kind: Literal["do", "undo", "child"] = "do"
    """``child``: run the plan in the arguments below this run."""
    grant: str | None = None
    undo: str | None = None
    """The compensation that the definition declares for this step, linked."""
    told: list[dict[str, Json]] = field(default_factory=list)
    """Lifecycle events that leave with it."""

    @property
    def id(self) -> str:
        """Unique among open calls, stable over re-runs; Temporal's ``activity_id``."""
        return f"{self.path}/undo" if self.kind == "undo" else self.path


@dataclass(slots=True, frozen=True)
class Timer:
    """Wake ``frame`` at ``due``; answered by ``Machine.fire``."""

    frame: int
    purpose: str
    due: datetime

    @property
    def id(self) -> str:
        """Unique among open timers."""
        return f"{self.frame}:{self.purpose}"


@dataclass(slots=True, frozen=True)
class Cancel:
    """The call or timer with this id is no longer wanted. A call still answers, one way or the other."""

    id: str


Command = Call | Timer | Cancel


@dataclass(slots=True)
class Effect:
    """An effectful step that succeeded: what is owed if the saga unwinds, and what a retried body may reuse."""

    path: str
    ref: str
    undo: str | None
    arguments: Json
    output: Json
    irreversible: bool = False
    declared: bool = False
    """Whether its undo is the definition's own, with arguments of its own (``given``)."""
    given: Json = None

    @property
    def undo_arguments(self) -> Json:
        """What its undo is called with: a contract's gets the step's input and output."""
        return self.given if self.declared else {"input": self.arguments, "output": self.output}


@dataclass(slots=True)
class Ending:
    """How the run ended. ``error`` is set for ``faulted``; ``owed`` are paths whose undo failed or is impossible."""

    status: Literal["completed", "faulted", "cancelled"]
    compensation: Literal["none", "compensated", "partial"] = "none"
    output: Json = None
    error: dict[str, Json] | None = None
    owed: list[str] = field(default_factory=list)
    told: list[dict[str, Json]] = field(default_factory=list)
    """Lifecycle events that leave with it."""

    @property
    def problem(self) -> Problem | None:
        """The error as a Problem."""
        return Problem.model_validate(self.error) if self.error else None


@dataclass(slots=True)
class State:
    """Everything the machine knows. ``now`` is durable time: that of the last completed durable step."""

    now: str
    execution: str = ""
    started: str = ""
    input: Json = None
    frames: dict[int, Frame] = field(default_factory=dict)
    scopes: dict[int, Json] = field(default_factory=lambda: {0: None})
    effects: list[Effect] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    next_id: int = 1
    steps: int = 0
    undone: int = 0
    unwinding: dict[str, Any] | None = None
    ending: Ending | None = None
    cancelled: bool = False
    arrived: list[dict[str, Any]] = field(default_factory=list)
    """Events matched to this run whose values are still to be fetched."""
    inbox: list[dict[str, Any]] = field(default_factory=list)
    """Events that are here, in order of arrival; see ``inbox.py``."""
    seen: list[str] = field(default_factory=list)
    sequence: int = 0
    fetches: int = 0
    tasks: int = 0
    """Tasks entered so far, skipped ones included; see ``pace.py``."""
    agenda: list[list[Any]] = field(default_factory=list)
    """What is left to do after a turn that was full: verb, frame, payload."""
    breath: bool = False
    """Whether the timer is open after which the next turn begins."""
    suspended: bool = False
    parked: list[list[Any]] = field(default_factory=list)
    """What a suspension holds back, in the form of the agenda."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What was said to proposals of people, until whoever proposed has been told: ``value`` or ``problem``."""
    withdrawn: list[str] = field(default_factory=list)
    """Tasks of people that nothing waits for any more, to be closed in the record."""
    closings: int = 0
    owed: list[str] = field(default_factory=list)
    """Paths whose undo has failed in a ``catch`` that called ``compensate``."""
    spent: dict[str, float] = field(default_factory=dict)
    """What steps have cost, by unit, where the plan has a budget for it."""
    told: list[dict[str, Json]] = field(default_factory=list)
    """Lifecycle events that have not left yet; see ``lifecycle.py``."""
    trace: list[list[Any]] | None = None
    """In a rehearsal what happened, one line each (see ``trace.py``); None elsewhere."""

    @property
    def at(self) -> datetime:
        """``now`` as an instant."""
        return datetime.fromisoformat(self.now)

    def dump(self) -> dict[str, Json]:
        """This state as JSON, sharing nothing that changes with the state."""
        return {name: _plain(getattr(self, name)) for name in _NAMES[State]}

    @classmethod
    def load(cls, data: dict[str, Any]) -> "State":
        """The state that ``dump`` gave, whether or not it went through JSON."""
        rest = {k: v for k, v in data.items() if k not in ("frames", "scopes", "effects", "ending")}
        return cls(
            frames={int(k): Frame(**v) for k, v in data["frames"].items()},
            scopes={int(k): v for k, v in data["scopes"].items()},
            effects=[Effect(**e) for e in data["effects"]],
            ending=Ending(**data["ending"]) if data["ending"] else None,
            **rest,
        )


_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in (Frame, Effect, Ending, State)}


def _plain(value: Any) -> Any:
    """Copies containers and turns our own classes into objects; a fifth of the time of ``asdict``, which deep-copies every leaf."""
    kind = type(value)
    if kind is dict:
        return {key: _plain(item) for key, item in value.items()}
    if kind is list:
        return [_plain(item) for item in value]
    if names := _NAMES.get(kind):
        return {name: _plain(getattr(value, name)) for name in names}
    return value
