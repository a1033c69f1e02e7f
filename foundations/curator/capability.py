"""``@capability``: all that a builder writes on a typed function. It marks; it registers nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from inspect import getdoc, signature
from typing import Any, TypeVar

from pydantic import BaseModel

from symphainy.foundations.curator.schema import schema_of
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.contract import Contract, Determinism, Duration, Effects, Verb
from symphainy.foundations.language.errors import Defect

Function = TypeVar("Function", bound=Callable[..., Any])
_NAME = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
_VERSION = re.compile(r"^\d+(\.\d+){0,2}$")
_MARK = "__capability__"


@dataclass(frozen=True)
class Capability:
    """A marked function with its contract and the models that check what goes in and comes out."""

    contract: Contract
    input: type[BaseModel]
    output: type[BaseModel]
    function: Callable[..., Any]


def capability(
    name: str,
    *,
    version: str = "1",
    input: type[BaseModel],
    output: type[BaseModel],
    determinism: Determinism = "deterministic",
    duration: Duration = "long",
    effects: Effects | None = None,
    undo: str | None = None,
    realm: str | None = None,
    title: str = "",
    agent: bool = False,
    action: Verb = "run",
    interruptible: bool = False,
    admission: str = "",
    classes: tuple[str, ...] = (),
    start_to_close: timedelta | None = None,
    schedule_to_close: timedelta | None = None,
) -> Callable[[Function], Function]:
    """Mark ``def f(step: Step[In]) -> Outcome[Out] | Out`` (sync or async) as a capability.

    ``realm`` is the owner, by default the part of ``name`` before the first dot; the docstring becomes the description.
    ``action`` is the right that running it takes, where ``run`` is too little (deploying from a saga is deploying).
    Raises Defect where the declaration contradicts itself, at import, so that a broken contract never starts.

    >>> class Text(BaseModel):
    ...     text: str
    >>> @capability("demo.shout", input=Text, output=Text, duration="short")
    ... def shout(step):
    ...     "Say it louder."
    ...     return Text(text=step.input.text.upper())
    >>> mark_of(shout).contract.ref, mark_of(shout).contract.mode
    ('demo.shout@1', 'local')
    """
    times = {"start_to_close": start_to_close, "schedule_to_close": schedule_to_close}

    def mark(function: Function) -> Function:
        description = getdoc(function) or ""
        contract = Contract(
            name=name,
            version=version,
            owner=realm or name.partition(".")[0],
            title=title or description.partition("\n")[0].rstrip("."),
            description=description,
            input=schema_of(input, "validation"),
            output=schema_of(output, "serialization"),
            determinism=determinism,
            duration=duration,
            effects=effects,
            undo=undo,
            agent=agent,
            action=action,
            interruptible=interruptible,
            admission=admission,
            classes=classes,
            **{key: value for key, value in times.items() if value is not None},
        )
        _consistent(contract, output, function)
        setattr(function, _MARK, Capability(contract, input, output, function))
        return function

    return mark


def mark_of(function: Callable[..., Any]) -> Capability:
    """The mark of a decorated function; Defect when it has none."""
    mark = getattr(function, _MARK, None)
    if not isinstance(mark, Capability):
        raise Defect(f"{getattr(function, '__qualname__', function)!s} is not a capability: put @capability(…) on it.")
    return mark


def _consistent(contract: Contract, output: type[BaseModel], function: Callable[..., Any]) -> None:
    """Refuse a declaration that contradicts itself."""
    where = f"capability {contract.ref}"
    if not _NAME.match(contract.name):
        raise Defect(f"{where}: a name is <owner>.<verb> in lower case, as in content.parse.")
    if not _VERSION.match(contract.version):
        raise Defect(f"{where}: a version is one to three numbers, as in 1 or 1.2.0.")
    if len(signature(function).parameters) != 1:
        raise Defect(f"{where}: the function takes exactly one parameter, its Step.")
    if (contract.determinism == "effectful") != (contract.effects is not None):
        raise Defect(f"{where}: determinism='effectful' and effects=Effects(…) go together; give both or neither.")
    if contract.undo and contract.effects is None:
        raise Defect(f"{where}: only an effectful capability has something to undo; drop undo or declare effects.")
    if contract.agent and contract.effects is not None:
        raise Defect(f"{where}: an agent has no side effects; let it propose, and let a saga act.")
    if contract.agent and not issubclass(output, ReasonedArtifact):
        raise Defect(f"{where}: an agent's output is a ReasonedArtifact.")
    if not contract.agent and contract.determinism in ("grounded", "expert"):
        raise Defect(f"{where}: determinism={contract.determinism!r} is an agent's; set agent=True or choose another.")
