"""Compound files: the folders and streams in which the offices' programs kept their documents before 2007 ([MS-CFB]).

Every chain is followed once and no further than the file is long, so that one which loops ends as a broken file.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.models import within

MAX_ENTRIES: Final = 20_000
MAX_DEPTH: Final = 16
_END: Final = 0xFFFFFFFA
"""Numbers from here on are no sectors: ends of chains and free places."""
_NONE: Final = 0xFFFFFFFF
_FOLDER, _STREAM, _ROOT = 1, 2, 5


@dataclass
class Folder:
    """A folder's streams and folders by name."""

    streams: dict[str, bytes] = field(default_factory=dict)
    folders: dict[str, "Folder"] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = 1 << struct.unpack_from("<H", data, 30)[0]
        self.small = 1 << struct.unpack_from("<H", data, 32)[0]
        if self.size not in (512, 4096) or self.small != 64:
            raise _broken("its sectors have an unknown size")
        self.cutoff = struct.unpack_from("<L", data, 56)[0]
        self.fat = self._numbers(self._fat_sectors())
        self.entries = [self._entry(at) for at in self._entries()]
        if not self.entries or self.entries[0].kind != _ROOT:
            raise _broken("it has no root")
        self.mini = self._numbers(self._chain(struct.unpack_from("<L", data, 60)[0], self.fat))
        self.pool = self._joined(self.entries[0].start)

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _numbers(self, sectors: list[int]) -> list[int]:
        data = b"".join(map(self._sector, sectors))
        return list(struct.unpack(f"<{len(data) // 4}L", data[: len(data) // 4 * 4]))

    def _fat_sectors(self) -> list[int]:
        found = list(struct.unpack_from("<109L", self.data, 76))
        more, seen = struct.unpack_from("<L", self.data, 68)[0], 0
        while more < _END and seen * self.size < len(self.data):
            numbers = self._numbers([more])
            if not numbers:
                break
            found, more, seen = found + numbers[:-1], numbers[-1], seen + 1
        return [number for number in found if number < _END and (number + 1) * self.size < len(self.data)]

    def _chain(self, start: int, table: list[int]) -> list[int]:
        found: list[int] = []
        at = start
        while at < _END and at < len(table):
            found.append(at)
            if len(found) > len(table):
                raise _broken("a chain of its sectors has no end")
            at = table[at]
        return found

    def _joined(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self.fat)))

    def _entries(self) -> list[bytes]:
        data = self._joined(struct.unpack_from("<L", self.data, 48)[0])
        within("entries", len(data) // 128, MAX_ENTRIES)
        return [data[at : at + 128] for at in range(0, len(data) - 127, 128)]

    def _entry(self, raw: bytes) -> _Entry:
        length = min(max(struct.unpack_from("<H", raw, 64)[0] - 2, 0), 62)
        name = raw[:length].decode("utf-16-le", "replace")
        left, right, child = struct.unpack_from("<3L", raw, 68)
        start, size = struct.unpack_from("<2L", raw, 116)
        return _Entry(name, raw[66], left, right, child, start, size)

    def stream(self, entry: _Entry) -> bytes:
        """A stream's bytes; short ones lie in the root's, in pieces of 64."""
        if entry.size >= self.cutoff:
            return self._joined(entry.start)[: entry.size]
        pieces = (self.pool[at * self.small : (at + 1) * self.small] for at in self._chain(entry.start, self.mini))
        return b"".join(pieces)[: entry.size]

    def folder(self, entry: _Entry, depth: int, seen: set[int]) -> Folder:
        """A folder with all that lies in it."""
        if depth > MAX_DEPTH:
            raise _broken(f"its folders lie deeper than {MAX_DEPTH} levels")
        found, todo = Folder(), [entry.child]
        while todo:
            number = todo.pop()
            if number == _NONE or number >= len(self.entries):
                continue
            if number in seen:
                raise _broken("one of its entries stands in two places")
            seen.add(number)
            one = self.entries[number]
            todo += [one.left, one.right]
            if one.kind == _STREAM:
                found.streams[one.name] = self.stream(one)
            elif one.kind == _FOLDER:
                found.folders[one.name] = self.folder(one, depth + 1, seen)
        return found


def read_compound(data: bytes) -> Folder:
    """The root folder of a compound file. Invalid where it is broken."""
    try:
        reader = _Reader(data)
        return reader.folder(reader.entries[0], 0, {0})
    except (struct.error, IndexError) as error:
        raise _broken("it ends too early") from error


def _broken(why: str) -> Invalid:
    return Invalid(f"The compound file is broken: {why}.", code="content.broken", remedy="Save it anew.")
