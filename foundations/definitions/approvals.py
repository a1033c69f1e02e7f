"""What an approval says: read from a call's ``with``, whether written out in the definition or computed in the run. Pure.

call: approval:1.0.0@default
with:
  title: Pay this claim?
  show: ${ {claim: .id, amount: .amount} }          # what the person sees, bound to the decision by its digest
  form: {type: object, required: [reason], properties: {reason: {type: string}}}     # what an approving person fills in
  roles: [claims-supervisor]                          # or assignees: [usr_…]; nobody named: whoever policy lets decide
  quorum: 2                                           # approvals of different people; one rejection rejects
  escalate: [{after: P1D, roles: [claims-manager]}]   # who may decide as well, from then on
  timeout: P3D
  onTimeout: reject                                   # or fault: an error of type timeout; a timeout never approves
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import jsonschema_rs

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.language.errors import DomainError, Invalid
from symphainy.foundations.language.model import Json, Message

KEYS = frozenset(["title", "show", "form", "assignees", "roles", "quorum", "escalate", "timeout", "onTimeout"])
CHOICES = ("approve", "reject")
LARGEST_QUORUM = 100
MOST_ESCALATIONS = 10


class Escalation(Message):
    """From ``after`` on (counted from the start of the task), these may decide as well."""

    after: timedelta
    approvers: tuple[str, ...]


class Terms(Message):
    """An approval's terms. ``approvers``: ``role:<name>`` and ``user:<id>``; empty: whoever policy lets decide."""

    title: str = ""
    show: Json = None
    form: dict[str, Json] | None = None
    approvers: tuple[str, ...] = ()
    quorum: int = 1
    escalations: tuple[Escalation, ...] = ()
    timeout: timedelta | None = None
    on_timeout: Literal["reject", "fault"] = "reject"


def terms(given: Json) -> Terms:
    """The terms in a call's ``with``; Invalid says what is wrong with the first fault.

    >>> terms({"title": "Pay?", "roles": ["boss"], "timeout": "P3D"}).approvers
    ('role:boss',)
    """
    for name, fault in faults(given):
        raise Invalid(f"the approval's {name} {fault}" if name else f"the approval {fault}", code="approval")
    assert isinstance(given, dict)
    return Terms(
        title=given.get("title", ""), show=given.get("show"), form=given.get("form"), approvers=_approvers(given),
        quorum=given.get("quorum", 1), timeout=parse_duration(given["timeout"]) if "timeout" in given else None,
        on_timeout=given.get("onTimeout", "reject"),
        escalations=tuple(
            Escalation(after=parse_duration(level["after"]), approvers=_approvers(level)) for level in given.get("escalate", [])
        ),
    )  # fmt: skip


def faults(given: Json, *, known: Any = lambda value: True) -> Iterator[tuple[str, str]]:
    """(key, what is wrong with it) of each fault. ``known``: whether a value is written out, not an expression to come."""
    if not isinstance(given, dict):
        yield "", "needs a map under 'with'"
        return
    for key in given:
        if key not in KEYS:
            yield key, f"is no word of an approval: it knows {', '.join(sorted(KEYS))}"
    for key, check in _CHECKS.items():
        if key in given and known(given[key]) and (fault := check(given[key], known)) is not None:
            yield key, fault
    if given.get("onTimeout") == "fault" and "timeout" not in given:
        yield "onTimeout", "says what a timeout does, and there is no timeout"


def fault_of_value(form: dict[str, Json] | None, choice: str, value: Json) -> str | None:
    r"""What is wrong with a decision's value; a form is filled in by who approves.

    >>> fault_of_value({"required": ["reason"]}, "approve", {})
    'the form: "reason" is a required property'
    >>> fault_of_value({"required": ["reason"]}, "reject", None)
    """
    if choice not in CHOICES:
        return f"the choice is {' or '.join(CHOICES)}"
    if form is None or choice == "reject":
        return None
    error = next(iter(jsonschema_rs.validator_for(form).iter_errors(value)), None)
    if error is None:
        return None
    where = "".join(f"/{part}" for part in error.instance_path)
    return f"the form{f' at {where}' if where else ''}: {error.message}"


def _approvers(given: dict[str, Any]) -> tuple[str, ...]:
    named = [f"role:{role}" for role in given.get("roles", [])] + [f"user:{who}" for who in given.get("assignees", [])]
    return tuple(dict.fromkeys(named))


def _text(value: Any, known: Any) -> str | None:
    return None if isinstance(value, str) and len(value) <= 500 else "is a text of at most 500 characters"


def _names(value: Any, known: Any) -> str | None:
    fits = (
        isinstance(value, list) and len(value) <= 100 and all(isinstance(n, str) and 0 < len(n) <= 128 for n in value)
    )
    return None if fits else "is a list of names"


def _quorum(value: Any, known: Any) -> str | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_QUORUM
    return None if fits else f"is a whole number from 1 to {LARGEST_QUORUM}"


def _time(value: Any, known: Any) -> str | None:
    try:
        return None if parse_duration(value) else "is zero"
    except DomainError as error:
        return f"is no duration: {error}"


def _default(value: Any, known: Any) -> str | None:
    return None if value in ("reject", "fault") else "is reject or fault: a timed-out approval never approves"


def _form(value: Any, known: Any) -> str | None:
    if not isinstance(value, dict):
        return "is a JSON Schema"
    foreign = next((ref for ref in _refs(value) if not ref.startswith("#")), None)
    if foreign is not None:
        return f"refers to {foreign}, which is not followed"
    try:
        jsonschema_rs.validator_for(value)
    except Exception as error:  # the library raises several kinds for a schema that it cannot compile
        return f"is no JSON Schema: {str(error).splitlines()[0][:160]}"
    return None


def _levels(value: Any, known: Any) -> str | None:
    if not isinstance(value, list) or len(value) > MOST_ESCALATIONS:
        return f"is a list of at most {MOST_ESCALATIONS} levels"
    for level in value:
        if not isinstance(level, dict) or "after" not in level or not set(level) <= {"after", "roles", "assignees"}:
            return "has levels like {after: P1D, roles: [manager]}"
        if known(level["after"]) and (fault := _time(level["after"], known)) is not None:
            return f"has a level whose 'after' {fault}"
        if not any(name in level for name in ("roles", "assignees")):
            return "has a level without roles or assignees"
        for name in ("roles", "assignees"):
            if name in level and known(level[name]) and (fault := _names(level[name], known)) is not None:
                return f"has a level whose {name} {fault}"
    return None


_CHECKS = {
    "title": _text, "form": _form, "assignees": _names, "roles": _names, "quorum": _quorum, "escalate": _levels,
    "timeout": _time, "onTimeout": _default,
}  # fmt: skip


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in ("$ref", "$dynamicRef") and isinstance(item, str):
                yield item
            else:
                yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
