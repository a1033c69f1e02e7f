"""The payload codec: everything that Temporal keeps is encrypted with the tenant's key, except labels.

Whose payload it is comes from the workflow id (the SDK's serialization context); where the SDK gives none (headers at a
client's start), from ``speaking_for``. A payload in clear, or another tenant's, is refused on the way in (``refusal``).

Rule ``codec`` (wire): every payload, header and failure in Temporal is encrypted with its tenant's key; what comes in clear is refused.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import pydantic_core
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from symphainy.foundations.language.errors import Defect, Refused, TooLarge
from symphainy.governance.data_steward.clear import META_PLAN, is_clear
from symphainy.governance.data_steward.envelope import ENCRYPTED, Envelopes
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.data_steward.offload import Blobs, ObjectStore
from symphainy.governance.data_steward.refusal import refused_payload
from symphainy.governance.data_steward.size import INLINE_ACTIVITY, largest
from symphainy.governance.workflow_ids import owner_of

__all__ = ["SealingCodec", "speaking_for"]

INLINE = 65_536
"""Bytes that stay in the history; what is larger is offloaded. 20 results of 250 KB in one task would pass Temporal's 4 MiB."""
META_BLOB = "symphainy-blob"

_log = logging.getLogger("symphainy.data_steward")
_speaking_for: ContextVar[str | None] = ContextVar("symphainy_codec_tenant", default=None)


@contextmanager
def speaking_for(workflow_id: str) -> Iterator[None]:
    """Encode what has no context of its own as part of this workflow."""
    token = _speaking_for.set(workflow_id)
    try:
        yield
    finally:
        _speaking_for.reset(token)


class SealingCodec(PayloadCodec, WithSerializationContext):
    """AES-GCM under a data key per execution, wrapped by the tenant's key; large payloads by reference."""

    def __init__(
        self, keys: KeyRing, objects: ObjectStore, ceiling: int = INLINE_ACTIVITY, inline: int = INLINE
    ) -> None:
        self._envelopes, self._blobs = Envelopes(keys), Blobs(keys, objects)
        self._ceiling, self._inline = ceiling, inline
        self._workflow_id: str | None = None

    def with_context(self, context: SerializationContext) -> "SealingCodec":
        """A codec that knows whose payloads it handles; keys and caches are shared."""
        workflow_id = (
            context.workflow_id
            if isinstance(context, (WorkflowSerializationContext, ActivitySerializationContext))
            else None
        )
        return self._bound(workflow_id)

    def of_tenant(self, tenant: str) -> "SealingCodec":
        """A codec that decodes one tenant's payloads and refuses all others': what the codec endpoint uses."""
        return self._bound(f"{tenant}:-")

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt all but labels; TooLarge over the ceiling."""
        return [await self._encode(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; a payload in clear or another tenant's becomes a refused one, an altered one raises Defect."""
        return [await self._decode_or_refuse(payload) for payload in payloads]

    async def _decode_or_refuse(self, payload: Payload) -> Payload:
        try:
            return await self._decode(payload)
        except Refused as error:
            _log.warning("payload refused: %s (workflow %s)", error.detail, self._workflow_id)
            return refused_payload(error)

    def _bound(self, workflow_id: str | None) -> "SealingCodec":
        codec = object.__new__(SealingCodec)
        codec.__dict__.update(self.__dict__, _workflow_id=workflow_id)
        return codec

    def _owner(self) -> tuple[str, str] | None:
        name = self._workflow_id or _speaking_for.get()
        return owner_of(name) if name else None

    async def _encode(self, payload: Payload) -> Payload:
        if is_clear(payload):
            return payload
        if (owner := self._owner()) is None:
            raise Defect(
                "A payload without a tenant cannot be encrypted.", remedy="Start workflows as `<tenant>:<execution>`."
            )
        tenant, execution = owner
        plain = Payload()
        plain.CopyFrom(payload)
        is_plan = _take(plain, META_PLAN) is not None
        if is_plan and len(plain.data) > self._inline:
            await self._split_plan(tenant, plain)
        if len(plain.data) > self._ceiling:
            raise _too_large(plain, self._ceiling)
        if len(plain.data) <= self._inline:
            return await self._envelopes.seal(tenant, execution, plain.SerializeToString())
        name = await self._blobs.put(tenant, "payloads", plain.SerializeToString(), execution)
        reference = Payload(metadata={META_BLOB: name.encode()})
        return await self._envelopes.seal(tenant, execution, reference.SerializeToString())

    async def _decode(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCRYPTED:
            if is_clear(payload):
                return payload
            raise Refused(
                "A payload in clear is not accepted here.", remedy="Use a client with Symphainy's data converter."
            )
        owner = self._owner()
        tenant, execution = owner or (None, "")
        plain = Payload.FromString(await self._envelopes.open(tenant, execution, payload))
        home = tenant or payload.metadata["symphainy-key"].decode().rpartition("/")[0]
        if (name := _take(plain, META_BLOB)) is not None:
            plain = Payload.FromString(await self._blobs.get(home, name))
        if (name := _take(plain, META_PLAN)) is not None:
            plan = await self._blobs.get(home, name)
            head, mark, tail = plain.data.partition(_hole(name))
            if not mark:
                raise Defect("A start input does not say where its plan belongs.")
            plain.data = head + plan + tail
        return plain

    async def _split_plan(self, tenant: str, plain: Payload) -> None:
        """Take the plan out of a start input: thousands of runs share it, and it is stored once."""
        document = pydantic_core.from_json(plain.data)
        plan = pydantic_core.to_json(document["plan"])
        name = await self._blobs.put(tenant, "plans", plan)
        plain.data = pydantic_core.to_json({**document, "plan": {"$blob": name}})
        plain.metadata[META_PLAN] = name.encode()


def _take(payload: Payload, name: str) -> str | None:
    """Remove a mark and give its text (``metadata.pop`` would make the entry it does not find)."""
    if name not in payload.metadata:
        return None
    value = payload.metadata[name].decode()
    del payload.metadata[name]
    return value


def _hole(name: str) -> bytes:
    return pydantic_core.to_json({"$blob": name})


def _too_large(payload: Payload, ceiling: int) -> TooLarge:
    try:
        field, size = largest(pydantic_core.from_json(payload.data))
    except ValueError:
        field, size = "", len(payload.data)
    return TooLarge(
        f"A payload has {len(payload.data)} bytes; {ceiling} are allowed. Its largest field is {field or '/'} with {size} bytes.",
        code="payload.too_large", remedy="Hand it over as an artifact: a reference travels, the bytes do not.", field=field or "/",
    )  # fmt: skip
