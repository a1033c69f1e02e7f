"""Shapes of JSON values, as far as they are known: gradual, so that whatever is not known fits everything."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

KINDS = frozenset(["null", "boolean", "number", "string", "array", "object"])


@dataclass(frozen=True)
class Shape:
    """``kinds`` None: anything. ``props`` of objects; ``closed``: no others; ``items`` of arrays; ``artifact``: a reference to bytes."""

    kinds: frozenset[str] | None = None
    props: Mapping[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    closed: bool = False
    items: "Shape | None" = None
    artifact: bool = False

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self.kinds is not None

    def only(self, kind: str) -> bool:
        """Whether it is certainly of this kind."""
        return self.kinds is not None and self.kinds == frozenset([kind])


ANY = Shape()
NULL, BOOLEAN, NUMBER, STRING = (Shape(frozenset([kind])) for kind in ("null", "boolean", "number", "string"))


def array(items: Shape) -> Shape:
    """An array of ``items``."""
    return Shape(frozenset(["array"]), items=items)


def record(props: Mapping[str, Shape]) -> Shape:
    """An object of exactly these properties."""
    return Shape(frozenset(["object"]), props=dict(props), required=frozenset(props), closed=True)


def of_value(value: object) -> Shape:
    """The shape of a literal value."""
    if isinstance(value, Mapping):
        return record({str(k): of_value(v) for k, v in value.items()})
    if isinstance(value, list):
        return array(union(*map(of_value, value)) if value else ANY)
    if value is None or isinstance(value, bool):
        return NULL if value is None else BOOLEAN
    return STRING if isinstance(value, str) else NUMBER


def union(*shapes: Shape) -> Shape:
    """What fits any of ``shapes``."""
    out = shapes[0]
    for other in shapes[1:]:
        out = _union(out, other)
    return out


def _union(a: Shape, b: Shape) -> Shape:
    if a == b:
        return a
    if a.kinds is None or b.kinds is None:
        return ANY
    if "object" not in a.kinds or "object" not in b.kinds:
        object_ = a if "object" in a.kinds else b
        props, required, closed = object_.props, object_.required, object_.closed
        artifact = object_.artifact
    else:
        names = (set(a.props) | set(b.props)) if a.closed and b.closed else set(a.props) & set(b.props)
        props = {n: union(a.props.get(n, NULL), b.props.get(n, NULL)) for n in names}
        required, closed, artifact = a.required & b.required, a.closed and b.closed, a.artifact and b.artifact
    items = a.items or b.items
    if "array" in a.kinds and "array" in b.kinds:
        items = union(a.items, b.items) if a.items is not None and b.items is not None else None
    return Shape(a.kinds | b.kinds, props, required, closed, items, artifact)


def without_null(shape: Shape) -> Shape:
    """``shape`` where it is not null; ANY when nothing is left."""
    if shape.kinds is None:
        return shape
    rest = shape.kinds - {"null"}
    return replace(shape, kinds=rest) if rest else ANY


def of_schema(schema: Any, root: Mapping[str, Any] | None = None, within: frozenset[str] = frozenset()) -> Shape:
    """The shape a JSON Schema describes, as far as it is plain; the rest is ANY."""
    root = schema if root is None and isinstance(schema, Mapping) else root
    if not isinstance(schema, Mapping):
        return ANY
    if "$ref" in schema:
        ref = str(schema["$ref"])
        if ref in within:
            return ANY  # a recursive schema: known to its first turn
        there = {**_find(ref, root or {}), **{k: v for k, v in schema.items() if k != "$ref"}}
        return of_schema(there, root, within | {ref})
    for word in ("anyOf", "oneOf"):
        if isinstance(schema.get(word), list) and schema[word]:
            return union(*(of_schema(option, root, within) for option in schema[word]))
    if "allOf" in schema or "not" in schema or "if" in schema or "patternProperties" in schema:
        return ANY
    if "const" in schema or "enum" in schema:
        values = schema["enum"] if isinstance(schema.get("enum"), list) else [schema.get("const")]
        return union(*map(of_value, values)) if values else ANY
    type_ = schema.get("type", "object" if "properties" in schema else None)
    words = [type_] if isinstance(type_, str) else type_
    if not isinstance(words, list) or not words:
        return ANY
    kinds = frozenset("number" if word == "integer" else str(word) for word in words)
    if not kinds <= KINDS:
        return ANY
    given = schema.get("properties")
    props = {str(k): of_schema(v, root, within) for k, v in given.items()} if isinstance(given, Mapping) else {}
    items = of_schema(schema["items"], root, within) if "items" in schema and "prefixItems" not in schema else None
    required = frozenset(map(str, schema.get("required") or ()))
    return Shape(
        kinds, props, required, schema.get("additionalProperties") is False, items, schema.get("x-artifact") is True
    )


def _find(ref: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    here: Any = root
    for part in ref.removeprefix("#").split("/")[1:]:
        here = here.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(here, Mapping) else None
    return here if isinstance(here, Mapping) and ref.startswith("#/") else {}


@dataclass(frozen=True)
class Mismatch:
    """Why a value does not fit: the diagnostic's code, the place below the value, and a sentence."""

    code: str
    path: tuple[str, ...]
    sentence: str


def mismatches(value: Shape, wanted: Shape, path: tuple[str, ...] = ()) -> list[Mismatch]:
    """Definite mismatches only: whatever might fit, fits."""
    if value.kinds is None or wanted.kinds is None:
        return []
    where = ".".join(path) or "the value"
    if not value.kinds & wanted.kinds:
        return [Mismatch("TYP002", path, f"{where} is {_words(value)}, but {_words(wanted)} is wanted")]
    if value.only("array") and value.items is not None and wanted.items is not None:
        return mismatches(value.items, wanted.items, (*path, "[]"))
    if not value.only("object"):
        return []
    out: list[Mismatch] = []
    for name in sorted(wanted.required):
        if name not in value.props and value.closed:
            out.append(Mismatch("TYP001", (*path, name), f"{'.'.join((*path, name))} is required"))
    for name, shape in value.props.items():
        if name in wanted.props:
            out += mismatches(shape, wanted.props[name], (*path, name)) if name in value.required else []
        elif wanted.closed and wanted.props and name in value.required:
            out.append(
                Mismatch(
                    "TYP005",
                    (*path, name),
                    f"{'.'.join((*path, name))} is not taken; there is {', '.join(sorted(wanted.props))}",
                )
            )
    return out


def _words(shape: Shape) -> str:
    article = {"array": "an array", "object": "an object", "null": "null"}
    return " or ".join(sorted(article.get(kind, f"a {kind}") for kind in shape.kinds or ()))
