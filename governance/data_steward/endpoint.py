"""Payloads in clear for permitted people: what the Solution API's codec endpoint asks, in the Web UI's own JSON form."""

import base64
from collections.abc import Sequence
from typing import Any

from temporalio.api.common.v1 import Payload

from symphainy.foundations.language.context import Principal
from symphainy.foundations.language.model import Json
from symphainy.governance.data_steward.codec import SealingCodec
from symphainy.governance.data_steward.keys import KeyRing

__all__ = ["CodecEndpoint"]


class CodecEndpoint:
    """Decodes a tenant's payloads for a principal of that tenant; another tenant's come back as refusals."""

    def __init__(self, keys: KeyRing, codec: SealingCodec) -> None:
        self._keys, self._codec = keys, codec

    async def decode(self, payloads: Sequence[dict[str, Json]], principal: Principal) -> list[dict[str, Json]]:
        """In clear."""
        await self._keys.prepare(principal.tenant)
        return [_spell(p) for p in await self._codec.of_tenant(principal.tenant).decode([_read(p) for p in payloads])]

    async def encode(self, payloads: Sequence[dict[str, Json]], principal: Principal) -> list[dict[str, Json]]:
        """Encrypted."""
        await self._keys.prepare(principal.tenant)
        return [_spell(p) for p in await self._codec.of_tenant(principal.tenant).encode([_read(p) for p in payloads])]


def _read(given: dict[str, Any]) -> Payload:
    metadata = {name: base64.b64decode(value) for name, value in (given.get("metadata") or {}).items()}
    return Payload(metadata=metadata, data=base64.b64decode(given.get("data") or ""))


def _spell(payload: Payload) -> dict[str, Json]:
    metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": base64.b64encode(payload.data).decode()}
