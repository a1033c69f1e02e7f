"""Looks at a zip before anything unpacks it: bombs, lies and external entities are refused here."""

import zipfile
from typing import Final

from symphainy.foundations.language.errors import Invalid, TooLarge

MAX_ENTRIES: Final = 1_000
MAX_INFLATED: Final = 100 * 2**20
MAX_RATIO: Final = 100
"""Inflated to packed, for members over 1 MiB: XML of real documents stays below 40."""
_PIECE: Final = 256 * 1024
_REMEDY = "Save the document anew in its own program and upload the result."


def inspect(path: str) -> None:
    """Read every member once, counting what really comes out; headers may lie.

    Invalid when the archive is broken or its XML declares entities, TooLarge when it inflates beyond the limits.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MAX_ENTRIES:
                raise TooLarge(
                    f"The archive has {len(members):,} members; the limit is {MAX_ENTRIES:,}.", remedy=_REMEDY
                )
            total = 0
            for member in members:
                total += _read(archive, member, MAX_INFLATED - total)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Invalid(f"The archive is broken: {error}.", code="content.broken", remedy=_REMEDY) from error
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise Invalid(f"The archive is broken: {error}.", code="content.broken", remedy=_REMEDY) from error
        raise


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int) -> int:
    if member.flag_bits & 1:
        raise Invalid(
            "The document is encrypted.", code="content.encrypted", remedy="Remove its password and upload it again."
        )
    size = 0
    with archive.open(member) as stream:
        while piece := stream.read(_PIECE):
            if size == 0 and b"<!DOCTYPE" in piece and member.filename.endswith((".xml", ".rels")):
                raise Invalid("The document's XML declares a document type.", code="content.unsafe_xml", remedy=_REMEDY)
            size += len(piece)
            if size > left:
                raise TooLarge(f"The archive inflates beyond {MAX_INFLATED:,} bytes, the limit.", remedy=_REMEDY)
            if size > 2**20 and size > MAX_RATIO * max(member.compress_size, 1):
                raise TooLarge(f"A member inflates more than {MAX_RATIO}-fold, the limit.", remedy=_REMEDY)
    return size
