"""What travels between the saga workflow and its activities. Frozen early: golden histories hold these forms."""

from datetime import datetime
from typing import Literal

from symphainy.foundations.language.context import Source
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json, Message

HEADER_PASSPORT = "symphainy-passport"
HEADER_TRACE = "traceparent"
HEADER_BUNDLE = "symphainy-bundle"

STEP, SEGMENT, OPENING, CLOSING = "step", "segment", "opening", "closing"
"""Names of the activities, as workflow code calls them (by string: ``workflows`` and ``activities`` are peers)."""
CLOSED = "execution_closed"
"""What a step is answered that would begin after the closing: nothing was done, and nothing is recorded of it."""
SAGA = "Saga"
CODE_SAGA = "CodeSaga"
"""The workflow behind a saga that is a Python function."""
SAGA_QUEUE = "symphainy-sagas"

EVENT = "event"
"""The signal that names events matched to a run."""

SUSPEND, RESUME = "suspend", "resume"
"""The signals that hold a run back before its next task, and let it go on."""

DECIDE = "decide"
"""The update that carries a person's decision in. It only proposes: a governed step decides whether it counts."""


class Proposal(Message):
    """A person's decision on its way into the saga. ``shown_digest`` names what the person saw, ``token`` proves who it is."""

    task_id: str
    principal: str
    choice: str
    value: Json = None
    shown_digest: str = ""
    token: str = ""
    """A passport of the person for this one proposal, signed at the door: a payload is never believed about who sends it."""


CUE = "cue"
"""The activity of a rehearsal that does what the scenario says at its moment. Real workers have none of that name."""


class Cue(Message):
    """One thing that a scenario lets happen: who decides, what comes in, who cancels."""

    tenant: str
    execution_id: str
    at: datetime
    """The rehearsal's own time."""
    what: dict[str, Json]
    task_id: str = ""
    """The task of people that a decision is about."""


class EventKey(Message):
    """An event without its value."""

    source: str
    id: str
    size: int = 0
    """Bytes, so that a step fetches no more than may travel."""


class SagaInput(Message):
    """The start argument of a saga: event 1 of its history holds intent, plan and passport."""

    tenant: str
    execution_id: str
    intent: str
    intent_id: str = ""
    session_id: str | None = None
    source: Source = "api"
    solution: str | None = None
    purpose: str = "operate"
    plan: dict[str, Json]
    input: Json = None
    submitted_at: datetime
    state: dict[str, Json] | None = None
    """The machine's state, when this run continues an earlier one (continue-as-new)."""
    segments: bool = True
    together: bool = False
    """Whether the run opens, and where it can closes, in the local activity of its steps (ADR 0021). Earlier runs did not."""
    continue_after: int = 2_000
    """Events after which a run continues as new, so that replay stays under 0.7 s (DECISIONS.md 14)."""
    witnessed: tuple[int, ...] = ()
    """Of an earlier run: journal numbers of local results that no answered call has reported yet."""
    rehearsal: tuple[dict[str, Json], ...] | None = None
    """What people and the world outside do, and when: this run is a rehearsal, in a time of its own."""


class Opening(Message):
    """First local activity: verifies the passport, admits the run, records ``saga.started``."""

    tenant: str
    execution_id: str
    intent: str
    intent_id: str = ""
    session_id: str | None = None
    solution: str | None = None
    plan_digest: str
    definition: str
    run_id: str
    task: str
    listens: tuple[str, ...] = ()
    continued: bool = False
    suspended: bool = False
    """Whether the run that this one continues was suspended, and so is this one."""


class Opened(Message):
    """The opening's answer: durable time, and the outcome if this execution had already closed."""

    at: datetime
    closed: "Closing | None" = None


class StepCall(Message):
    """One call of a capability, as the interpreter schedules it."""

    tenant: str
    execution_id: str
    capability: str
    """``name@version``, linked."""
    arguments: Json = None
    path: str
    name: str = ""
    effect_key: str
    kind: Literal["do", "undo"] = "do"
    now: datetime
    intent: str = ""
    session_id: str | None = None
    solution: str | None = None
    purpose: str = "operate"
    plan_digest: str
    task: str = ""
    """Temporal workflow task that a local step runs in (``run_id/started_event_id``); empty for activities."""
    scheduled: str = ""
    """The workflow task that asks for an activity, in the same form: a closing by an earlier one is then no longer taken."""
    output_as: Json = None
    """An ``output.as`` that reads only ``.``: evaluated in the activity, so that a large raw result never travels."""
    grant_key: str | None = None
    """For an undo: the effect key of the step that owes it."""
    undo: str | None = None
    """The compensation that the definition declares for this step, in place of its contract's."""
    told: tuple[dict[str, Json], ...] = ()
    """Lifecycle events of the run that leave with this step: type and data."""
    witnessed: tuple[int, ...] = ()
    """Journal numbers (``StepResult.seq``) of local results that history holds and that no answered call has reported yet:
    for an activity all of them, for local work those of earlier workflow tasks. The surface publishes their events."""


class StepResult(Message):
    """How a step ended: an output or a problem, at a durable time."""

    path: str
    call_id: str = ""
    """The machine's name for the call: the path, with ``/undo`` behind it for an undo."""
    output: Json = None
    problem: Problem | None = None
    at: datetime
    seq: int = 0
    undo: str | None = None
    """The linked undo capability that this success now owes."""
    cost: dict[str, float] = {}
    """What the step has used, by unit, as its capability says."""


class SagaAbout(Message):
    """What every step of one saga has in common."""

    tenant: str
    execution_id: str
    intent: str = ""
    session_id: str | None = None
    solution: str | None = None
    purpose: str = "operate"


class SegmentCall(Message):
    """A run of consecutive local steps: the machine's state; the plan is found by digest in this process."""

    saga: SagaAbout
    state: dict[str, Json]
    """With ``opening``: ``{"input": …}``, what the machine begins with."""
    plan_digest: str
    task: str
    witnessed: tuple[int, ...] = ()
    """As in ``StepCall``: those of earlier workflow tasks."""
    opening: Opening | None = None
    """The run begins with this segment: the opening is written before its steps, in their transaction."""
    ends: bool = False
    """Nothing else is under way: where the run ends with this segment's steps, the closing is written behind them."""


class SegmentResult(Message):
    """What the segment's steps gave, in the order they ran; the workflow feeds them to its own machine."""

    results: tuple[StepResult, ...] = ()
    budget_spent: bool = False
    opened: Opened | None = None
    """The answer to the opening, where there was one."""
    ended: "Closed | None" = None
    """The closing that was written behind these steps: the run has ended."""
    closed: "Closing | None" = None
    """This execution has closed already: end with this outcome."""


class Closing(Message):
    """The closing row is the decision: UNIQUE(execution, closed) (DECISIONS.md 12)."""

    tenant: str
    execution_id: str
    status: Literal["completed", "faulted", "cancelled"]
    compensation: Literal["none", "compensated", "partial"] = "none"
    output: Json = None
    problem: Problem | None = None
    run_id: str = ""
    task: str = ""
    steps: int = 0
    """Live steps in this execution's history, do and undo."""
    owed: tuple[str, ...] = ()
    """Paths whose undo failed or is impossible: open items in the work queue."""
    paths: tuple[str, ...] = ()
    """Witnessed local effect paths of the last task, so that the closing record can void the others."""
    told: tuple[dict[str, Json], ...] = ()
    """Lifecycle events of the run that leave with its end."""
    witnessed: tuple[int, ...] = ()
    """As in ``StepCall``, this task's included: beside ``paths`` another way to name the local rows that stand."""
    telling: bool = True
    """Whether the problem's type and title are words of the platform or of the definition itself. What an expression has computed
    is data: neither an event nor Temporal's own error type repeats it."""


class Closed(Message):
    """The closing's answer: what stands (an earlier closing wins), and the decision chain's head for the history."""

    closing: Closing
    head: str = ""
    length: int = 0
    at: datetime


Opened.model_rebuild()
SegmentResult.model_rebuild()


DOOR = "Door"
"""The workflow that a schedule starts, and (in lower case) its one activity: it submits an intent as a service principal."""


class Knock(Message):
    """What a schedule submits, again and again; the key of each submit is binding + nominal time (DECISIONS.md 10)."""

    tenant: str
    solution: str
    binding: str
    intent: str
    payload: dict[str, Json] | list[Json] = {}
    nominal: datetime | None = None
    """When this knock was due; the workflow fills it in where nobody has."""
    round: str = ""
    """What the knock is for, where it is not its time: a set of events."""
