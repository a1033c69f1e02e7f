"""Bindings of a solution: where its intents can be met, and who outside is told what came of them."""

import re
from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from symphainy.foundations.definitions.diagnostics import did_you_mean
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json, Message

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
IntentType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=128)]
EventType = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*(\.\*)?$", max_length=128)]
"""A type of event, or a noun with ``.*``."""
ENDINGS = ("execution.completed", "execution.faulted", "execution.cancelled", "execution.terminated")
"""What an outgoing webhook is told of when it does not say: how a run ended."""


class Strict(Message):
    """A part of a document: no unknown key, no value of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Binding(Strict):
    """One experience of a solution: where an intent can be met, or, for an outgoing webhook, who hears of it."""

    surface: Literal["rest", "schedule", "chat", "outgoing-webhook"]
    name: Name
    intent: IntentType
    path: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9/_{}.-]*$", max_length=200)] | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    every: str | None = None
    cron: Annotated[str, StringConstraints(max_length=200)] | None = None
    payload: dict[str, Json] = {}
    """What a schedule submits."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    """Outgoing webhook: where to."""
    events: list[EventType] = Field(default=[], max_length=50)
    """Outgoing webhook: which events of the intent's runs; how they end, when it is empty."""
    result: bool = False
    """Outgoing webhook: whether the run's output goes along, if it fits."""
    secret: Annotated[str, StringConstraints(pattern=r"^[a-z](_?[a-z0-9]){0,60}$")] | None = None
    """Outgoing webhook: the name of the secret that signs, never the secret."""


def check_bindings(report: Report, bindings: Sequence[Binding], intents: Collection[str]) -> None:
    """What no single binding shows: intents that there are, names and routes that are given once, and what each surface needs."""
    names: dict[tuple[str, str], int] = {}
    routes: dict[tuple[str, str], int] = {}
    for i, binding in enumerate(bindings):
        at = f"/bindings/{i}"
        _intent(report, at, binding, intents)
        if names.setdefault((binding.surface, binding.name), i) != i:
            report.at("SOL004", f"{at}/name", f"two {binding.surface} bindings are named '{binding.name}'", value=True)
        if binding.surface == "rest":
            route = re.sub(r"\{[^}]*\}", "{}", (binding.path or f"/{binding.name}").rstrip("/"))
            if routes.setdefault((binding.method, route), i) != i:
                report.at("SOL004", at, f"two bindings answer {binding.method} {binding.path or '/' + binding.name}")
        _schedule(report, at, binding)
        _hooks(report, at, binding)


def _intent(report: Report, at: str, binding: Binding, intents: Collection[str]) -> None:
    if binding.intent not in intents:
        hint = did_you_mean(binding.intent, intents)
        report.at("SOL003", f"{at}/intent", f"the solution has no intent '{binding.intent}'{hint}", value=True)


def _schedule(report: Report, at: str, binding: Binding) -> None:
    timed = binding.every is not None or binding.cron is not None
    if timed != (binding.surface == "schedule") or (binding.every is not None and binding.cron is not None):
        report.at("SOL001", at, "a schedule binding has 'every' or 'cron', and no other binding has")
    if binding.every is not None:
        check_duration(report, f"{at}/every", binding.every)
    if binding.cron is not None and not 5 <= len(binding.cron.split()) <= 7 and not binding.cron.startswith("@"):
        report.at(
            "SOL001", f"{at}/cron", "a cron expression has five fields: minute hour day month weekday", value=True
        )


def _hooks(report: Report, at: str, binding: Binding) -> None:
    outgoing = binding.surface == "outgoing-webhook"
    if outgoing != (binding.url is not None) or (binding.events or binding.result) and not outgoing:
        report.at(
            "SOL001", at, "an outgoing-webhook binding has a 'url', and no other binding has 'url', 'events', 'result'"
        )
    if outgoing != (binding.secret is not None):
        report.at("SOL001", at, "an outgoing-webhook binding names a 'secret', and no other binding does")


def check_duration(report: Report, at: str, value: str) -> None:
    """A duration that is one, and not zero."""
    try:
        if not parse_duration(value):
            report.at("DOC005", at, "the duration is zero", value=True)
    except DomainError as error:
        report.at("DOC005", at, str(error), value=True)
