"""Bindings of a solution: where its intents can be met, and who outside is told what came of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from symphainy.foundations.definitions import schedule
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

    surface: Literal["rest", "schedule", "chat", "webhook", "outgoing-webhook"]
    name: Name
    intent: IntentType
    path: Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9/_{}.-]*$", max_length=200)] | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    every: str | None = None
    cron: Annotated[str, StringConstraints(max_length=200)] | None = None
    after: str | None = None
    """Schedule: how long after the end of one run the next one starts."""
    payload: dict[str, Json] = {}
    """What a schedule submits, where events do not say it."""
    field: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,63}$")] | None = None
    """Chat: the payload's member that holds what was said; ``text`` when it is not named."""
    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    """Outgoing webhook: where to."""
    events: list[EventType] = Field(default=[], max_length=50)
    """Outgoing webhook: which events of the intent's runs; how they end, when it is empty."""
    result: bool = False
    """Outgoing webhook: whether the run's output goes along, if it fits."""
    secret: Annotated[str, StringConstraints(pattern=r"^[a-z](_?[a-z0-9]){0,60}$", max_length=48)] | None = None
    """Webhooks, in and out: the name of the secret that signs, never the secret."""
    verify: Literal["standard-webhooks", "hmac", "stripe", "github", "slack"] | None = None
    """Webhook: how its sender signs."""

    on: dict[str, Json] | None = None
    """Of a saga's own ``schedule``: the events that start a run; they are its payload, an array."""
    read: Literal["data", "envelope", "raw"] = "data"
    """How those events are read."""

    @property
    def said(self) -> str:
        """Where in the payload a chat puts what was said."""
        return self.field or "text"


WORDS: dict[str, tuple[str, ...]] = {
    "rest": ("path", "method"), "schedule": ("every", "cron", "after", "payload"), "chat": ("field",),
    "webhook": ("verify", "secret"), "outgoing-webhook": ("url", "events", "result", "secret"),
}  # fmt: skip
"""What each surface is told beside its name and its intent."""
_COMMON = {"surface", "name", "intent"}
_OWN = {"on", "read"}
"""What no binding is told: events that start a run are written in the saga itself, where they are checked with it."""
_NEEDED = {"webhook": ("verify", "secret"), "outgoing-webhook": ("url", "secret")}


def check_bindings(report: Report, bindings: Sequence[Binding], intents: Mapping[str, dict[str, Any] | None]) -> None:
    """What no single binding shows: intents that there are, names and routes that are given once, what each surface needs.

    ``intents``: each with the schema of its payload, None where there is none.
    """
    names: dict[tuple[str, str], int] = {}
    routes: dict[tuple[str, str], int] = {}
    for i, binding in enumerate(bindings):
        at = f"/bindings/{i}"
        if binding.intent not in intents:
            hint = did_you_mean(binding.intent, intents)
            report.at("SOL003", f"{at}/intent", f"the solution has no intent '{binding.intent}'{hint}", value=True)
        if names.setdefault((binding.surface, binding.name), i) != i:
            report.at("SOL004", f"{at}/name", f"two {binding.surface} bindings are named '{binding.name}'", value=True)
        if binding.surface == "rest":
            route = re.sub(r"\{[^}]*\}", "{}", (binding.path or f"/{binding.name}").rstrip("/"))
            if routes.setdefault((binding.method, route), i) != i:
                report.at("SOL004", at, f"two bindings answer {binding.method} {binding.path or '/' + binding.name}")
        for word, fault in faults(binding):
            report.at("SOL001", f"{at}/{word}" if word else at, fault, value=bool(word))
        if binding.surface == "schedule":
            _schedule(report, at, binding)
        if binding.surface == "chat":
            _chat(report, at, binding, intents.get(binding.intent))


def faults(binding: Binding) -> list[tuple[str, str]]:
    """What is wrong with a binding by itself, each with the word at fault: what does nothing there, and what lacks ("").

    >>> faults(Binding(surface="chat", name="a", intent="a.b", path="/x"))
    [('path', "'path' does nothing in a chat binding: only a rest binding has it")]
    """
    given = {name for name in binding.model_fields_set if getattr(binding, name) is not None}
    found = [
        (name, f"'{name}' is written in the saga itself, under schedule: {{on: …}}") for name in sorted(given & _OWN)
    ]
    for name in sorted(given - _COMMON - _OWN - set(WORDS[binding.surface])):
        owners = " or ".join(_a(surface) for surface, words in WORDS.items() if name in words)
        found.append((name, f"'{name}' does nothing in {_a(binding.surface)} binding: only {owners} binding has it"))
    lacking = [name for name in _NEEDED.get(binding.surface, ()) if name not in given]
    return found + [("", f"{_a(binding.surface)} binding has a '{name}'") for name in lacking]


def _a(surface: str) -> str:
    return f"an {surface}" if surface[0] in "aeiou" else f"a {surface}"


def _schedule(report: Report, at: str, binding: Binding) -> None:
    if sum(word is not None for word in (binding.every, binding.cron, binding.after)) != 1:
        report.at("SOL001", at, "a schedule binding has either 'every' or 'cron', or 'after'")
    schedule.check_triggers(report, at, binding.model_dump(include={"every", "cron", "after"}))


def _chat(report: Report, at: str, binding: Binding, schema: dict[str, Any] | None) -> None:
    """What is said is all that a chat gives: the intent must take it, and need nothing else."""
    if schema is None:
        return
    taken, needed = schema.get("properties"), [n for n in schema.get("required") or () if n != binding.said]
    if isinstance(taken, dict) and taken and binding.said not in taken:
        texts = [n for n, about in taken.items() if isinstance(about, dict) and about.get("type") == "string"]
        hint = f"; name its 'field', one of {', '.join(texts)}" if texts else ""
        report.at("SOL001", at, f"{binding.intent} takes no '{binding.said}', which is what the chat gives{hint}")
    elif needed:
        message = f"{binding.intent} needs {', '.join(needed)}, and a chat gives only '{binding.said}'"
        report.at("SOL001", f"{at}/intent", message, value=True)


def check_duration(report: Report, at: str, value: str) -> None:
    """A duration that is one, and not zero."""
    try:
        if not parse_duration(value):
            report.at("DOC005", at, "the duration is zero", value=True)
    except DomainError as error:
        report.at("DOC005", at, str(error), value=True)
