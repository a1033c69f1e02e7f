"""A safe YAML 1.2 loader (core schema) that knows where everything stands. JSON is YAML, and is accepted.

Bounded in bytes, nodes and depth. ``on`` and ``yes`` are strings, timestamps stay strings, duplicate keys are errors, and numbers that
JSON cannot carry exactly (NaN, 1e400, integers beyond 64 bits) are refused.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

from symphainy.foundations.definitions.diagnostics import Diagnostic, diagnostic
from symphainy.foundations.language.model import Json

MAX_BYTES = 1 << 20
MAX_NODES = 10_000
"""After expansion of aliases; the largest public sample has 300."""
MAX_DEPTH = 64

_INT = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCT, _HEX = re.compile(r"0o[0-7]+"), re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_ODD = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|NaN|-?Infinity")
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_WORDS: dict[str, Json] = {
    "null": None, "Null": None, "NULL": None, "~": None, "": None, "true": True, "True": True, "TRUE": True, "false": False,
    "False": False, "FALSE": False,
}  # fmt: skip

Place = tuple[int, int]
"""Line and column, both from 1."""


@dataclass
class Source:
    """A loaded document: its value, and where each JSON pointer stands (its key, and its value)."""

    value: Json = None
    file: str = ""
    keys: dict[str, Place] = field(default_factory=dict)
    values: dict[str, Place] = field(default_factory=dict)
    faults: tuple[Diagnostic, ...] = ()

    def place(self, pointer: str, *, value: bool = False) -> Place:
        """Where ``pointer`` stands, or the nearest thing above it."""
        table = self.values if value else self.keys
        while pointer and pointer not in table:
            pointer = pointer.rpartition("/")[0]
        return table.get(pointer, (1, 1))


class _Fault(Exception):
    def __init__(self, code: str, what: str, mark: Any = None, pointer: str = "") -> None:
        super().__init__(what)
        self.code, self.what, self.pointer = code, what, pointer
        self.place = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def load(text: str, *, file: str = "") -> Source:
    """``text`` as JSON data with positions; faults instead of exceptions."""
    source = Source(file=file)
    try:
        _check_text(text)
        source.value = _Loader(_as_yaml(text), source).document()
    except _Fault as fault:
        source.value = None
        line, column = fault.place
        source.faults = (
            diagnostic(fault.code, fault.what, file=file, line=line, column=column, pointer=fault.pointer),
        )
    return source


def escape(part: object) -> str:
    """A key as a JSON Pointer segment (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def _as_yaml(text: str) -> str:
    """JSON where it is not YAML: tabs before a line, and characters written as two halves."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return text
    text = re.sub(r"^\t+", lambda m: " " * len(m.group()), text, flags=re.MULTILINE)
    return _PAIR.sub(lambda m: bytes.fromhex(m[1] + m[2]).decode("utf-16-be"), text)


def _check_text(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start)
        fault = _Fault("YAML004", "the text holds half a character (a lone surrogate)")
        fault.place = (line + 1, 1)
        raise fault from None
    if size > MAX_BYTES:
        raise _Fault("YAML003", f"the file has {size} bytes, the limit is {MAX_BYTES}")


class _Loader:
    """Builds the value from libyaml's events; recursion is bounded by MAX_DEPTH."""

    def __init__(self, text: str, source: Source) -> None:
        import yaml

        self.yaml, self.source, self.nodes = yaml, source, 0
        self.anchors: dict[str, tuple[Json, int, int]] = {}
        self.events = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def next(self) -> Any:
        try:
            return next(self.events)
        except self.yaml.MarkedYAMLError as error:
            what = " ".join(part for part in (error.context, error.problem) if part)
            raise _Fault("YAML001", what, error.problem_mark or error.context_mark) from None
        except self.yaml.YAMLError as error:
            raise _Fault("YAML001", f"{getattr(error, 'reason', None) or 'it cannot be read'}") from None

    def document(self) -> Json:
        self.next()  # the stream begins
        event = self.next()
        if not isinstance(event, self.yaml.DocumentStartEvent):
            raise _Fault("YAML005", "the file is empty")
        value = self.node(self.next(), "", 0)
        self.next()  # the document ends
        event = self.next()
        if isinstance(event, self.yaml.DocumentStartEvent):
            raise _Fault("YAML005", "the file holds more than one document", event.start_mark)
        return value

    def node(self, event: Any, pointer: str, depth: int) -> Json:
        mark = event.start_mark
        self.source.values[pointer] = (mark.line + 1, mark.column + 1)
        self.source.keys.setdefault(pointer, (mark.line + 1, mark.column + 1))
        self.count(1, mark, pointer)
        if depth > MAX_DEPTH:
            raise _Fault("YAML003", f"the document nests more than {MAX_DEPTH} deep", mark, pointer)
        if isinstance(event, self.yaml.AliasEvent):
            return self.alias(event, pointer, depth)
        before = self.nodes - 1
        if isinstance(event, self.yaml.ScalarEvent):
            value = self.scalar(event, pointer)
        else:
            self.tag(event, pointer)
            value = (
                self.mapping(pointer, depth)
                if isinstance(event, self.yaml.MappingStartEvent)
                else self.sequence(pointer, depth)
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, self.nodes - before, _height(value))
        return value

    def count(self, nodes: int, mark: Any, pointer: str) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise _Fault("YAML003", f"the document has more than {MAX_NODES} nodes, aliases expanded", mark, pointer)

    def alias(self, event: Any, pointer: str, depth: int) -> Json:
        if event.anchor not in self.anchors:
            raise _Fault("YAML001", f"the alias *{event.anchor} names no anchor above it", event.start_mark, pointer)
        value, nodes, height = self.anchors[event.anchor]
        self.count(nodes, event.start_mark, pointer)
        if depth + height > MAX_DEPTH:
            raise _Fault("YAML003", f"the document nests more than {MAX_DEPTH} deep", event.start_mark, pointer)
        return _copy(value)

    def tag(self, event: Any, pointer: str) -> None:
        fine = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:str", "!", None}
        if event.tag not in fine:
            raise _Fault("YAML006", f"the tag {event.tag} is not allowed", event.start_mark, pointer)

    def mapping(self, pointer: str, depth: int) -> Json:
        out: dict[str, Json] = {}
        while not isinstance(event := self.next(), self.yaml.MappingEndEvent):
            mark = event.start_mark
            if not isinstance(event, self.yaml.ScalarEvent):
                raise _Fault("YAML006", "a key must be a plain string", mark, pointer)
            key = event.value  # keys are strings: `on:` and `404:` are not converted
            if key == "<<" and event.implicit[0]:
                raise _Fault("YAML006", "merge keys (<<) are not part of YAML 1.2", mark, pointer)
            if "\x00" in key:
                raise _Fault("YAML004", "a key holds the character NUL", mark, pointer)
            here = f"{pointer}/{escape(key)}"
            if key in out:
                first = self.source.keys[here]
                raise _Fault("YAML002", f"the key {key!r} stands here and in line {first[0]}", mark, here)
            self.count(1, mark, pointer)
            self.source.keys[here] = (mark.line + 1, mark.column + 1)
            out[key] = None
            out[key] = self.node(self.next(), here, depth + 1)
        return out

    def sequence(self, pointer: str, depth: int) -> Json:
        out: list[Json] = []
        while not isinstance(event := self.next(), self.yaml.SequenceEndEvent):
            out.append(self.node(event, f"{pointer}/{len(out)}", depth + 1))
        return out

    def scalar(self, event: Any, pointer: str) -> Json:
        text: str = event.value
        self.tag(event, pointer)
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise _Fault("YAML004", "the text holds half a character (a lone surrogate)", event.start_mark, pointer)
        if not event.implicit[0] or event.tag is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text) or _OCT.fullmatch(text) or _HEX.fullmatch(text):
            if len(text) > 40 or not -(2**63) <= (number := int(text, {"o": 8, "x": 16}.get(text[1:2], 10))) < 2**64:
                raise _Fault("YAML004", "the number is beyond 64 bits: write it as a string", event.start_mark, pointer)
            return number
        if _FLOAT.fullmatch(text):
            if not math.isfinite(value := float(text)):
                raise _Fault("YAML004", f"the number {text[:40]} is beyond a double's range", event.start_mark, pointer)
            return value
        if _ODD.fullmatch(text):
            raise _Fault("YAML004", f"{text} is no JSON number", event.start_mark, pointer)
        return text


def _height(value: Json) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((1 + _height(item) for item in inner), default=0)


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list) else value
