"""Large values: always by reference, content-addressed, visible as such in a contract (DECISIONS.md 21)."""

import hashlib
from typing import Any

from symphainy.foundations.language.model import Json, Message


class ArtifactRef(Message):
    """A reference to bytes in the object store. ``key`` is relative to the tenant's area: ``artifacts/<sha256>``.

    >>> ArtifactRef.of(b"abc").key
    'artifacts/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
    """

    key: str
    sha256: str
    size: int
    media_type: str = "application/octet-stream"
    name: str = ""

    @classmethod
    def of(cls, data: bytes, *, media_type: str = "application/octet-stream", name: str = "") -> "ArtifactRef":
        """The reference that ``data`` has, wherever it is stored."""
        digest = hashlib.sha256(data).hexdigest()
        return cls(key=f"artifacts/{digest}", sha256=digest, size=len(data), media_type=media_type, name=name)


class NewArtifact(Message):
    """Bytes that a step wants kept. The step returns it in its Outcome; only the step boundary writes."""

    ref: ArtifactRef
    data: bytes

    @classmethod
    def of(cls, data: bytes, **about: Any) -> "NewArtifact":
        """Bytes and their reference in one."""
        return cls(ref=ArtifactRef.of(data, **about), data=data)


def artifact_schema() -> dict[str, Json]:
    """The JSON Schema of a reference, marked so that the type checker refuses a path into it."""
    return {**ArtifactRef.model_json_schema(), "x-artifact": True}
