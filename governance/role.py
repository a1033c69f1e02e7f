"""What a city service is to the chain: a role that overrides ``step`` and/or ``door`` and calls ``next``.

A rule is a pure function that returns a ``Ruling``; ``settle`` writes it into the record and, when it denies under
``enforce``, raises. So every service reads the same: judge, settle, go on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from symphainy.foundations.language.context import Passport
from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.door import Admission, DoorCall
from symphainy.foundations.language.errors import DomainError, PlatformError, Refused
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.records import Record, Ruling
from symphainy.foundations.language.step import Outcome
from symphainy.foundations.language.wire import StepCall

__all__ = ["Enrolment", "GovernedCall", "Inside", "Mode", "Modes", "Role", "settle"]

Mode = Literal["off", "observe", "enforce"]


class Modes(Protocol):
    """How strictly a named switch is applied for a tenant and solution."""

    def mode(self, switch: str, tenant: str, solution: str | None = None) -> Mode:
        """The mode in force now."""
        ...


@dataclass(frozen=True)
class GovernedCall:
    """One step on its way through the city. ``contract`` is None when nothing is registered under the call's name."""

    call: StepCall
    contract: Contract | None
    passport: Passport
    record: Record
    run: Callable[[], Awaitable[Outcome[Any]]]

    @property
    def tenant(self) -> str:
        """The tenant whose step it is."""
        return self.call.tenant

    @property
    def solution(self) -> str | None:
        """The solution it belongs to."""
        return self.call.solution

    @property
    def undo(self) -> bool:
        """Whether this is compensation, which is owed and not requested (DECISIONS.md 9)."""
        return self.call.kind == "undo"


class Enrolment(Message):
    """What a service tells the City Manager of itself at start."""

    service: str
    version: str
    hooks: tuple[str, ...]
    rules: tuple[str, ...]
    offers: tuple[str, ...]


class Role:
    """One city service in the chain; a subclass shows only its one idea.

    >>> class Silent(Role):
    ...     name = "silent"
    >>> Silent().enrolment().hooks
    ()
    """

    name: ClassVar[str] = ""
    version: ClassVar[str] = "1"
    rules: ClassVar[tuple[str, ...]] = ()
    offers: ClassVar[tuple[str, ...]] = ()
    next: "Role"

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Judge and wrap one step."""
        return await self.next.step(call)

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Judge one call from outside; what is granted is handed outwards."""
        return await self.next.door(call, record)

    async def prepare(self, tenant: str) -> None:
        """Load what this service must hold of a tenant before anything of that tenant is judged; Unavailable if it cannot."""

    def enrolment(self) -> Enrolment:
        """Name, version, hooks, rules and offered capabilities."""
        hooks = [
            hook
            for hook, method in (("client", "door"), ("activity", "step"))
            if getattr(type(self), method) is not getattr(Role, method)
        ]
        return Enrolment(
            service=self.name, version=self.version, hooks=tuple(hooks), rules=self.rules, offers=self.offers
        )


class Inside(Role):
    """The innermost end of the chain: the capability itself, or an empty admission."""

    name = "inside"

    async def step(self, call: GovernedCall) -> Outcome[Any]:
        """Run the capability."""
        return await call.run()

    async def door(self, call: DoorCall, record: Record) -> Admission:
        """Everyone agreed."""
        return Admission()


def settle(
    record: Record,
    ruling: Ruling,
    mode: Mode = "enforce",
    error: type[DomainError] | type[PlatformError] = Refused,
    **extra: Json,
) -> None:
    """Write a ruling down; a denial raises ``error`` under ``enforce``, is ``would_deny`` under ``observe``, and nothing when off.

    >>> record = Record()
    >>> settle(record, Ruling(service="s", rule="r", verdict="deny", reason="no"), "observe")
    >>> record.verdict
    'would_deny'
    """
    if mode == "off":
        return
    if ruling.verdict == "deny" and mode == "observe":
        ruling = ruling.model_copy(update={"verdict": "would_deny"})
    record.rulings.append(ruling)
    if ruling.verdict == "deny":
        raise error(ruling.reason, remedy=ruling.remedy, service=ruling.service, rule=ruling.rule, **extra)
