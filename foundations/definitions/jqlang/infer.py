"""The shape of an expression's value: inferred for what is common, ANY for the rest (DECISIONS.md 36)."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.shapes import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    Shape,
    array,
    of_value,
    record,
    union,
    without_null,
)

Complain = Callable[[str, str], None]
"""Called with a diagnostic's code and a sentence."""

_BOOLEAN = frozenset(
    ["not", "any", "all", "has", "in", "contains", "inside", "startswith", "endswith", "test", "isempty", "IN", "isnan"]
)
_NUMBER = frozenset(
    ["length", "utf8bytelength", "floor", "ceil", "round", "sqrt", "abs", "now", "tonumber", "fromdate"]
)
_STRING = frozenset(
    [
        "tostring",
        "tojson",
        "ascii_downcase",
        "ascii_upcase",
        "join",
        "type",
        "todate",
        "strftime",
        "implode",
        "trim",
        "ltrimstr",
        "rtrimstr",
    ]
)
_SAME = frozenset(["select", "sort", "sort_by", "unique", "unique_by", "reverse"])


def infer(node: t.Node, dot: Shape, env: Mapping[str, Shape], complain: Complain) -> Shape:
    """The shape of ``node`` on ``dot``; definite faults are complained about."""

    def of(inner: t.Node, data: Shape = dot) -> Shape:
        return infer(inner, data, env, complain)

    match node:
        case t.Field() | t.Index() | t.Each() | t.Slice():
            return _path(node, of, complain)
        case t.Dot():
            return dot
        case t.Var(name):
            return env.get(name, ANY)
        case t.Literal(value):
            return of_value(value)
        case t.Text() | t.Format():
            return STRING
        case t.Pipe(left, right):
            return of(right, of(left))
        case t.Call(name, args):
            return _call(name, args, dot, of)
        case _:
            return _made(node, dot, of)


Of = Callable[..., Shape]


def _path(node: t.Field | t.Index | t.Each | t.Slice, of: Of, complain: Complain) -> Shape:
    inside = of(node.target)
    match node:
        case t.Field(_, name) | t.Index(_, t.Literal(str(name))):
            return member(inside, name, complain)
        case t.Index(_, t.Literal(int())):
            return _element(inside)
        case t.Each():
            return inside.items or ANY if inside.only("array") else ANY
        case t.Slice():
            return inside
        case _:
            return ANY


def _made(node: t.Node, dot: Shape, of: Of) -> Shape:
    """Constructions and operators; try, bindings, loops and functions are not followed: ANY."""
    match node:
        case t.Array(body):
            return array(of(body) if body is not None else ANY)
        case t.Object(entries):
            return _object(entries, of)
        case t.Binary(op, left, right):
            return _binary(op, of(left), of(right))
        case t.Comma(left, right):
            return union(of(left), of(right))
        case t.If(branches, otherwise):
            return union(*(of(then) for _, then in branches), of(otherwise) if otherwise is not None else dot)
        case _:
            return ANY


def member(shape: Shape, name: str, complain: Complain) -> Shape:
    """The shape of ``.name``."""
    if shape.kinds is None:
        return ANY
    if shape.artifact and name not in shape.props:
        complain("TYP003", f".{name} leads into an artifact, which is only a reference")
        return ANY
    if not shape.kinds & {"object", "null"}:
        complain("TYP002", f".{name} of {' or '.join(sorted(shape.kinds))}: only an object has members")
        return ANY
    if "object" not in shape.kinds:
        return NULL
    if name not in shape.props:
        return NULL if shape.closed else ANY
    found = shape.props[name]
    return found if name in shape.required and shape.only("object") else union(found, NULL)


def _element(shape: Shape) -> Shape:
    return union(shape.items, NULL) if shape.only("array") and shape.items is not None else ANY


def _object(entries: tuple[tuple[t.Node, t.Node], ...], of: Callable[[t.Node], Shape]) -> Shape:
    props: dict[str, Shape] = {}
    fixed = True
    for key, value in entries:
        shape = of(value)
        if isinstance(key, t.Literal) and isinstance(key.value, str):
            props[key.value] = shape
        else:
            fixed = False
    return record(props) if fixed else Shape(frozenset(["object"]))


def _binary(op: str, left: Shape, right: Shape) -> Shape:
    if op in ("==", "!=", "<", "<=", ">", ">=", "and", "or"):
        return BOOLEAN
    if op == "//":
        return (
            union(without_null(left), right) if left.known and not left.only("null") else right if left.known else ANY
        )
    if op == "+":
        return _sum(left, right)
    if op in ("-", "*", "/", "%"):
        return NUMBER if left.only("number") and right.only("number") else ANY
    return ANY


def _sum(left: Shape, right: Shape) -> Shape:
    if left.only("null") or right.only("null"):
        return right if left.only("null") else left
    if (left.only("number") and right.only("number")) or (left.only("string") and right.only("string")):
        return left
    if left.only("array") and right.only("array"):
        return array(union(left.items or ANY, right.items or ANY))
    if left.only("object") and right.only("object"):
        props = {
            **left.props,
            **{n: s if n in right.required else union(s, left.props.get(n, ANY)) for n, s in right.props.items()},
        }
        if not right.closed:
            props = {n: s for n, s in props.items() if n in right.required}
        required = frozenset(n for n in left.required | right.required if n in props)
        return Shape(frozenset(["object"]), props, required, left.closed and right.closed)
    return ANY


def _call(name: str, args: tuple[t.Node, ...], dot: Shape, of: Callable[..., Shape]) -> Shape:
    if name == "map" and len(args) == 1:
        return array(of(args[0], dot.items or ANY if dot.only("array") else ANY))
    if name in _SAME:
        return dot
    if name in ("first", "last") and not args:
        return _element(dot)
    if name in _BOOLEAN:
        return BOOLEAN
    if name in _NUMBER or name in _STRING:
        return NUMBER if name in _NUMBER else STRING
    if name in ("keys", "keys_unsorted") and dot.only("object"):
        return array(STRING)
    return replace(ANY)
