"""Bytes from a request into object storage: streamed, counted, hashed, never held in memory.

They land under a temporary key and move to ``artifacts/<sha256>`` once their hash is known; a broken upload leaves nothing.
"""

from collections.abc import AsyncIterator

from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.errors import Invalid, NotFound
from symphainy.foundations.public_works.abstractions.objects import Objects

MAX_NAME = 255
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of text, and so can make ``exe.fdp`` read ``pdf.exe``."""


async def store(
    objects: Objects,
    tenant: str,
    upload_id: str,
    chunks: AsyncIterator[bytes],
    limit: int,
    *,
    media_type: str,
    name: str,
) -> ArtifactRef:
    """Store the bytes and give their reference; Invalid for an empty file, TooLarge for one over ``limit`` bytes."""
    temporary = f"{tenant}/uploads/{upload_id}"
    try:
        stored = await objects.put(temporary, chunks, max_size=limit)
        if not stored.size:
            raise Invalid("the file is empty", code="upload_empty")
        ref = ArtifactRef(
            key=f"artifacts/{stored.sha256}", sha256=stored.sha256, size=stored.size, media_type=media_type, name=name
        )
        if not await _there(objects, f"{tenant}/{ref.key}"):
            await objects.rename(temporary, f"{tenant}/{ref.key}")
        return ref
    finally:
        await objects.delete(temporary)


async def _there(objects: Objects, key: str) -> bool:
    try:
        await objects.stat(key)
    except NotFound:
        return False
    return True


def clean_name(value: str) -> str:
    r"""A file name fit to show: the last part, without control and direction characters; never used as a path.

    >>> clean_name("../../etc/pass\x00wd"), clean_name("C:\\a\\b.pdf")
    ('passwd', 'b.pdf')
    """
    last = value.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable() and c not in _TURNS)[:MAX_NAME]
