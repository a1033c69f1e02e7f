"""Questions about a tree that need no judgement: its children, its free variables, whether it is a plain path."""

from collections.abc import Iterator
from functools import lru_cache

from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.parser import parse


def children(node: t.Node) -> Iterator[t.Node]:
    """The nodes directly below ``node``."""
    for value in vars(node).values():
        yield from _nodes(value)


def _nodes(value: object) -> Iterator[t.Node]:
    if isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)
    elif hasattr(value, "__dataclass_fields__"):
        yield value  # type: ignore[misc]


def every(node: t.Node) -> Iterator[t.Node]:
    """``node`` and all below it."""
    yield node
    for child in children(node):
        yield from every(child)


def free_variables(node: t.Node, bound: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of the ``$variables`` that ``node`` takes from outside.

    >>> sorted(free_variables(parse('.a as $x | $x + $y')))
    ['y']
    """
    if isinstance(node, t.Var):
        return frozenset([node.name]) - bound
    if isinstance(node, t.Bind):
        inner = bound | set(node.names)
        keys = frozenset[str]().union(*(free_variables(k, inner) for k in node.keys))
        return free_variables(node.source, bound) | keys | free_variables(node.body, inner)
    if isinstance(node, t.Reduce | t.Foreach):
        inner = bound | set(node.names)
        rest = [node.update, *([node.extract] if isinstance(node, t.Foreach) and node.extract else [])]
        outer = free_variables(node.source, bound) | free_variables(node.start, bound)
        return outer.union(*(free_variables(n, inner) for n in rest))
    if isinstance(node, t.Define):
        given = {p.removeprefix("$") for p in node.params if p.startswith("$")}
        return free_variables(node.body, bound | given) | free_variables(node.rest, bound)
    return frozenset[str]().union(*(free_variables(child, bound) for child in children(node)))


@lru_cache(maxsize=4096)
def variables_of(text: str) -> tuple[str, ...]:
    """Sorted names of the variables that ``text`` needs; JqSyntaxError."""
    return tuple(sorted(free_variables(parse(text))))


@lru_cache(maxsize=4096)
def plain_path(text: str) -> tuple[str, tuple[str | int, ...]] | None:
    """Root (empty for ``.``, else a variable's name) and steps of a path of literal keys; None for anything else.

    >>> plain_path("$context.claims[0].id")
    ('context', ('claims', 0, 'id'))
    """
    steps: list[str | int] = []
    node = parse(text)
    while True:
        if isinstance(node, t.Field):
            steps.append(node.name)
            node = node.target
        elif isinstance(node, t.Index) and isinstance(node.key, t.Literal) and type(node.key.value) in (str, int):
            steps.append(node.key.value)  # type: ignore[arg-type]
            node = node.target
        else:
            break
    if not isinstance(node, t.Dot | t.Var):
        return None
    return (node.name if isinstance(node, t.Var) else ""), tuple(reversed(steps))
