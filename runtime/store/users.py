"""Users, credentials and API keys: rows; Security Guard owns the rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncSession

from symphainy.runtime.store.columns import SQLModel, big, instant, json, key, maybe, text, texts
from symphainy.runtime.store.unit import Repository

__all__ = ["ApiKeyRow", "CredentialRow", "DirectoryRow", "UserRow", "Users"]


class UserRow(SQLModel, table=True):
    """One user. ``handle`` is the normalised name to log in with (an e-mail address), unique in the tenant."""

    __tablename__ = "users"
    __table_args__ = (Index("users_handle", "tenant", "handle", unique=True),)
    tenant: str = key()
    user_id: str = key()
    handle: str = text()
    name: str = text()
    roles: list[str] = texts()
    attributes: dict[str, Any] = json()
    version: int = big(1)
    created_at: datetime = instant()
    disabled_at: datetime | None = instant(optional=True)


class CredentialRow(SQLModel, table=True):
    """How a user proves who they are. ``kind``: ``password`` (secret: PHC string), ``oidc:<issuer>`` (secret: subject)."""

    __tablename__ = "credentials"
    __table_args__ = (
        Index("credentials_secret", "tenant", "kind", "secret", postgresql_where=sql("kind <> 'password'")),
    )
    tenant: str = key()
    user_id: str = key()
    kind: str = key()
    secret: str = text()
    changed_at: datetime = instant()


class ApiKeyRow(SQLModel, table=True):
    """One API key: only the digest of its secret. The key's text names tenant and key id, so it is found under its tenant."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("api_keys_principal", "tenant", "principal_id"),)
    tenant: str = key()
    key_id: str = key()
    principal_id: str = text()
    name: str = text()
    digest: str = text()
    roles: list[str] = texts()
    created_at: datetime = instant()
    expires_at: datetime | None = instant(optional=True)
    used_at: datetime | None = instant(optional=True)
    revoked_at: datetime | None = instant(optional=True)


class DirectoryRow(SQLModel, table=True):
    """Which tenant a handle belongs to, for who logs in without naming one. Keyed by digest: reading it tells no names."""

    __tablename__ = "directory"
    handle_digest: str = key()
    tenant: str = text()
    user_id: str | None = maybe()


_TENANT_OF = sql("SELECT tenant FROM directory WHERE handle_digest = :digest")
_CHANGED = sql("""
    UPDATE users SET version = version + 1, name = coalesce(:name, name), roles = coalesce(CAST(:roles AS text[]), roles),
    disabled_at = :disabled_at WHERE tenant = :tenant AND user_id = :user_id RETURNING version""")


class Users(Repository):
    """Statements on users, credentials, API keys and the directory."""

    async def add(self, row: UserRow, *, tx: AsyncSession | None = None) -> bool:
        """Create; False when id or handle is taken."""
        return await self._add(row, row.tenant, tx)

    async def get(self, tenant: str, user_id: str, *, tx: AsyncSession | None = None) -> UserRow | None:
        """By id."""
        return await self._one(UserRow, tenant, tx, tenant=tenant, user_id=user_id)

    async def by_handle(self, tenant: str, handle: str, *, tx: AsyncSession | None = None) -> UserRow | None:
        """By the name to log in with."""
        return await self._one(UserRow, tenant, tx, tenant=tenant, handle=handle)

    async def all(self, tenant: str, *, limit: int = 1000, tx: AsyncSession | None = None) -> list[UserRow]:
        """All users of a tenant, oldest first."""
        return await self._some(UserRow, tenant, tx, oldest="user_id", limit=limit, tenant=tenant)

    async def change(
        self, tenant: str, user_id: str, *, name: str | None = None, roles: list[str] | None = None,
        disabled_at: datetime | None = None, tx: AsyncSession | None = None,
    ) -> int:  # fmt: skip
        """Change name or roles, disable (or enable: None); the user's new version, 0 when there is none."""
        about = {"tenant": tenant, "user_id": user_id, "name": name, "roles": roles, "disabled_at": disabled_at}
        async with self.within(tenant, tx) as session:
            return int((await session.execute(_CHANGED, about)).scalar_one_or_none() or 0)

    async def set_credential(self, row: CredentialRow, *, tx: AsyncSession | None = None) -> None:
        """Create or replace."""
        await self._put(row, row.tenant, tx)

    async def credential(
        self, tenant: str, user_id: str, kind: str, *, tx: AsyncSession | None = None
    ) -> CredentialRow | None:
        """One credential of a user."""
        return await self._one(CredentialRow, tenant, tx, tenant=tenant, user_id=user_id, kind=kind)

    async def drop_credential(self, tenant: str, user_id: str, kind: str, *, tx: AsyncSession | None = None) -> bool:
        """Take one away; False when there is none (any more)."""
        return await self._drop(CredentialRow, tenant, tx, tenant=tenant, user_id=user_id, kind=kind) == 1

    async def by_credential(
        self, tenant: str, kind: str, secret: str, *, tx: AsyncSession | None = None
    ) -> CredentialRow | None:
        """By subject of an identity provider."""
        return await self._one(CredentialRow, tenant, tx, tenant=tenant, kind=kind, secret=secret)

    async def tenant_of(self, handle_digest: str) -> str | None:
        """The tenant that a handle is listed under."""
        async with self.store.tenant("") as session:
            found: str | None = (await session.execute(_TENANT_OF, {"digest": handle_digest})).scalar_one_or_none()
            return found

    async def list_handle(self, row: DirectoryRow, *, tx: AsyncSession | None = None) -> bool:
        """List a handle; False when it is listed already."""
        return await self._add(row, row.tenant, tx)

    async def add_key(self, row: ApiKeyRow, *, tx: AsyncSession | None = None) -> None:
        """Create an API key."""
        await self._add(row, row.tenant, tx)

    async def key(self, tenant: str, key_id: str, *, tx: AsyncSession | None = None) -> ApiKeyRow | None:
        """One API key."""
        return await self._one(ApiKeyRow, tenant, tx, tenant=tenant, key_id=key_id)

    async def keys(self, tenant: str, *, tx: AsyncSession | None = None) -> list[ApiKeyRow]:
        """All API keys of a tenant."""
        return await self._some(ApiKeyRow, tenant, tx, oldest="created_at", tenant=tenant)

    async def touch_key(
        self, tenant: str, key_id: str, *, used_at: datetime | None = None, revoked_at: datetime | None = None,
        tx: AsyncSession | None = None,
    ) -> None:  # fmt: skip
        """Mark a key as used, or revoke it."""
        values = {name: value for name, value in (("used_at", used_at), ("revoked_at", revoked_at)) if value}
        if values:
            await self._change(ApiKeyRow, tenant, tx, values, tenant=tenant, key_id=key_id)
