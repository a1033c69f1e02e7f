"""All tables in one place: importing this module registers every one of them. Migrations are compared with it."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from symphainy.runtime.store import (
    catalogs,
    decisions,
    definitions,
    documents,
    erasing,
    events,
    executions,
    grants,
    inbox,
    index,
    intents,
    journal,
    keys,
    lineage,
    policies,
    rulings,
    sessions,
    solutions,
    tasks,
    tenants,
    tokens,
    uploads,
    users,
    webhooks,
    work,
)  # fmt: skip

__all__ = ["METADATA", "OWNERS"]

OWNERS = (
    catalogs, decisions, definitions, documents, erasing, events, executions, grants, inbox, index, intents, journal, keys, lineage,
    policies, rulings, sessions, solutions, tasks, tenants, tokens, uploads, users, webhooks, work,
)  # fmt: skip

METADATA: MetaData = SQLModel.metadata
