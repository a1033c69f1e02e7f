"""What goes over the Solution plane's wire, the same on both sides."""

import base64
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from symphainy.foundations.experience.models import Answer, Asked
from symphainy.foundations.language.contract import Contract, IntentRoute
from symphainy.foundations.language.model import Json

FileName = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*$"
    ),
]
"""A path inside a solution folder: no dots first, no way up."""


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        raise ValueError("not base64") from None
    return value


Base64 = Annotated[str, AfterValidator(_base64)]
"""Bytes in JSON, checked at the door and kept as text."""
VersionName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]*$")]


class DefinitionText(Asked):
    """A definition as its author wrote it."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=1 << 19)]
    file: FileName = "definition.yaml"


class DefinitionGiven(DefinitionText):
    """A definition to be registered."""

    scheduled: bool = True
    """Whether what it says under ``schedule`` is done from now on, where it is the newest version."""


class Finding(Answer):
    """One diagnostic: what, where, and how to mend it."""

    code: str
    severity: Literal["error", "warning", "hint"]
    message: str
    fix: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    pointer: str = ""


class Validation(Answer):
    """What the compiler says. ``digest`` is the plan's, when there is one."""

    valid: bool
    digest: str | None = None
    definition: str | None = None
    diagnostics: tuple[Finding, ...] = ()


class Graph(Answer):
    """A diagram."""

    mermaid: str


class Definition(Answer):
    """A registered version: immutable."""

    namespace: str
    name: str
    version: str
    digest: str
    created_at: datetime | None = None
    created_by: str = ""
    text: str | None = None


class Definitions(Answer):
    """All registered versions."""

    items: tuple[Definition, ...] = ()


class Folder(Asked):
    """A solution folder: path → text."""

    files: Annotated[
        dict[FileName, Annotated[str, StringConstraints(max_length=1 << 19)]], Field(min_length=1, max_length=1_000)
    ]


class Deploy(Asked):
    """Which version to deploy; the newest when none is named."""

    version: VersionName | None = None


class Solution(Answer):
    """A solution as the plane knows it."""

    name: str
    version: str
    digest: str
    title: str = ""
    status: Literal["stored", "deployed"] = "stored"
    intents: dict[str, str] = {}
    """Intent → plan digest."""
    bindings: tuple[Json, ...] = ()
    created_at: datetime | None = None
    diagnostics: tuple[Finding, ...] = ()


class Solutions(Answer):
    """All of a tenant's solutions."""

    items: tuple[Solution, ...] = ()


class Scenarios(Answer):
    """A solution's rehearsals, by file."""

    items: dict[str, str] = {}


class CatalogView(Answer):
    """Capabilities and intent routes in force."""

    digest: str = ""
    contracts: tuple[Contract, ...] = ()
    routes: tuple[IntentRoute, ...] = ()


class PlaneStatus(Answer):
    """The platform in one look: part → what it says of itself."""

    planes: dict[str, Json] = {}
    city: tuple[Json, ...] = ()
    realms: dict[str, Json] = {}
    solutions: tuple[Json, ...] = ()


class WorkItem(Answer):
    """Something that needs a person: an unknown outcome, an undo that failed, a run that is stuck."""

    item_id: str
    kind: str
    execution_id: str
    effect_key: str
    capability: str
    reason: str
    opened_at: datetime


class WorkItems(Answer):
    """Open work items, oldest first."""

    items: tuple[WorkItem, ...]


class Settle(Asked):
    """How to settle a work item. `undone`: a person has taken it back elsewhere; `kept`: it stays, and that is accepted."""

    item_id: Annotated[str, StringConstraints(min_length=1, max_length=1200)]
    resolution: Literal["retry", "undone", "kept"]
    note: Annotated[str, StringConstraints(max_length=500)] = ""


class Settled(Answer):
    """Where the item stands. `execution_id`: the run that retries it; while `state` is open, ask again."""

    item_id: str
    state: Literal["open", "closed"]
    resolution: str
    by: str
    execution_id: str = ""


class LineageEdge(Answer):
    """``target`` came from ``source``."""

    source: str
    target: str
    relation: str


class LineageGraph(Answer):
    """The edges that lead to a value, or away from it, nearest first; at most 2,000."""

    node: str
    direction: Literal["back", "forward"]
    edges: tuple[LineageEdge, ...]


class DecisionRecords(Answer):
    """Decision records of an execution, in the order in which they were chained."""

    items: tuple[Json, ...]


class Member(Asked):
    """What an administrator may change of a user; what is left out stays."""

    roles: Annotated[list[Annotated[str, StringConstraints(max_length=64)]], Field(max_length=20)] | None = None
    state: Literal["enabled", "disabled"] | None = None


class EncodedPayload(Asked):
    """One Temporal payload in its JSON form: everything base64, as the Web UI sends it."""

    metadata: dict[str, Base64] = {}
    data: Base64 = ""


class EncodedPayloads(Asked):
    """The codec protocol's body, both ways."""

    payloads: Annotated[list[EncodedPayload], Field(max_length=1_000)]
