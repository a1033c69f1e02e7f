"""Bytes of one record into its values, field by field; what is malformed is reported and moves nothing after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from symphainy.foundations.language.errors import Invalid
from symphainy.realms.content.services.decode.cobol.codepages import Controls
from symphainy.realms.content.services.decode.cobol.copybook import Field
from symphainy.realms.content.services.decode.cobol.picture import Picture
from symphainy.realms.content.services.decode.cobol.scalars import Malformed, Read, Trim, reader

MAX_PROBLEMS = 20
"""Told per record; a record with more is of another layout."""
Values = dict[str, Any]
Emit = Callable[["State", Values, int, str], int]


@dataclass(frozen=True)
class Options:
    """How bytes are read. ``segments`` says which group a value of ``segment_field`` brings; the other groups are left out."""

    code_page: str = "cp037"
    trim: Trim = "both"
    controls: Controls = "lines"
    floats: Literal["ibm", "ieee"] = "ibm"
    packed_occurs: bool = False
    """Whether OCCURS DEPENDING ON takes only the bytes of what occurs; else those of its largest."""
    segment_field: str | None = None
    segments: Mapping[str, str] = field(default_factory=dict)
    group_texts: frozenset[str] = frozenset()
    """Groups that are given as text too, under their name and ``_NT``."""
    raw: bool = False
    """Whether each value's bytes are given too, under its name and ``_debug``."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field: its path, why, and its bytes as hexadecimal figures."""

    path: str
    why: str
    bytes: str


@dataclass
class State:
    """One record while it is read."""

    data: bytes
    counts: dict[str, int] = field(default_factory=dict)
    segment: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def tell(self, path: str, why: str, raw: bytes) -> None:
        """Report a field."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(path, why, raw[:32].hex()))


@dataclass(frozen=True)
class Decoded:
    """One record's values, how many bytes they took, and what is wrong with it."""

    values: Values
    length: int
    problems: tuple[Problem, ...]


class Decoder:
    """Reads records of one copybook.

    >>> from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
    >>> read = Decoder(parse_copybook("01 R. 05 ID PIC 9(3). 05 NAME PIC X(4)."), Options())
    >>> read(bytes.fromhex("F0F0F7C2D6D5C4")).values
    {'R': {'ID': 7, 'NAME': 'BOND'}}
    >>> [problem.path for problem in read(bytes.fromhex("F0C1F7C2D6D5C4")).problems]
    ['R.ID']
    """

    def __init__(self, records: tuple[Field, ...], options: Options) -> None:
        self.records, self.options = records, options
        self._named = _depended(records)
        groups = {name(child) for record in records for child in _all(record) if child.children}
        if missing := {group for group in options.segments.values() if group not in groups}:
            raise Invalid(f"The copybook has no group {', '.join(sorted(missing))}.", code="copybook.segment")
        self._emit = self._sequence(records, "")
        self.length = max(record.length for record in records)

    def __call__(self, data: bytes) -> Decoded:
        """The record that begins with ``data``."""
        state, values = State(data), Values()
        end = self._emit(state, values, 0, "")
        return Decoded(values, end, tuple(state.problems))

    def _sequence(self, fields: tuple[Field, ...], path: str) -> Emit:
        """Fields one after the other; what redefines lies where what it redefines began."""
        parts = [(child.name, child.redefines, self._field(child, f"{path}{name(child)}")) for child in fields]

        def emit(state: State, values: Values, at: int, place: str) -> int:
            starts: dict[str, int] = {}
            end = at
            for label, redefines, part in parts:
                start = starts.get(redefines, end) if redefines else end
                starts[label] = start
                end = max(end, part(state, values, start, place))
            return end

        return emit

    def _field(self, child: Field, path: str) -> Emit:
        one = self._group(child, path) if child.children else self._leaf(child, path)
        return self._many(child, one) if child.repeats else one

    def _group(self, group: Field, path: str) -> Emit:
        inner, label, hidden = self._sequence(group.children, f"{path}."), name(group), group.filler
        segmented = label in self.options.segments.values()
        text = self._text_of(group) if label in self.options.group_texts else None
        visible = any(not child.filler or child.children for child in group.children)

        def emit(state: State, values: Values, at: int, place: str) -> int:
            if segmented and state.segment is not None and state.segment != label:
                return at
            found: Values = {}
            end = inner(state, found, at, place)
            if not hidden and visible:
                values[label] = found
            if text is not None:
                values[f"{label}_NT"] = text(state.data[at:end])
            return end

        return emit

    def _text_of(self, group: Field) -> Read:
        return reader(
            _as_text(group), self.options.code_page, trim=self.options.trim, controls=self.options.controls,
            floats=self.options.floats,
        )  # fmt: skip

    def _leaf(self, leaf: Field, path: str) -> Emit:
        options, label, size = self.options, name(leaf), leaf.length
        read = reader(leaf, options.code_page, trim=options.trim, controls=options.controls, floats=options.floats)
        counted, chooses, hidden = leaf.name in self._named, label == options.segment_field, leaf.filler
        text = leaf.picture is not None and not leaf.picture.numeric

        def emit(state: State, values: Values, at: int, place: str) -> int:
            raw = state.data[at : at + size]
            value = None
            if len(raw) == size or (text and raw):
                try:
                    value = read(raw)
                except Malformed as error:
                    if not hidden:
                        state.tell(path, str(error), raw)
            elif raw and not hidden:
                state.tell(path, "the record ends inside the field", raw)
            if counted:
                state.counts[leaf.name] = value if isinstance(value, int) else 0
            if chooses:
                state.segment = options.segments.get(str(value), "")
            if not hidden:
                values[label] = value
                if options.raw:
                    values[f"{label}_debug"] = raw
            return at + size

        return emit

    def _many(self, field_: Field, one: Emit) -> Emit:
        label, packed, simple = name(field_), self.options.packed_occurs, not field_.children

        def emit(state: State, values: Values, at: int, place: str) -> int:
            count, end = field_.most, at
            if field_.depending is not None:
                count = state.counts.get(field_.depending, 0)
                if not 0 <= count <= field_.most:
                    state.tell(label, f"{field_.depending} says {count}; the copybook allows {field_.most}", b"")
                    count = max(0, min(count, field_.most))
            found: list[Any] = []
            for _ in range(count):
                if end >= len(state.data):
                    break
                item: Values = {}
                end = one(state, item, end, place)
                found.append(item.get(label) if simple else item.get(label, {}))
            values[label] = found
            return end if packed and field_.depending else at + field_.length * field_.most

        return emit


def name(field_: Field) -> str:
    """A field's name as a column's."""
    return field_.name.replace("-", "_")


def _as_text(group: Field) -> Field:
    return Field(group.level, group.name, picture=Picture("X", False, False, 0, 0, group.length), length=group.length)


def _all(field_: Field) -> list[Field]:
    return [field_, *(below for child in field_.children for below in _all(child))]


def _depended(records: tuple[Field, ...]) -> frozenset[str]:
    """Names that some OCCURS DEPENDING ON asks for. Invalid where no field has one."""
    every = [below for record in records for below in _all(record)]
    asked, there = {f.depending for f in every if f.depending}, {f.name for f in every}
    if missing := asked - there:
        raise Invalid(
            f"OCCURS DEPENDING ON {', '.join(sorted(missing))}: there is no such field.", code="copybook.occurs"
        )
    return frozenset(asked)
