"""A scenario: what goes in, what capabilities answer, what people decide, what comes in from outside, and what is expected of it.

``docs/rehearsal.md`` is its reference.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.yaml12 import escape, load
from symphainy.foundations.language.contract import Contract, Effects
from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json, Message

REQUESTER = "requester"
"""Who submits, unless the scenario says who."""
Ref = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+(@\d+(\.\d+){0,2})?$")]


def _duration(value: Any) -> Any:
    try:
        parse_duration(value)
    except DomainError as error:
        raise ValueError(str(error)) from None
    return value


def _instant(value: Any) -> Any:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, datetime) and moment.tzinfo is None:
        raise ValueError("an instant needs its zone, as in 2026-01-05T09:00:00Z")
    return moment


Duration = Annotated[str | dict[str, int], BeforeValidator(_duration)]


class _Strict(Message):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Failure(_Strict):
    """An error that a capability answers with."""

    status: Annotated[int, Field(ge=400, le=599)] = 500
    title: str = "Failed"
    type: str = "runtime"
    """The name of a standard error, or a URI."""
    detail: str = ""
    code: str | None = None


class Answer(_Strict):
    """One answer: an output (values may be expressions over the call's arguments), or an error; ``takes`` is time of the rehearsal."""

    output: Json = None
    error: Failure | None = None
    takes: Duration = "PT0S"

    @model_validator(mode="after")
    def _one(self) -> "Answer":
        if self.error is not None and (self.output is not None or self.takes != "PT0S"):
            raise ValueError("an error comes alone, and at once: give it neither output nor takes")
        return self


class Declared(_Strict):
    """A capability that exists in this rehearsal only: its contract, for whoever has not built it yet."""

    input: dict[str, Json] = {}
    output: dict[str, Json] = {}
    effects: Effects | None = None
    undo: Ref | None = None
    title: str = ""

    def contract(self, ref: str) -> Contract:
        """As the Curator would have it, owned by ``rehearsal``."""
        name, _, version = ref.partition("@")
        return Contract(
            name=name, version=version or "1", owner="rehearsal", title=self.title, input=self.input, output=self.output,
            effects=self.effects, undo=self.undo, determinism="effectful" if self.effects else "deterministic",
        )  # fmt: skip


class Decision(_Strict):
    """A person decides a task, ``after`` it was opened. ``refused``: the platform is expected to turn this one away."""

    task: str | None = None
    by: str
    choice: Literal["approve", "reject"]
    value: Json = None
    after: Duration = "PT0S"
    refused: bool = False


class Incoming(_Strict):
    """A CloudEvent comes in, ``after`` the run began."""

    event: dict[str, Json]
    after: Duration = "PT0S"


class Expect(_Strict):
    """What must come out. What is left out is not looked at; of maps only the keys that are named."""

    status: Literal["completed", "faulted", "cancelled"] | None = None
    compensation: Literal["none", "compensated", "partial"] | None = None
    output: Json = None
    error: dict[str, Json] | None = None
    path: tuple[str, ...] | None = None
    """Paths of the tasks that called something, in order."""
    undone: tuple[str, ...] | None = None
    """Paths whose effects were taken back, in order."""
    owed: tuple[str, ...] | None = None
    coverage: Annotated[int, Field(ge=0, le=100)] | None = None
    """Least percentage of branches."""


class Scenario(_Strict):
    """One rehearsal."""

    name: str = ""
    intent: str = "rehearsal"
    input: dict[str, Json] = {}
    start: Annotated[datetime | None, BeforeValidator(_instant)] = None
    as_: str = Field(default=REQUESTER, alias="as")
    people: dict[str, tuple[str, ...]] = {}
    """Who takes part, with the roles they have."""
    capabilities: dict[Ref, Declared] = {}
    mocks: dict[str, Json] = {}
    """Capability, or name of a task → its output, every time."""
    answers: dict[str, Annotated[tuple[Answer, ...], Field(min_length=1)]] = {}
    """The same, one answer after the other; the last one repeats."""
    decisions: tuple[Decision, ...] = ()
    events: tuple[Incoming, ...] = ()
    cancel: Duration | None = None
    """Cancel the run after this long."""
    expect: Expect = Expect()

    @model_validator(mode="after")
    def _whole(self) -> "Scenario":
        if twice := sorted(set(self.mocks) & set(self.answers)):
            raise ValueError(f"{twice[0]} stands under mocks and under answers: keep one")
        return self

    @property
    def everybody(self) -> dict[str, tuple[str, ...]]:
        """Everyone who is named, with roles: whoever requests is a member, whoever decides an operator, unless it is said."""
        named = {self.as_: ("member",)} | {d.by: ("operator",) for d in self.decisions if d.by != self.as_}
        return named | self.people

    def cues(self) -> tuple[dict[str, Json], ...]:
        """What happens on its own, for the run's start."""
        made: list[dict[str, Json]] = [
            {"do": "event", "by": self.as_, "after": e.after, "event": {"id": f"event-{n}", **e.event}}
            for n, e in enumerate(self.events, 1)
        ]
        made += [{"do": "decide", **d.model_dump(mode="json")} for d in self.decisions]
        if self.cancel is not None:
            made.append({"do": "cancel", "by": self.as_, "after": self.cancel})
        return tuple(made)

    def answer(self, keys: tuple[str, ...], count: int) -> Answer | None:
        """The answer for the first of these names that the scenario knows; ``count``: how many were given under it before."""
        for key in keys:
            if key in self.mocks:
                return Answer(output=self.mocks[key])
            if key in self.answers:
                return self.answers[key][min(count, len(self.answers[key]) - 1)]
        return None


def load_scenario(text: str, *, file: str = "") -> tuple[Scenario | None, tuple[Diagnostic, ...]]:
    """A scenario out of YAML or JSON, or what is wrong with it and where.

    >>> load_scenario("decisions: [{by: ann, choice: maybe}]", file="s.yaml")[1][0].pointer
    '/decisions/0/choice'
    """
    report = Report(load(text, file=file))
    if not report.failed():
        try:
            return Scenario.model_validate(report.source.value), report.sorted()
        except ValidationError as error:
            for fault in error.errors(include_input=False, include_url=False, include_context=False):
                place = [part for part in fault["loc"] if part not in ("str", "dict[str,int]", "function-before")]
                pointer = "".join(f"/{escape(part)}" for part in place)
                said = fault["msg"].removeprefix("Value error, ")
                report.at("SCN001", pointer, f"{'.'.join(str(p) for p in place) or 'the scenario'}: {said}")
    return None, report.sorted()
