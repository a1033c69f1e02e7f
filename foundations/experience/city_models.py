"""What goes over the Solution plane's wire about who may do what: users, keys, switches, bundles, maintenance."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from symphainy.foundations.experience.models import Answer, Asked, Slug
from symphainy.foundations.language.model import Json

Role = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9_-]*$")]
Roles = Annotated[list[Role], Field(max_length=20)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
CedarFile = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\.cedar$")]
Table = dict[Annotated[str, StringConstraints(pattern=r"^(\*|[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$")], dict[str, Json]]
Mode = Literal["off", "observe", "enforce"]


class Invitation(Asked):
    """A user to be."""

    email: Annotated[
        str, StringConstraints(min_length=3, max_length=254, pattern=r"^[^\s@\x00-\x1f]+@[^\s@\x00-\x1f]+$")
    ]
    name: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f]*$")] = ""
    roles: Roles = ["member"]


class Invited(Answer):
    """A user who has still to choose a password: ``invitation`` is shown this once."""

    user_id: str
    invitation: str


class User(Answer):
    """A user or a service account, as an administrator sees it."""

    user_id: str
    name: str = ""
    handle: str = ""
    roles: tuple[str, ...] = ()
    state: Literal["enabled", "disabled"] = "enabled"
    created_at: datetime


class Users(Answer):
    """All of a tenant's."""

    items: tuple[User, ...]


class ServiceAccount(Asked):
    """A service account, made if there is none of this name."""

    name: Label
    roles: Roles = ["service"]


class KeyWanted(Asked):
    """An API key for an account: with all of its roles, or only those named."""

    principal_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    name: Label
    roles: Roles = []
    days: Annotated[int, Field(ge=1, le=365)] = 90


class KeyIssued(Answer):
    """``key`` is shown this once: only its digest is kept."""

    key_id: str
    key: str
    expires_at: datetime


class KeyLine(Answer):
    """A key without its secret."""

    key_id: str
    name: str
    principal_id: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    revoked_at: datetime | None = None


class Keys(Answer):
    """All of a tenant's keys."""

    items: tuple[KeyLine, ...]


class CityDocument(Answer):
    """Everything that governs a tenant: roll, bundle, switches, maintenance, what is degraded.

    ``retention``: after how many days payloads are forgotten, and how many runs are ``past`` it.
    """

    roll: tuple[Json, ...] = ()
    bundle: dict[str, Json] = {}
    switches: dict[str, Json] = {}
    maintenance: tuple[str, ...] = ()
    retention: dict[str, Json] = {}
    degraded: tuple[str, ...] = ()


class SwitchTo(Asked):
    """A switch's mode: for all of the tenant's, or for one solution."""

    mode: Mode
    solution: Slug | None = None


class Maintenance(Asked):
    """Begin or end maintenance; whoever is refused can read the reason."""

    closed: bool
    reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00-\x1f]*$")] = ""


class BundleText(Asked):
    """A policy bundle of a tenant's own. In a table ``"*"`` means everything of the tenant's, another key one solution."""

    version: Annotated[str, StringConstraints(max_length=64, pattern=r"^[0-9A-Za-z.+_-]*$")] = ""
    policies: Annotated[
        dict[CedarFile, Annotated[str, StringConstraints(max_length=1 << 18)]], Field(max_length=100)
    ] = {}
    orchestration: Table = {}
    rates: Table = {}
    sessions: Table = {}
    personal: Table = {}
    retention: Table = {}


class BundleToApply(Asked):
    """A bundle, and which one must be in force for it to come into force (its digest; empty: the shipped one)."""

    bundle: BundleText
    expects: Annotated[str, StringConstraints(max_length=80)] | None = None


class BundleToTry(Asked):
    """A bundle to try against the decisions of the last days."""

    bundle: BundleText
    days: Annotated[int, Field(ge=1, le=90)] = 7


class RollBack(Asked):
    """The digest to go back to; the one before this, when none is named."""

    to: Annotated[str, StringConstraints(max_length=80)] | None = None


class Applied(Answer):
    """The digest now in force (within five seconds everywhere); empty: the shipped policy alone."""

    digest: str


class BundleLine(Answer):
    """Which bundle came into force when."""

    seq: int
    digest: str
    kind: str
    changed_by: str
    changed_at: datetime


class BundleView(Answer):
    """The tenant's bundle in force, and what was before."""

    digest: str
    bundle: dict[str, Json]
    history: tuple[BundleLine, ...] = ()


class SimulatedChange(Answer):
    """A decision that would be another one."""

    stream: str
    seq: int
    at: datetime
    actor: str
    action: str
    resource: str
    was: str
    would: str
    why: str = ""
    policies: tuple[str, ...] = ()


class Simulated(Answer):
    """What a bundle would change: counted in all, told per run, and one by one up to 500."""

    digest: str
    replayed: int
    not_replayable: int
    newly_denied: int
    newly_allowed: int
    runs: dict[str, dict[str, int]]
    changes: tuple[SimulatedChange, ...] = ()
