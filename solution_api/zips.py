"""A solution folder as a zip: read entry by entry, counted while inflating, because what the headers say may be a lie."""

import io
import zipfile

from pydantic import TypeAdapter, ValidationError

from symphainy.foundations.experience.solution_models import FileName
from symphainy.foundations.language.errors import Invalid, TooLarge

MAX_ENTRIES = 1_000
RATIO = 100
"""Bytes out for one byte in; text packs to a tenth, a bomb to a thousandth."""
_NAME: TypeAdapter[str] = TypeAdapter(FileName)


def unpack(data: bytes, limit: int) -> dict[str, str]:
    """File name → text. Invalid for anything but a plain archive of UTF-8 texts, TooLarge over ``limit`` bytes or the ratio."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise Invalid("the body is no zip archive", code="zip") from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise TooLarge(f"the archive has more than {MAX_ENTRIES:,} entries")
    left, files = min(limit, RATIO * len(data)), dict[str, str]()
    for entry in entries:
        name = _name(entry)
        if name in files:
            raise Invalid(f"the archive holds {name!r} twice", code="zip")
        content = _read(archive, entry, left)
        left -= len(content)
        files[name] = _text(name, content)
    return _without_root(files)


def _text(name: str, content: bytes) -> str:
    """The text; of knowledge that is none only the name counts: its bytes are uploaded as content."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        if "knowledge" in name.split("/")[:2]:
            return ""
        raise Invalid(f"{name!r} is not UTF-8 text: only knowledge/ may hold other files", code="zip") from None


def _name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x1 or (entry.external_attr >> 16) & 0o170000 not in (0, 0o100000):
        raise Invalid("the archive holds an encrypted or special entry", code="zip")
    try:
        return _NAME.validate_python(entry.filename)
    except ValidationError:
        raise Invalid(f"the archive holds a name that is no plain path: {entry.filename[:80]!r}", code="zip") from None


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    try:
        with archive.open(entry) as stream:
            content = stream.read(left + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zipfile.LargeZipFile):
        raise Invalid(f"{entry.filename[:80]!r} cannot be unpacked", code="zip") from None
    except Exception as error:  # zlib.error and its like have no common base
        raise Invalid(f"{entry.filename[:80]!r} cannot be unpacked ({type(error).__name__})", code="zip") from None
    if len(content) > left:
        raise TooLarge("the archive unpacks to more than is allowed")
    return content


def _without_root(files: dict[str, str]) -> dict[str, str]:
    """The folder's own name, where the archive was made of the folder instead of its content."""
    roots = {name.partition("/")[0] for name in files}
    if "solution.yaml" in files or len(roots) != 1:
        return files
    return {name.partition("/")[2]: text for name, text in files.items() if "/" in name}
