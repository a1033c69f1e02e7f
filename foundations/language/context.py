"""The seeds' three contexts: who is in a session, what an intent is, where an execution stands. All frozen."""

from datetime import datetime
from typing import Literal

from symphainy.foundations.language.ids import Tenant
from symphainy.foundations.language.model import Json, Message


class Principal(Message):
    """Who acts: a user, a service or an agent of one tenant."""

    type: Literal["User", "Service", "Agent"] = "User"
    id: str
    tenant: Tenant
    roles: tuple[str, ...] = ()
    attributes: dict[str, Json] = {}
    scope: tuple[str, ...] | None = None
    """With an API key: the only roles it may use of those that its principal has; None: all of them."""


class SessionContext(Message):
    """A session as everyone but the runtime sees it."""

    session_id: str
    tenant: Tenant
    principal: Principal
    created_at: datetime
    expires_at: datetime


Source = Literal["ui", "api", "agent", "cron", "webhook", "cli"]


class Intent(Message):
    """What somebody wants done: a type, a payload, and nothing about how."""

    type: str
    payload: dict[str, Json] | list[Json] = {}
    source: Source = "api"
    solution: str | None = None
    purpose: str = "operate"


class IntentContext(Message):
    """An intent once recorded."""

    intent_id: str
    intent: Intent
    session_id: str
    key: str
    received_at: datetime


class Passport(Message):
    """The signed claims that travel in every Temporal header (DECISIONS.md 10). No short expiry: it lives as long as the saga.

    ``token`` is the compact JWS over all other fields; it is empty until Security Guard has signed.
    """

    tenant: Tenant
    principal: Principal
    session_id: str | None = None
    purpose: str = "operate"
    execution_id: str
    """The root execution: children are named ``<root>/<path>``."""
    plan_digest: str
    not_after: datetime
    issued_at: datetime
    bundle: str = ""
    key_id: str = ""
    token: str = ""


class ExecutionContext(Message):
    """What a step sees as ``step.context``. ``now`` is durable time: the same at every re-run of this position."""

    tenant: Tenant
    execution_id: str
    root_execution_id: str
    session_id: str | None = None
    principal: Principal
    purpose: str = "operate"
    solution: str | None = None
    intent: str = ""
    path: str
    effect_key: str
    now: datetime
