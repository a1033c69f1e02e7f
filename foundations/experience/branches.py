"""Lineage as a tree: the edges that an API gave, in the order in which a person reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from symphainy.foundations.experience.solution_models import LineageEdge

__all__ = ["Branch", "branches"]


@dataclass(frozen=True)
class Branch:
    """One node: how deep it stands, what it is to the one above, and whether it was opened elsewhere already (``again``)."""

    depth: int
    relation: str
    node: str
    again: bool = False


def branches(edges: Sequence[LineageEdge], *, forward: bool = False) -> list[Branch]:
    """The root first, then what is below it; a node with several ways to it is opened once.

    >>> edges = [LineageEdge(source="a", target="b", relation="made"), LineageEdge(source="x", target="a", relation="ran")]
    >>> [(one.depth, one.relation, one.node) for one in branches(edges)]
    [(0, '', 'b'), (1, 'made', 'a'), (2, 'ran', 'x')]
    """
    if not edges:
        return []
    onward: dict[str, list[tuple[str, str]]] = {}
    for edge in edges:
        here, there = (edge.source, edge.target) if forward else (edge.target, edge.source)
        onward.setdefault(here, []).append((edge.relation, there))
    found, seen = list[Branch](), set[str]()
    waiting = [Branch(0, "", edges[0].source if forward else edges[0].target)]
    while waiting:
        one = waiting.pop()
        found.append(Branch(one.depth, one.relation, one.node, one.node in seen and one.node in onward))
        if one.node not in seen:
            seen.add(one.node)
            below = onward.get(one.node, [])
            waiting += [Branch(one.depth + 1, relation, node) for relation, node in reversed(below)]
    return found
