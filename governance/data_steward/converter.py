"""The data converter of every Temporal client and worker of ours: pydantic JSON, labels, encrypted failures."""

from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from symphainy.foundations.language.label import Label
from symphainy.foundations.language.wire import SagaInput
from symphainy.governance.data_steward.clear import META_LABEL, META_PLAN
from symphainy.governance.data_steward.codec import SealingCodec
from symphainy.governance.data_steward.keys import KeyRing
from symphainy.governance.data_steward.offload import ObjectStore
from symphainy.governance.data_steward.refusal import RefusedPayloads

__all__ = ["SealedPayloads", "data_converter"]


class _Json(PydanticJSONPlainPayloadConverter):
    """Pydantic JSON that marks what the codec treats apart: labels, and start inputs with their plan."""

    def to_payload(self, value: Any) -> Payload | None:
        payload = super().to_payload(value)
        if payload is not None:
            if isinstance(value, Label):
                payload.metadata[META_LABEL] = b"1"
            elif isinstance(value, SagaInput):
                payload.metadata[META_PLAN] = b"1"
        return payload


_JSON = _Json()
_CONVERTERS = (
    *(
        _JSON if isinstance(c, JSONPlainPayloadConverter) else c
        for c in DefaultPayloadConverter.default_encoding_payload_converters
    ),
    RefusedPayloads(),
)


_BY_ENCODING = CompositePayloadConverter(*_CONVERTERS).converters


class SealedPayloads(CompositePayloadConverter):
    """The SDK's converters, with ours in the place of plain JSON."""

    def __init__(self) -> None:
        self.converters = _BY_ENCODING  # three are made per activation: what has no state is shared, the table too


def data_converter(keys: KeyRing, objects: ObjectStore, **sizes: int) -> DataConverter:
    """For ``Client(data_converter=…)``, together with ``header_codec_behavior=HeaderCodecBehavior.CODEC``.

    ``sizes``: ``ceiling`` and ``inline`` of the codec, in bytes.
    """
    return DataConverter(
        payload_converter_class=SealedPayloads,
        payload_codec=SealingCodec(keys, objects, **sizes),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
