"""Brings a database to the newest schema: roles first, then the Alembic tree, in one transaction behind one lock.

Two starters are safe: the second waits, finds all done, and changes nothing.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from symphainy.foundations.language.errors import Defect
from symphainy.foundations.public_works.abstractions.sql import Sql, SqlRole

__all__ = ["current", "newest", "upgrade"]

_LOCK = 0x53796D70  # "Symp": one starter at a time
_OWNER = "symphainy_owner"
_ROLES: dict[SqlRole, str] = {"app": "symphainy_app", "relay": "symphainy_relay"}
_ITERATIONS = 4096  # what PostgreSQL itself takes


async def upgrade(sql: Sql, passwords: Mapping[SqlRole, str] | None = None) -> str:
    """Create the roles (with ``passwords``, else those of ``sql.login``), then upgrade to the newest revision; its name.

    Runs as the owner. Where that login is a superuser, everything is made by, and belongs to, ``symphainy_owner`` instead.
    """
    secrets = passwords or {role: sql.login(role).password for role in _ROLES}
    async with sql.engine("owner").connect() as connection, connection.begin():
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await _roles(connection, secrets)
        await connection.run_sync(_upgrade)
    found = await current(sql)
    if found != newest():
        raise Defect(f"the database is at revision {found or 'none'} after the upgrade, not at {newest()}")
    return found


async def current(sql: Sql) -> str | None:
    """The revision that the database is at; None when it is empty."""
    async with sql.engine("owner").connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def newest() -> str:
    """The revision that this code needs."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[1] / "migrations"))
    return config


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _roles(connection: AsyncConnection, passwords: Mapping[SqlRole, str]) -> None:
    for role, name in _ROLES.items():
        await _create(connection, name, "LOGIN")
        if role in passwords:
            await connection.exec_driver_sql(f"ALTER ROLE {name} PASSWORD '{_verifier(passwords[role])}'")
    # Where the server offers pgvector as trusted, or it is there already, no superuser is needed.
    await connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS vector")
    superuser = await connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    if superuser:
        await _create(connection, _OWNER, "NOLOGIN")
        await connection.exec_driver_sql(f"GRANT CREATE, USAGE ON SCHEMA public TO {_OWNER}")
        await connection.exec_driver_sql(f"SET LOCAL ROLE {_OWNER}")


async def _create(connection: AsyncConnection, name: str, login: str) -> None:
    if not await connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}):
        await connection.exec_driver_sql(f"CREATE ROLE {name} {login} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE")


def _verifier(password: str) -> str:
    """The password as PostgreSQL stores it: so that the clear text is in no statement and no log."""
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    salt64, stored64, server64 = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return f"SCRAM-SHA-256${_ITERATIONS}:{salt64}${stored64}:{server64}"
