"""Who logs in to PostgreSQL: apart from the pools, since whoever only starts a server needs no SQLAlchemy."""

from symphainy.foundations.public_works.abstractions.sql import SqlRole
from symphainy.foundations.settings import derive_key

USERS: dict[SqlRole, str] = {"owner": "symphainy_owner", "app": "symphainy_app", "relay": "symphainy_relay"}


def role_password(master_key: bytes, role: str) -> str:
    """The password of a role: derived, so that it is never stored and every process knows it."""
    return derive_key(master_key, f"sql/{role}").hex()
