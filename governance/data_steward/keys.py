"""The key ring: one random key per tenant and rotation, and everything that is sealed, unsealed or digested with it.

Sealed bytes are ``S1 | key id length | key id | nonce | ciphertext``; the key id, the tenant and the caller's context are
bound in as associated data, so a value that is moved to another tenant, or altered by one bit, does not open.
"""

import hashlib
import hmac
import os
from datetime import datetime, timedelta
from secrets import token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.errors import Defect, Refused, Unavailable
from symphainy.governance.vault import KeyRows, Vault, WrappedKey, renew

__all__ = ["KeyRing"]

MAGIC = b"S1"
NONCE = 12
RELOAD = timedelta(seconds=1)
"""An unknown key id makes us look again, at most this often."""


class KeyRing:
    """Implements ``language.door.Sealer``. ``prepare`` waits for a tenant's keys; everything else answers at once."""

    def __init__(self, rows: KeyRows, vault: Vault, clock: Clock) -> None:
        self._rows, self._vault, self._clock = rows, vault, clock
        self._keys: dict[str, dict[str, bytes]] = {}
        self._current: dict[str, str] = {}
        self._destroyed: dict[str, frozenset[str]] = {}
        self._digest_key: dict[str, bytes] = {}
        self._loaded_at: dict[str, datetime] = {}

    async def prepare(self, tenant: str, key_id: str | None = None) -> None:
        """Hold the tenant's keys, making the first. With ``key_id``, to open a value: look again if just that one is
        missing, and make none, so that a stranger's payload creates nothing.
        """
        if tenant in self._current:
            missing = key_id is not None and key_id not in self._keys[tenant]
            if not missing or self._clock.now() - self._loaded_at[tenant] < RELOAD:
                return
        await self.load(tenant, make=key_id is None)

    async def load(self, tenant: str, *, make: bool = True) -> None:
        """Read the tenant's keys again; ``make`` what is missing, or else Refused."""
        rows = await self._rows.keys(tenant, "data")
        if not rows and not make:
            raise Refused(f"There are no keys of {tenant}.", remedy="What it sealed cannot be read here.")
        if not any(row.retired_at is None for row in rows):
            await self._rows.add_key(self._new(tenant, "data"))
            rows = await self._rows.keys(tenant, "data")
        if tenant not in self._digest_key:
            await self._load_digest_key(tenant)
        self._keys[tenant] = {row.key_id: self._vault.unwrap(row) for row in rows if row.wrapped is not None}
        self._destroyed[tenant] = frozenset(row.key_id for row in rows if row.wrapped is None)
        self._loaded_at[tenant] = self._clock.now()
        self._current[tenant] = next(row.key_id for row in reversed(rows) if row.retired_at is None)

    async def rotate(self, tenant: str) -> str:
        """Write with a new key from now on; what was written with older ones still opens. Returns the new key's id."""
        await renew(self._rows, self._vault, tenant, "data", f"d-{token_hex(8)}", os.urandom(32), self._clock.now())
        await self.load(tenant)
        return self._current[tenant]

    async def _load_digest_key(self, tenant: str) -> None:
        """Digests have a key of their own that never rotates: equal values must have equal digests, for good."""
        if not (rows := await self._rows.keys(tenant, "digest")):
            await self._rows.add_key(self._new(tenant, "digest"))
            rows = await self._rows.keys(tenant, "digest")
        self._digest_key[tenant] = self._vault.unwrap(rows[0])

    def _new(self, tenant: str, purpose: str) -> WrappedKey:
        return self._vault.wrap(tenant, purpose, f"{purpose[0]}-{token_hex(8)}", os.urandom(32), self._clock.now())

    def current(self, tenant: str) -> tuple[str, bytes]:
        """Id and material of the key that new values are written with."""
        if (key_id := self._current.get(tenant)) is None:
            raise Unavailable(
                f"The keys of {tenant} are not loaded.", remedy="Wait for `prepare(tenant)` before sealing."
            )
        return key_id, self._keys[tenant][key_id]

    def key(self, tenant: str, key_id: str) -> bytes:
        """One key by id; Refused when it is another tenant's, or destroyed."""
        if tenant not in self._keys:
            raise Unavailable(
                f"The keys of {tenant} are not loaded.", remedy="Wait for `prepare(tenant)` before unsealing."
            )
        if (found := self._keys[tenant].get(key_id)) is None:
            if key_id in self._destroyed.get(tenant, ()):
                raise Refused(
                    f"The key {key_id} of {tenant} is destroyed: what it sealed was erased.",
                    code="key_destroyed",
                    remedy="Nothing brings it back. The run, its decisions and its digests still stand.",
                )
            raise Refused(f"The key {key_id} is not one of {tenant}'s.", remedy="What it sealed cannot be read here.")
        return found

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """Ciphertext that names its key id."""
        key_id, key = self.current(tenant)
        nonce, name = os.urandom(NONCE), key_id.encode()
        return (
            MAGIC
            + bytes([len(name)])
            + name
            + nonce
            + AESGCM(key).encrypt(nonce, data, associated(tenant, key_id, context))
        )

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """The plaintext; Refused for another tenant's value or a destroyed key, Defect when it was altered."""
        key_id, body = split(data)
        key = self.key(tenant, key_id)
        try:
            return AESGCM(key).decrypt(body[:NONCE], body[NONCE:], associated(tenant, key_id, context))
        except InvalidTag as error:
            raise Defect("A sealed value was altered, or moved from where it belongs.") from error

    def digest(self, tenant: str, data: bytes) -> str:
        """HMAC-SHA256 under the tenant's own key, hex."""
        if (key := self._digest_key.get(tenant)) is None:
            raise Unavailable(
                f"The keys of {tenant} are not loaded.", remedy="Wait for `prepare(tenant)` before digesting."
            )
        return hmac.new(key, data, hashlib.sha256).hexdigest()


def key_id_of(data: bytes) -> str:
    """Which key sealed it."""
    return split(data)[0]


def split(data: bytes) -> tuple[str, bytes]:
    """Key id, and nonce with ciphertext; Defect for bytes that were never sealed."""
    if data[:2] != MAGIC or len(data) < 3 + NONCE + 16:
        raise Defect("These bytes are not a sealed value.")
    end = 3 + data[2]
    try:
        return data[3:end].decode("ascii"), data[end:]
    except UnicodeDecodeError as error:
        raise Defect("A sealed value was altered.") from error


def associated(tenant: str, key_id: str, context: bytes) -> bytes:
    """What is bound in: tenant, key id, and the caller's context."""
    return b"\0".join((b"symphainy", tenant.encode(), key_id.encode(), context))
