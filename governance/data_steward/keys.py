"""The key ring: one random key per tenant and rotation, one per data subject, and everything sealed, unsealed or digested with it.

Sealed bytes are ``S1 | key id length | key id | nonce | ciphertext``; the key id, the tenant and the caller's context are
bound in as associated data, so a value that is moved to another tenant, or altered by one bit, does not open.
"""

import hashlib
import hmac
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symphainy.foundations.language.clock import Clock
from symphainy.foundations.language.door import Sealer
from symphainy.foundations.language.errors import Defect, Refused, Unavailable
from symphainy.governance.data_steward.subjects import PURPOSE, SubjectKeys, is_subject, new_id, root_of
from symphainy.governance.vault import KeyRows, Vault, WrappedKey, renew

__all__ = ["KeyRing", "RunSealer"]

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
        self._subjects = SubjectKeys(rows, clock, self._open_subject)

    async def prepare(self, tenant: str, key_id: str | None = None) -> None:
        """Hold the tenant's keys, making the first. With ``key_id``, to open a value: look again if just that one is
        missing, and make none, so that a stranger's payload creates nothing.
        """
        if key_id is not None and is_subject(key_id):
            if tenant not in self._current:
                await self.load(tenant, make=False)
            return await self._subjects.hold(tenant, key_id)
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

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> Sealer:
        """The sealer of one run: with its data subject's key where it has one. The keys that ``sealed`` (values of this run,
        where one is named) name are held.
        """
        await self.prepare(tenant)
        for name in {_name_in(data) for data in sealed if data}:
            if is_subject(name):
                await self._subjects.hold(tenant, name)
            if execution:
                self.adopt(tenant, execution, name)
        return RunSealer(self, await self.run_key(tenant, execution)) if execution else self

    async def run_key(self, tenant: str, execution: str) -> str:
        """Hold what a run is sealed with: the id of its person's key, or nothing for the tenant's current one."""
        await self.prepare(tenant)
        if key_id := await self._subjects.of_run(tenant, root_of(execution)):
            await self._subjects.hold(tenant, key_id)
        return key_id

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        """A new run is about this person, or about nobody: what is sealed for it is sealed so from the first byte."""
        key_id = ""
        if subject:
            await self.prepare(tenant)
            name = self.subject(tenant, subject)
            row = await self._rows.active_key(tenant, PURPOSE, name) or await self._new_subject(tenant, name)
            self._subjects.keep(tenant, row.key_id, row)
            key_id = row.key_id
        self._subjects.bind(tenant, root_of(execution), key_id)

    def adopt(self, tenant: str, execution: str, key_id: str) -> None:
        """A value of this run was sealed with this key: what follows is sealed with it, too, if it is a person's."""
        self._subjects.bind(tenant, root_of(execution), key_id if is_subject(key_id) else "")

    def subject(self, tenant: str, subject: str) -> str:
        """What a person is called in our tables: a digest that only this tenant's key makes."""
        return self.digest(tenant, b"subject\0" + subject.strip().encode())

    def forget(self, tenant: str, keys: Sequence[str]) -> None:
        """These people's keys are destroyed: hold them no longer, not even for the two seconds that another process may."""
        for key_id in keys:
            self._subjects.lose(tenant, key_id)

    async def _new_subject(self, tenant: str, name: str) -> WrappedKey:
        key_id = new_id()
        wrapped = self.seal(tenant, os.urandom(32), context=_subject_context(key_id))
        row = WrappedKey(
            tenant=tenant, purpose=PURPOSE, subject=name, key_id=key_id, wrapped=wrapped, created_at=self._clock.now()
        )  # fmt: skip
        if await self._rows.add_key(row):
            return row
        standing = await self._rows.active_key(tenant, PURPOSE, name)  # somebody was first
        if standing is None:
            raise Unavailable("A person's key was destroyed at this very moment.", remedy="Submit again.")
        return standing

    def _open_subject(self, row: WrappedKey) -> bytes:
        return self.unseal(row.tenant, row.wrapped or b"", context=_subject_context(row.key_id))

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
        if is_subject(key_id):
            return self._subjects.key(tenant, key_id)
        if (found := self._keys[tenant].get(key_id)) is None:
            if key_id in self._destroyed.get(tenant, ()):
                raise Refused(
                    f"The key {key_id} of {tenant} is destroyed: what it sealed was erased.",
                    code="key_destroyed",
                    remedy="Nothing brings it back. The run, its decisions and its digests still stand.",
                )
            raise Refused(f"The key {key_id} is not one of {tenant}'s.", remedy="What it sealed cannot be read here.")
        return found

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"", key_id: str = "") -> bytes:
        """Ciphertext that names its key id; of the current key, or of the one named."""
        key_id, key = (key_id, self.key(tenant, key_id)) if key_id else self.current(tenant)
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

    def digest(self, tenant: str, data: bytes, *, key_id: str = "") -> str:
        """HMAC-SHA256, hex: under the tenant's own key, or under one made from a person's, and gone with it."""
        if key_id:
            own = hmac.new(self.key(tenant, key_id), b"digest", hashlib.sha256).digest()
            return hmac.new(own, data, hashlib.sha256).hexdigest()
        if (key := self._digest_key.get(tenant)) is None:
            raise Unavailable(
                f"The keys of {tenant} are not loaded.", remedy="Wait for `prepare(tenant)` before digesting."
            )
        return hmac.new(key, data, hashlib.sha256).hexdigest()


class RunSealer:
    """Implements ``language.door.Sealer`` for one run, with the key that it is sealed with (empty: the tenant's)."""

    def __init__(self, keys: KeyRing, key_id: str) -> None:
        self._keys, self.key_id = keys, key_id

    def seal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """Ciphertext that names its key id."""
        return self._keys.seal(tenant, data, context=context, key_id=self.key_id)

    def unseal(self, tenant: str, data: bytes, *, context: bytes = b"") -> bytes:
        """The plaintext; whichever key sealed it must be held."""
        return self._keys.unseal(tenant, data, context=context)

    def digest(self, tenant: str, data: bytes) -> str:
        """HMAC-SHA256, hex."""
        return self._keys.digest(tenant, data, key_id=self.key_id)

    async def of(self, tenant: str, execution: str, *sealed: bytes | None) -> Sealer:
        """Another run's."""
        return await self._keys.of(tenant, execution, *sealed)

    async def about(self, tenant: str, execution: str, subject: str = "") -> None:
        """Who another run is about."""
        await self._keys.about(tenant, execution, subject)


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


def _name_in(data: bytes) -> str:
    """Which key sealed it, as far as it says so; an altered value is found out when it is unsealed."""
    return data[3 : 3 + data[2]].decode("ascii", "replace") if data[:2] == MAGIC and len(data) > 3 else ""


def _subject_context(key_id: str) -> bytes:
    return b"subject-key:" + key_id.encode()


def associated(tenant: str, key_id: str, context: bytes) -> bytes:
    """What is bound in: tenant, key id, and the caller's context."""
    return b"\0".join((b"symphainy", tenant.encode(), key_id.encode(), context))
