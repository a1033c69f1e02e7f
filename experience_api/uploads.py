"""Bytes from a request into object storage: streamed, counted, hashed, never held in memory.

They land under a temporary key and move to ``artifacts/<sha256>`` once their hash is known; a broken upload leaves nothing.
"""

from collections.abc import AsyncIterator

from symphainy.experience_api.parts import ExperienceParts
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.context import SessionContext
from symphainy.foundations.language.errors import Invalid, NotFound, TooLarge
from symphainy.foundations.public_works.abstractions.objects import Objects
from symphainy.runtime.ids import mint

MAX_NAME = 255
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of text, and so can make ``exe.fdp`` read ``pdf.exe``."""


async def take(
    parts: ExperienceParts, who: SessionContext, chunks: AsyncIterator[bytes], *, media_type: str, name: str
) -> ArtifactRef:
    """Store an upload within its tenant's quota, and note how it went; TooLarge over the limit or the quota."""
    upload_id = mint("upload")
    left = await parts.uploads.begin(who, upload_id, name=name, media_type=media_type)
    try:
        ref = await store(
            parts.objects,
            who.tenant,
            upload_id,
            chunks,
            min(parts.limits.upload, left),
            media_type=media_type,
            name=name,
        )
    except BaseException as error:
        await parts.uploads.failed(who.tenant, upload_id)
        if isinstance(error, TooLarge) and left < parts.limits.upload:
            raise TooLarge(
                f"the file is over the {left:,} bytes that are left of this tenant's quota",
                code="upload.quota",
                remedy="erase documents that are no longer needed, or ask the operator for more (SYMPHAINY_UPLOAD_QUOTA)",
            ) from error
        raise
    await parts.uploads.stored(who.tenant, upload_id, ref)
    return ref


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
