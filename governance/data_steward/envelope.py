"""The form of an encrypted payload: what stands in its clear metadata, and how data keys are made and wrapped.

``encoding: binary/encrypted``, ``symphainy-key: <tenant>/<key id>``, ``symphainy-data-key: <wrapped>``. The data key is
one per execution: random, wrapped by the tenant's key, or by that of the one person whom the run is about; adopted from the
first payload of the execution that a process sees.
"""

import os
from collections import OrderedDict

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload

from symphainy.foundations.language.errors import Defect, Refused
from symphainy.governance.data_steward.keys import NONCE, KeyRing, associated

__all__ = ["ENCRYPTED", "META_DATA_KEY", "META_KEY", "Envelopes", "tenant_of"]

ENCRYPTED = b"binary/encrypted"
META_KEY = "symphainy-key"
META_DATA_KEY = "symphainy-data-key"
HELD = 8_192
"""Data keys remembered, opened and per execution; a key and its wrapping are under 200 bytes."""


class Envelopes:
    """Seals and opens payloads; knows keys, not policy."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys
        self._opened: OrderedDict[tuple[str, str, bytes], AESGCM] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], tuple[str, bytes]] = OrderedDict()

    async def seal(self, tenant: str, execution: str, plain: bytes) -> Payload:
        """Encrypt under the execution's data key."""
        own = await self._keys.run_key(tenant, execution)
        key_id, wrapped = self._data_key(tenant, execution, own)
        nonce = os.urandom(NONCE)
        sealed = self._cipher(tenant, key_id, wrapped).encrypt(nonce, plain, associated(tenant, key_id, b"payload"))
        name = f"{tenant}/{key_id}".encode()
        return Payload(metadata={"encoding": ENCRYPTED, META_KEY: name, META_DATA_KEY: wrapped}, data=nonce + sealed)

    async def open(self, tenant: str | None, execution: str, payload: Payload) -> bytes:
        """Decrypt; Refused when it is not ``tenant``'s (None: whoever's it says), Defect when it was altered."""
        owner, key_id = _named(payload)
        if tenant is not None and owner != tenant:
            raise Refused("The payload was encrypted for another tenant.", remedy="Values do not move between tenants.")
        await self._keys.prepare(owner, key_id)
        wrapped = payload.metadata[META_DATA_KEY]
        try:
            plain = self._cipher(owner, key_id, wrapped).decrypt(
                payload.data[:NONCE], payload.data[NONCE:], associated(owner, key_id, b"payload")
            )
        except (InvalidTag, ValueError) as error:
            raise Defect("An encrypted payload was altered, or moved from where it belongs.") from error
        if execution:
            self._keys.adopt(owner, execution, key_id)
            self._own.setdefault((owner, execution), (key_id, wrapped))
            _trim(self._own)
        return plain

    def _data_key(self, tenant: str, execution: str, own: str) -> tuple[str, bytes]:
        current, key = (own, self._keys.key(tenant, own)) if own else self._keys.current(tenant)
        held = self._own.get((tenant, execution))
        if held is not None and held[0] == current:
            return held
        nonce = os.urandom(NONCE)
        wrapped = nonce + AESGCM(key).encrypt(nonce, os.urandom(32), associated(tenant, current, b"data-key"))
        self._own[tenant, execution] = current, wrapped
        _trim(self._own)
        return current, wrapped

    def _cipher(self, tenant: str, key_id: str, wrapped: bytes) -> AESGCM:
        key = self._keys.key(tenant, key_id)  # asked first, so that a retired key opens nothing, remembered or not
        if (cipher := self._opened.get((tenant, key_id, wrapped))) is None:
            try:
                data_key = AESGCM(key).decrypt(
                    wrapped[:NONCE], wrapped[NONCE:], associated(tenant, key_id, b"data-key")
                )
            except (InvalidTag, ValueError) as error:
                raise Defect("A payload's data key was altered, or belongs to another tenant.") from error
            cipher = self._opened[tenant, key_id, wrapped] = AESGCM(data_key)
            _trim(self._opened)
        return cipher


def tenant_of(payload: Payload) -> str:
    """Whose payload it says it is."""
    return _named(payload)[0]


def _named(payload: Payload) -> tuple[str, str]:
    tenant, _, key_id = payload.metadata.get(META_KEY, b"").decode("utf-8", "replace").rpartition("/")
    if not tenant or not key_id or META_DATA_KEY not in payload.metadata:
        raise Defect("An encrypted payload does not name its key.")
    return tenant, key_id


def _trim(held: OrderedDict[tuple[str, str], tuple[str, bytes]] | OrderedDict[tuple[str, str, bytes], AESGCM]) -> None:
    while len(held) > HELD:
        held.popitem(last=False)
