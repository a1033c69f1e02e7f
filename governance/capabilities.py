"""What the city offers by name: small capabilities with owner ``smart_city``, called like any other, through the governed step."""

import asyncio
import json
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field

from symphainy.foundations.curator.capability import capability
from symphainy.foundations.curator.registry import Registry
from symphainy.foundations.definitions import yaml12
from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import IntentRoute
from symphainy.foundations.language.document import SearchHit
from symphainy.foundations.language.errors import Defect, Invalid
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.language.post import Postbox
from symphainy.foundations.language.records import EventDraft
from symphainy.foundations.language.step import Outcome, Step
from symphainy.foundations.public_works.abstractions.outbound_http import OutboundHttp
from symphainy.foundations.public_works.abstractions.secrets import Secrets
from symphainy.governance.bundle import load_bundle
from symphainy.governance.data_steward import classes, personal
from symphainy.governance.post_office.delivery import sender
from symphainy.governance.solution_policies import findings

__all__ = ["Manager"]

OWNER = "smart_city"
T = TypeVar("T")


class Value(Message):
    """Any value; with ``declared``, its JSON Schema."""

    value: Json = None
    declared: dict[str, Json] = {}


class Place(Message):
    """A finding: what kind, and where. Never the value."""

    kind: str
    pointer: str
    start: int
    end: int


class Classified(Message):
    """Declared classes, and personal data found besides."""

    classes: tuple[str, ...]
    findings: tuple[Place, ...]


class Masked(Message):
    """The value with every finding replaced by its kind in brackets."""

    value: Json
    findings: int


class Question(Message):
    """What to look for, in which documents (all, if none is named)."""

    query: str = Field(min_length=1, max_length=2_000)
    limit: int = Field(default=8, ge=1, le=50)
    documents: tuple[str, ...] = ()


class Found(Message):
    """Passages of admitted sources, best first."""

    hits: tuple[SearchHit, ...]


class Announcement(Message):
    """An event in ``noun.past`` form; ids, names and figures only."""

    type: str
    subject: str = ""
    data: dict[str, Json] = {}


class Accepted(Message):
    """What will be published once the step is committed."""

    type: str


class Nothing(Message):
    """No input."""


class Who(Message):
    """For whom this step runs."""

    type: Literal["User", "Service", "Agent"]
    id: str
    tenant: str
    roles: tuple[str, ...]
    purpose: str


class Work(Message):
    """How much of what a saga does. ``price`` is per million tokens."""

    local_steps: int = Field(default=0, ge=0)
    activities: int = Field(default=0, ge=0)
    waits: int = Field(default=0, ge=0)
    tokens: int = Field(default=0, ge=0)
    price: float = Field(default=0.0, ge=0)


class Estimate(Message):
    """Temporal actions (billable units of Temporal Cloud), seconds of the platform's own, money for tokens."""

    actions: int
    seconds: float
    money: float


@capability("data.classify", input=Value, output=Classified, duration="short", realm=OWNER)
def classify(step: Step[Value]) -> Classified:
    """Say which classes of data a value holds: those its schema declares, and personal data found in it."""
    found = personal.find(step.input.value)
    kinds = {f"personal.{f.kind}" for f in found} | classes.declared(step.input.declared)
    places = tuple(Place(kind=f.kind, pointer=f.pointer, start=f.start, end=f.end) for f in found)
    return Classified(classes=tuple(sorted(kinds)), findings=places)


@capability("data.mask", input=Value, output=Masked, duration="short", realm=OWNER)
def mask(step: Step[Value]) -> Masked:
    """Replace e-mail addresses, IBANs and card numbers in a value by their kind."""
    return Masked(value=personal.mask(step.input.value), findings=len(personal.find(step.input.value)))


@capability("knowledge.find", input=Question, output=Found, realm=OWNER)
async def find(step: Step[Question]) -> Found:
    """Search the tenant's admitted sources."""
    asked = step.input
    return Found(hits=tuple(await step.tools.search(asked.query, limit=asked.limit, documents=asked.documents)))


@capability("event.publish", input=Announcement, output=Accepted, duration="short", realm=OWNER)
def publish(step: Step[Announcement]) -> Outcome[Accepted]:
    """Publish an event with this step: it goes out when the step is committed, and only then."""
    said = step.input
    draft = EventDraft(type=said.type, subject=said.subject, data=said.data)
    return Outcome(output=Accepted(type=said.type), events=(draft,))


@capability("identity.who", input=Nothing, output=Who, duration="short", realm=OWNER)
def who(step: Step[Nothing]) -> Who:
    """Say on whose behalf this step runs."""
    principal = step.context.principal
    return Who(
        type=principal.type,
        id=principal.id,
        tenant=principal.tenant,
        roles=principal.roles,
        purpose=step.context.purpose,
    )


@capability("cost.estimate", input=Work, output=Estimate, duration="short", realm=OWNER)
def estimate(step: Step[Work]) -> Estimate:
    """Estimate what a saga costs before it runs.

    Actions: the start, each activity, each timer; local steps are free. Seconds: medians measured on two cores (TEMPORAL.md):
    14 ms for an empty saga, 2.2 ms per local step, 8.4 ms per activity.
    """
    work = step.input
    seconds = 0.014 + 0.0022 * work.local_steps + 0.0084 * work.activities
    return Estimate(
        actions=1 + work.activities + work.waits, seconds=round(seconds, 4), money=work.tokens * work.price / 1_000_000
    )


class Policies(Message):
    """Cedar files, name → text; or a reference to a solution's folder (its files as JSON), of which ``policies/`` counts."""

    policies: dict[str, str] = {}
    folder: ArtifactRef | None = None


class Checked(Message):
    """Files that are in order, and the digest of the bundle whose vocabulary they were held against."""

    files: tuple[str, ...]
    bundle: str


@capability("policy.check", input=Policies, output=Checked, realm=OWNER, title="Check policies")
async def check(step: Step[Policies]) -> Checked:
    """Hold Cedar files against the city's vocabulary. Invalid, with every finding, when one of them does not fit."""
    bundle = load_bundle()
    given = dict(step.input.policies)
    if step.input.folder is not None:
        files = json.loads(await step.tools.read(step.input.folder))
        given |= {name: text for name, text in files.items() if name.startswith("policies/")}
    found = await asyncio.to_thread(_findings, given, bundle.vocabulary)
    if found:
        first = f"{found[0].file}: {found[0].message}"
        raise Invalid(
            f"the policies have {len(found)} faults; the first: {first}", code="policies",
            diagnostics=[d.model_dump(mode="json") for d in found],
        )  # fmt: skip
    return Checked(files=tuple(sorted(given)), bundle=bundle.digest)


def _findings(policies: dict[str, str], vocabulary: str) -> list[Diagnostic]:
    return [found for name in sorted(policies) for found in findings(name, policies[name], vocabulary)]


class Manager:
    """Hands the city's capabilities to the Curator, as a realm's manager does. Without its ports only the contracts count."""

    name = OWNER

    def __init__(
        self, post: Postbox | None = None, http: OutboundHttp | None = None, secrets: Secrets | None = None
    ) -> None:
        self._post, self._http, self._secrets = post, http, secrets

    def register(self, registry: Registry) -> None:
        """The seven that answer, and Post Office's delivery with its saga."""
        for function in (classify, mask, find, publish, who, estimate, check):
            registry.register(function)
        registry.register(sender(lambda: there(self._post), lambda: there(self._http), lambda: there(self._secrets)))
        registry.saga("webhook.deliver", packaged("deliver"))
        registry.route(IntentRoute(intent="webhook.deliver", saga="webhook.deliver", owner=OWNER))


def there(port: T | None) -> T:
    """A port that this process has."""
    if port is None:
        raise Defect("this process has registered the city's capabilities without their ports, and cannot run them")
    return port


def packaged(name: str) -> dict[str, Json]:
    """A saga of the city's own, ``governance/sagas/<name>.yaml``."""
    file = Path(__file__).parent / "sagas" / f"{name}.yaml"
    source = yaml12.load(file.read_text(encoding="utf-8"), file=file.name)
    if source.faults or not isinstance(source.value, dict):
        raise Defect(f"The packaged saga {file.name} cannot be read: {'; '.join(f.message for f in source.faults)}.")
    return source.value
