"""``schedule`` of a document: what starts it without being asked. Each of ``every``, ``cron``, ``after`` and ``on`` does by itself."""

from typing import Any

from symphainy.foundations.definitions import cron
from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.expressions import is_expression
from symphainy.foundations.definitions.machine.kinds.listen import filters
from symphainy.foundations.definitions.machine.matching import compiled, types_of
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.yaml12 import escape
from symphainy.foundations.language.errors import DomainError
from symphainy.foundations.language.model import Json

__all__ = ["TRIGGERS", "awaited", "check", "check_triggers", "patterns", "spelled", "triggers"]

TRIGGERS = ("every", "cron", "after", "on")
"""Interval, calendar, delay from the end of one run to the start of the next, events."""


def triggers(document: dict[str, Any]) -> dict[str, dict[str, Json]]:
    """Each trigger of a document with what says it; none for a document without a schedule.

    >>> triggers({"schedule": {"on": {"one": {"with": {"type": "a"}}}, "read": "envelope"}})
    {'on': {'on': {'one': {'with': {'type': 'a'}}}, 'read': 'envelope'}}
    """
    given = document.get("schedule") or {}
    found: dict[str, dict[str, Json]] = {word: {word: given[word]} for word in TRIGGERS if word in given}
    if "on" in found:
        found["on"]["read"] = given.get("read", "data")
    return found


def spelled(about: dict[str, Json]) -> dict[str, Json]:
    """A trigger with its lengths as texts, whichever way the document writes them.

    >>> spelled({"every": {"minutes": 1, "milliseconds": 500}})
    {'every': 'PT60.5S'}
    """
    lengths = {word: parse_duration(about[word]) for word in ("every", "after") if isinstance(about.get(word), dict)}
    texts: dict[str, Json] = {
        word: f"PT{length.total_seconds():.3f}".rstrip("0").rstrip(".") + "S" for word, length in lengths.items()
    }
    return {**about, **texts}


def awaited(on: dict[str, Any]) -> tuple[str, ...]:
    """The types of event that a trigger waits for, sorted; ``*`` where they cannot be named in advance.

    >>> awaited({"any": [{"with": {"type": "b"}}, {"with": {"type": "a"}}]})
    ('a', 'b')
    """
    until = on.get("until")
    found = types_of(filters(on)) | (types_of(filters(until)) if isinstance(until, dict) else set())
    return ("*",) if "*" in found else tuple(sorted(found))


def check(report: Report) -> None:
    """The schedule of the document, which has passed the schema."""
    given = report.source.value.get("schedule")
    if given is None:
        return
    if not any(word in given for word in TRIGGERS):
        report.at("DOC009", "/schedule", "the schedule says nothing: give every, cron, after or on")
    check_triggers(report, "/schedule", given)


def check_triggers(report: Report, at: str, given: dict[str, Any]) -> None:
    """Lengths, cron expressions, patterns of event filters."""
    for word in ("every", "after"):
        if given.get(word) is not None:
            _length(report, f"{at}/{word}", given[word], zero=word == "after")
    if given.get("cron") is not None and (wrong := cron.fault(str(given["cron"]).strip())) is not None:
        report.at("DOC009", f"{at}/cron", f"this is no cron expression: {wrong}", value=True)
    if isinstance(on := given.get("on"), dict):
        patterns(report, f"{at}/on", on)


def patterns(report: Report, at: str, to: dict[str, Any]) -> None:
    """Attributes of event filters may be regular expressions: those that are none are said now."""
    places = [(to, at), *([(to["until"], f"{at}/until")] if isinstance(to.get("until"), dict) else [])]
    for strategy, place in places:
        for number, wanted in enumerate(filters(strategy)):
            for name, value in wanted["with"].items():
                if name == "data" or not isinstance(value, str) or is_expression(value):
                    continue
                try:
                    compiled(value)
                except ValueError as error:
                    where = "one" if "one" in strategy else f"{next(iter(strategy))}/{number}"
                    message = f"this is no pattern: {str(error)[:120]}"
                    report.at("SCH001", f"{place}/{where}/with/{escape(name)}", message, value=True)


def _length(report: Report, at: str, value: Json, *, zero: bool) -> None:
    """A duration that is known before anything runs; an interval is at least a second, or the server would do nothing else."""
    if is_expression(value):
        report.at(
            "DOC005",
            at,
            "a schedule is made before anything runs: an expression has nothing to be asked of",
            value=True,
        )
        return
    try:
        length = parse_duration(value)
    except DomainError as error:
        report.at("DOC005", at, str(error), value=True)
        return
    if not zero and length.total_seconds() < 1:
        report.at("DOC005", at, "an interval is at least one second", value=True)
