"""The error tree.

    SymphainyError                       retry  fault       status
    ├── PlatformError                    -      platform    500
    │   ├── Unavailable                  yes    platform    503   a dependency is away: try again
    │   ├── Defect                       no     platform    500   we are wrong: a bug, a broken invariant
    │   └── OutcomeUnknown               no     platform    502   an effect was sent and nobody knows how it ended
    ├── DomainError                      no     caller      400   a capability's own, declared refusal
    │   ├── Invalid                      no     caller      422   the input has the wrong shape or value
    │   ├── NotFound                     no     caller      404   also: exists, but for another tenant
    │   ├── Conflict                     no     caller      409
    │   ├── TooLarge                     no     caller      413
    │   ├── Answered                     no     caller      theirs   a server outside answered with an error, or not at all
    │   ├── Failed                       no     caller      500   a program, an agent or a tool was run and has failed
    │   ├── Overdue                      no     caller      408   it took longer than it was given
    │   └── Refused                      no     caller      403   policy said no; ``remedy`` says what would help
    │       ├── Unauthenticated          no     caller      401
    │       └── RateLimited              yes    caller      429   ``retry_after`` in seconds
    └── AgentError                       no     agent       502   an agent gave no usable artifact
        └── Ungrounded                   no     agent       502   a citation did not resolve

Three questions only: does a retry help, whose fault is it, which HTTP status.
"""

from typing import Any, ClassVar, Literal

from symphainy.foundations.language.model import Json, Message

ERROR_BASE = "https://open-workflow-specification.org/spec/1.0.0/errors/"
"""Base of the standard OWS error types (DSL.md 1.7)."""

Fault = Literal["platform", "caller", "agent"]


class Problem(Message):
    """An error as data: RFC 9457 (and OWS) fields, plus ours. Crosses every wire in this one form."""

    type: str
    status: int
    title: str
    detail: str = ""
    instance: str | None = None
    code: str | None = None
    remedy: str | None = None
    retryable: bool = False
    extra: dict[str, Json] = {}


class SymphainyError(Exception):
    """Anything this platform raises on purpose; catch it to tell our errors from Python's.

    >>> Refused("no right", remedy="ask an administrator").problem().status
    403
    """

    retry: ClassVar[bool] = False
    fault: ClassVar[Fault] = "platform"
    status: ClassVar[int] = 500
    kind: ClassVar[str] = "runtime"

    def __init__(self, detail: str, *, code: str | None = None, remedy: str | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail, self.code, self.remedy, self.extra = detail, code, remedy, extra

    def problem(self, instance: str | None = None) -> Problem:
        """This error as data; ``type`` is the standard OWS one nearest to it."""
        title = "".join(f" {c.lower()}" if c.isupper() else c for c in type(self).__name__).strip().capitalize()
        return Problem(
            type=ERROR_BASE + self.kind, status=self.status, title=title, detail=self.detail, instance=instance,
            code=self.code or _code(type(self).__name__), remedy=self.remedy, retryable=self.retry, extra=self.extra,
        )  # fmt: skip


class PlatformError(SymphainyError):
    """The platform's fault."""


class Unavailable(PlatformError):
    """A dependency is away; the same call may succeed later."""

    retry, status, kind = True, 503, "communication"


class Defect(PlatformError):
    """A broken invariant: never caught, always reported."""


class OutcomeUnknown(PlatformError):
    """An effect was sent to a receiver that cannot deduplicate, and no reply came (DECISIONS.md 5)."""

    status, kind = 502, "communication"


class DomainError(SymphainyError):
    """A capability's declared refusal: only the definition's ``catch`` may repeat it."""

    fault, status = "caller", 400


class Invalid(DomainError):
    """The input is of the wrong shape or value; nothing was done."""

    status, kind = 422, "validation"


class NotFound(DomainError):
    """There is no such thing, or it is another tenant's: the two are not told apart."""

    status = 404


class Conflict(DomainError):
    """It clashes with what is already there."""

    status = 409


class TooLarge(DomainError):
    """A value over its limit; the message names the field and the limit."""

    status, kind = 413, "validation"


class Answered(DomainError):
    """A server outside answered with an error; ``answer`` is the status it gave, 500 when it gave none (OWS: communication)."""

    kind = "communication"

    def __init__(self, detail: str, *, answer: int = 500, title: str = "", **more: Any) -> None:
        super().__init__(detail, **more)
        self.answer, self.title = answer, title

    def problem(self, instance: str | None = None) -> Problem:
        """With the server's own status."""
        made = super().problem(instance)
        return made.model_copy(update={"status": self.answer, "title": self.title or "Communication error"})


class Failed(DomainError):
    """A program, an agent or a tool that was run has failed by its own account (OWS: runtime)."""

    status = 500


class Overdue(DomainError):
    """It took longer than it was given, and was ended (OWS: timeout)."""

    status, kind = 408, "timeout"


class Refused(DomainError):
    """Policy said no."""

    status, kind = 403, "authorization"


class Unauthenticated(Refused):
    """No or no valid identity."""

    status, kind = 401, "authentication"


class RateLimited(Refused):
    """Too many; ``extra['retry_after']`` is in seconds."""

    retry, status = True, 429


class AgentError(SymphainyError):
    """An agent gave no usable artifact."""

    fault, status = "agent", 502


class Ungrounded(AgentError):
    """A claim whose citation does not resolve."""


def _code(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() and i else c.lower() for i, c in enumerate(name))


def from_problem(problem: Problem) -> SymphainyError:
    """The error a problem came from, as near as its ``code`` tells."""
    known = {_code(c.__name__): c for c in _tree(SymphainyError)}
    cls = known.get(problem.code or "", DomainError)
    return cls(problem.detail or problem.title, code=problem.code, remedy=problem.remedy, **problem.extra)


def rebuilt(problem: Problem) -> SymphainyError:
    """The error of a problem, by its code, or by its status where the code is a capability's own."""
    error = from_problem(problem)
    if error.status != problem.status:
        named = {
            401: "unauthenticated",
            403: "refused",
            404: "not_found",
            409: "conflict",
            413: "too_large",
            422: "invalid",
        }
        named |= {429: "rate_limited", 502: "outcome_unknown", 503: "unavailable", 500: "defect"}
        code = named.get(problem.status, "domain_error")
        error = from_problem(problem.model_copy(update={"code": code}))
        error.code = problem.code
    return error


def _tree(root: type[SymphainyError]) -> list[type[SymphainyError]]:
    return [root, *(leaf for child in root.__subclasses__() for leaf in _tree(child))]
