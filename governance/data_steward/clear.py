"""What may stay in clear: labels built from a definition's own names, and the SDK's description of a workflow (DECISIONS.md 22)."""

from temporalio.api.common.v1 import Payload

__all__ = ["META_LABEL", "META_PLAN", "is_clear"]

META_LABEL = "symphainy-label"
META_PLAN = "symphainy-plan"
"""Marks a start input, whose plan is stored apart when it is large. Never leaves the process as it is."""
LONGEST = 65_536
"""Bytes of a label. Current details list every step of a segment."""
_SDK = b"temporal.api.sdk.v1."


def is_clear(payload: Payload) -> bool:
    """Whether a payload is a label (a JSON string, no more), or the SDK's ``WorkflowMetadata`` and its like."""
    metadata = payload.metadata
    if META_LABEL in metadata:
        return len(payload.data) <= LONGEST and payload.data[:1] == b'"' and payload.data[-1:] == b'"'
    return metadata.get("encoding") in (b"json/protobuf", b"binary/protobuf") and metadata.get(
        "messageType", b""
    ).startswith(_SDK)
