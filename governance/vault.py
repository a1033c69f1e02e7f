"""Keys at rest: random material, wrapped by the platform's master key and kept as rows by a repository.

Two services keep keys (Security Guard signs, Data Steward encrypts); this is the one place that knows how a row is wrapped.
"""

import os
from datetime import datetime
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symphainy.foundations.language.errors import Defect, Invalid
from symphainy.foundations.language.model import Message

__all__ = ["PLATFORM", "KeyRows", "Vault", "WrappedKey", "renew"]

_NONCE = 12


PLATFORM = "*"
"""The tenant of keys that are nobody's in particular."""


class WrappedKey(Message):
    """One wrapped key. A retired one opens what is there and seals nothing new; a destroyed one has no ``wrapped`` left."""

    tenant: str
    purpose: str
    key_id: str
    wrapped: bytes | None
    created_at: datetime
    retired_at: datetime | None = None
    subject: str = ""
    """Whose it is, as a keyed digest; empty for the tenant's own."""


class KeyRows(Protocol):
    """Where keys are kept; ``governance.repositories`` puts the store's rows behind it."""

    async def keys(self, tenant: str, purpose: str) -> list[WrappedKey]:
        """All of a tenant and purpose, oldest first, retired ones included."""
        ...

    async def key(self, tenant: str, key_id: str) -> WrappedKey | None:
        """One key by id."""
        ...

    async def active_key(self, tenant: str, purpose: str, subject: str) -> WrappedKey | None:
        """The key that a person's values are sealed with."""
        ...

    async def key_of(self, tenant: str, execution: str) -> str:
        """The id of the key that a run's start is sealed with; empty when nobody knows the run."""
        ...

    async def add_key(self, row: WrappedKey) -> bool:
        """Keep a new active key; False when another one is active already (somebody was first)."""
        ...

    async def retire_key(self, tenant: str, key_id: str, at: datetime) -> None:
        """Seal nothing new with it."""
        ...


class Vault:
    """Wraps and unwraps key material under the master key, bound to tenant, purpose and key id."""

    def __init__(self, master_key: bytes) -> None:
        if len(master_key) != 32:
            raise Invalid(
                "The master key must have 32 bytes.",
                remedy="Let `symphainy up` create it, or set SYMPHAINY_MASTER_KEY.",
            )
        self._cipher = AESGCM(master_key)

    def wrap(self, tenant: str, purpose: str, key_id: str, material: bytes, created_at: datetime) -> WrappedKey:
        """A row that only this master key opens."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, material, _bound(tenant, purpose, key_id))
        return WrappedKey(tenant=tenant, purpose=purpose, key_id=key_id, wrapped=sealed, created_at=created_at)

    def unwrap(self, row: WrappedKey) -> bytes:
        """The material; Defect when the row was altered, moved, destroyed, or wrapped under another master key."""
        if row.wrapped is None:
            raise Defect(f"The key {row.key_id} of {row.tenant} is destroyed.")
        try:
            bound = _bound(row.tenant, row.purpose, row.key_id)
            return self._cipher.decrypt(row.wrapped[:_NONCE], row.wrapped[_NONCE:], bound)
        except InvalidTag as error:
            raise Defect(
                f"The key {row.key_id} of {row.tenant} does not open under this master key.",
                remedy="Use the master key it was made with.",
            ) from error


def _bound(tenant: str, purpose: str, key_id: str) -> bytes:
    return "\0".join(("symphainy-key", tenant, purpose, key_id)).encode()


async def renew(
    rows: KeyRows, vault: Vault, tenant: str, purpose: str, key_id: str, material: bytes, now: datetime
) -> None:
    """Retire the active key, if there is one, and keep a new one; somebody else's new one does as well."""
    for row in await rows.keys(tenant, purpose):
        if row.retired_at is None:
            await rows.retire_key(tenant, row.key_id, now)
    await rows.add_key(vault.wrap(tenant, purpose, key_id, material, now))
