"""What goes over the wire between a front end and its client: strict, closed models, the same on both sides."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.document import Span
from symphainy.foundations.language.errors import Problem
from symphainy.foundations.language.model import Json

Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[a-z][a-z0-9_-]*([./:][A-Za-z0-9_.-]+)+$")]
"""An intent's type: ``realm.verb``."""
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Text = Annotated[str, StringConstraints(max_length=32_768)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$")]
Status = Literal["pending", "running", "waiting", "suspended", "completed", "faulted", "cancelled"]
Compensation = Literal["none", "compensated", "partial"]
ErasedWhy = Literal["", "subject", "retention"]


class Asked(BaseModel):
    """Base of what a client sends: nothing is coerced, nothing unknown is swallowed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Answer(BaseModel):
    """Base of what a front end answers. A client ignores members that are newer than itself."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Credentials(Asked):
    """Who logs in, and where."""

    tenant: Slug
    email: Annotated[
        str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+$")
    ]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1_024)]


class Registration(Credentials):
    """A new user; roles are given by an administrator, never asked for."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""


class Accepting(Asked):
    """An invitation, and the password chosen with it."""

    invitation: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1_024)]


class PasswordChange(Asked):
    """The password so far, and another one."""

    old: Annotated[str, StringConstraints(min_length=1, max_length=1_024)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=1_024)]


class Refresh(Asked):
    """The refresh token of a login; it works once."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=4_096)]


class Login(Answer):
    """What a login gives. Times in seconds; one token serves both planes."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    session_id: str
    principal: Principal


class Registered(Answer):
    """A user that now exists."""

    user_id: str
    tenant: str


class Session(Answer):
    """A session, as its owner sees it."""

    session_id: str
    tenant: str
    principal: Principal
    created_at: datetime
    expires_at: datetime


class Submission(Asked):
    """An intent, as it is asked for: a type and a payload, nothing about how."""

    intent: Name
    payload: dict[str, Json] = {}
    source: Literal["ui", "api", "agent", "cli"] = "api"
    solution: Slug | None = None
    purpose: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9_-]*$")] = "operate"
    session_id: Id | None = None


class Links(Answer):
    """Where to go on from here; paths on the same host."""

    execution: str
    result: str
    events: str
    stream: str
    cancel: str

    @classmethod
    def of(cls, execution_id: str) -> "Links":
        """The links of one execution.

        >>> Links.of("exe_1").events
        '/api/execution/exe_1/events'
        """
        base = f"/api/execution/{execution_id}"
        return cls(
            execution=base,
            result=f"{base}/result",
            events=f"{base}/events",
            stream=f"{base}/stream",
            cancel=f"{base}/cancel",
        )


class Accepted(Answer):
    """An intent recorded and on its way (202). ``replayed`` tells that this key had been submitted before."""

    intent_id: str
    execution_id: str
    session_id: str
    key: str
    replayed: bool = False
    links: Links


class StepLine(Answer):
    """One step of an execution, as the journal has it: no values."""

    path: str
    name: str
    capability: str = ""
    kind: str = ""
    status: str = ""
    at: datetime
    seq: int = 0


class Execution(Answer):
    """Where one execution stands. ``steps`` and ``problem`` are told of one execution, not in a list."""

    execution_id: str
    intent: str = ""
    status: Status
    compensation: Compensation = "none"
    solution: str | None = None
    definition: str = ""
    plan_digest: str = ""
    started_at: datetime | None = None
    closed_at: datetime | None = None
    progress: Json = None
    waiting_for: Json = None
    steps: tuple[StepLine, ...] = ()
    problem: Problem | None = None
    workflow_id: str = ""
    run_id: str = ""
    erased: bool = False
    erased_why: ErasedWhy = ""
    links: Links


class Executions(Answer):
    """A page of executions, newest first; ``next`` is the cursor of the page after it."""

    items: tuple[Execution, ...]
    next: str | None = None


class Result(Answer):
    """How an execution ended, or where it stands when it has not (``output`` and ``error`` are then empty)."""

    execution_id: str
    status: Status
    compensation: Compensation = "none"
    output: Json = None
    error: Problem | None = None
    erased: bool = False
    """That it ended, and how, stands; what it gave is gone: whom it was about was erased, or it is past its retention."""
    erased_why: ErasedWhy = ""

    @property
    def closed(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ("completed", "faulted", "cancelled")


class Uploaded(Accepted):
    """A file taken in: its reference, and the intent that works on it."""

    artifact: ArtifactRef


class Search(Asked):
    """A question to the tenant's admitted documents."""

    query: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    limit: Annotated[int, Field(ge=1, le=50)] = 8
    documents: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=128)]], Field(max_length=100)
    ] = []


class Layout(Asked):
    """How a mainframe file's records are written; ``segments`` says which group a value of ``segment_field`` brings."""

    format: Literal["fixed", "variable", "blocked", "content"] = "fixed"
    code_page: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")] = "cp037"
    floats: Literal["ibm", "ieee"] = "ibm"
    trim: Literal["both", "left", "right", "none"] = "both"
    packed_occurs: bool = False
    header_bytes: Annotated[int, Field(ge=0, le=1 << 30)] = 0
    footer_bytes: Annotated[int, Field(ge=0, le=1 << 30)] = 0
    segment_field: Annotated[str, StringConstraints(max_length=64)] | None = None
    segments: Annotated[dict[str, str], Field(max_length=1_000)] = {}


class Decode(Asked):
    """An uploaded file of records with its copybook, as text or as an uploaded file."""

    file: ArtifactRef
    copybook: Annotated[str, StringConstraints(max_length=500_000)] = ""
    copybook_file: ArtifactRef | None = None
    layout: Layout = Layout()


class Document(Answer):
    """One document that may be cited."""

    document_id: str
    sha256: str
    title: str
    created_at: datetime
    admitted_at: datetime | None = None
    expires_at: datetime | None = None


class Documents(Answer):
    """Documents, newest first."""

    items: tuple[Document, ...]


class TableLine(Answer):
    """One table of a document."""

    name: str = ""
    rows: int
    columns: tuple[str, ...] = ()
    span: Span | None = None


class Passage(Answer):
    """Characters ``start`` to ``start + len(text)`` of a document; ``parsed`` is what capabilities take for the whole of it."""

    line: Document
    media_type: str
    characters: int
    start: int
    text: str
    pages: tuple[Span, ...] = ()
    tables: tuple[TableLine, ...] = ()
    parsed: ArtifactRef


class Health(Answer):
    """Whether a process can serve; ``parts`` names what it rests on."""

    status: Literal["ok", "degraded", "unavailable"]
    parts: dict[str, str] = {}


class HookTaken(Answer):
    """What became of a message: the run that it started, unless it had come before (``replayed``).

    ``challenge``: sent back to a sender who asks whether anybody is there.
    """

    execution_id: str | None = None
    replayed: bool = False
    challenge: str | None = None


class EventTaken(Answer):
    """What became of an event: whether it is new, and how many runs that listen for its type it was matched to just now."""

    new: bool
    matched: int
