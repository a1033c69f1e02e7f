"""Where a record ends: by its length, by the word in front of it (RDW), by block (BDW), or by its own content."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from symphainy.foundations.language.errors import Invalid

Format = Literal["fixed", "variable", "blocked", "content"]
LOOKED_AT = 1_000
"""Record words that must fit before a way of writing them is believed."""
MAX_RECORD = 1 << 20


class Framed(NamedTuple):
    """One record: which, where its bytes begin in the file, and they."""

    number: int
    offset: int
    data: bytes
    short: bool = False


@dataclass(frozen=True)
class Words:
    """How a record's length is written in the four bytes before it."""

    at: int
    order: Literal["big", "little"]
    counts_itself: bool

    def length(self, word: bytes) -> int | None:
        """Bytes of the record after its word; None where the word is none."""
        other = word[2 - self.at : 4 - self.at]
        size = int.from_bytes(word[self.at : self.at + 2], self.order) - (4 if self.counts_itself else 0)
        return size if size > 0 and not any(other) else None


_WAYS = (
    Words(0, "big", True),  # as z/OS writes it
    Words(0, "big", False),
    Words(2, "little", False),  # as some transfer programs do
    Words(2, "big", False),
    Words(0, "little", False),
    Words(0, "little", True),
)


def records(
    path: str, format: Format, *, length: int, skip: int = 0, leave: int = 0, start: int = 0, number: int = 0,
    measure: Callable[[bytes], int] | None = None,
) -> Iterator[Framed]:  # fmt: skip
    """The records of a file, from byte ``start`` on (0: after ``skip`` bytes of file header) to ``leave`` bytes before its end.

    ``length`` is that of a fixed record; ``measure`` says how many bytes one takes where only its content tells. A last
    piece shorter than its record is given, marked ``short``. Invalid where no way of writing record words fits.
    """
    stop = Path(path).stat().st_size - leave
    with open(path, "rb") as file:
        file.seek(max(start, skip))
        match format:
            case "fixed":
                yield from _fixed(file, length, stop, number)
            case "content":
                yield from _by_content(file, length, stop, number, measure or (lambda data: len(data)))
            case _:
                blocked = format == "blocked"
                yield from _variable(file, stop, number, words_of(path, skip, stop, blocked), blocked)


def _fixed(file: BinaryIO, length: int, stop: int, number: int) -> Iterator[Framed]:
    at = file.tell()
    while at < stop:
        data = file.read(min(length, stop - at))
        if not data:
            return
        yield Framed(number, at, data, len(data) < length)
        at, number = at + len(data), number + 1


def _by_content(
    file: BinaryIO, length: int, stop: int, number: int, measure: Callable[[bytes], int]
) -> Iterator[Framed]:
    at = file.tell()
    while at < stop:
        file.seek(at)
        data = file.read(min(length, stop - at))
        took = measure(data)
        if took <= 0:
            return
        yield Framed(number, at, data[:took], took > len(data))
        at, number = at + took, number + 1


def _variable(file: BinaryIO, stop: int, number: int, words: Words, blocked: bool) -> Iterator[Framed]:
    at = file.tell()
    block_ends = 0
    while at < stop:
        if blocked and at >= block_ends:
            word = file.read(4)
            if len(word) < 4:
                return
            block_ends = at + int.from_bytes(word[:2], "big")
            at += 4
            if block_ends <= at:
                raise Invalid(f"The block at byte {at - 4:,} says it is empty.", code="mainframe.block")
            continue
        word = file.read(4)
        size = words.length(word) if len(word) == 4 else None
        if size is None or size > MAX_RECORD:
            raise Invalid(
                f"Byte {at:,} holds {word.hex()}, which is no record word: what follows cannot be told apart.",
                code="mainframe.record_word",
                remedy="Check the record format, and the file's header and footer.",
            )
        data = file.read(min(size, stop - at - 4))
        yield Framed(number, at + 4, data, len(data) < size)
        at, number = at + 4 + size, number + 1


def words_of(path: str, skip: int, stop: int, blocked: bool = False) -> Words:
    """The way of writing record words that leads through the file's beginning, record by record. Invalid when none does."""
    with open(path, "rb") as file:
        for way in _WAYS:
            if _leads(file, skip, stop, way, blocked):
                return way
    raise Invalid(
        "The file does not consist of records with their lengths in front.",
        code="mainframe.record_word",
        remedy="Say that its records are of fixed length, or how long its header is.",
    )


def _leads(file: BinaryIO, at: int, stop: int, way: Words, blocked: bool) -> bool:
    block_ends = 0
    for _ in range(LOOKED_AT):
        if at >= stop:
            break
        file.seek(at)
        word = file.read(4)
        if blocked and at >= block_ends:
            block_ends = at + int.from_bytes(word[:2], "big")
            if any(word[2:]) or block_ends <= at + 4 or block_ends > stop:
                return False
            at += 4
            continue
        size = way.length(word) if len(word) == 4 else None
        if size is None or at + 4 + size > (block_ends if blocked else stop):
            return False
        at += 4 + size
    return True
