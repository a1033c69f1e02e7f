"""Records of several segments into trees: each child under the parent before it, as a hierarchical database wrote them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from symphainy.realms.content.services.decode.cobol.decoding import Values


@dataclass
class Tree:
    """A root record with what belongs to it: how many bytes, and the number of the last of its records."""

    values: Values
    length: int
    last: int
    orphans: list[int] = field(default_factory=list)


def assemble(
    found: Iterable[tuple[int, int, Values]], parents: Mapping[str, str], segments: set[str]
) -> Iterator[Tree]:
    """Trees of ``(number, length, values)``; ``parents`` says under which group each other group stands.

    A child whose parent has not come yet is an orphan: it is told, and joined to nothing.
    """
    tree: Tree | None = None
    latest: dict[str, dict[str, Any]] = {}
    for number, length, values in found:
        segment = next((group for group in segments if group in values), None)
        if segment is None or segment not in parents:
            if tree is not None:
                yield tree
            tree, latest = Tree(values, length, number), {}
            if segment is not None:
                latest[segment] = _opened(values[segment], segment, parents)
            continue
        if tree is None:
            tree = Tree({}, 0, number)
        tree.length, tree.last = tree.length + length, number
        above = latest.get(parents[segment])
        if above is None:
            tree.orphans.append(number)
            continue
        above[segment].append(values[segment])
        latest[segment] = _opened(values[segment], segment, parents)
    if tree is not None:
        yield tree


def _opened(group: dict[str, Any], segment: str, parents: Mapping[str, str]) -> dict[str, Any]:
    """A group with an empty list for each kind of child."""
    for child, above in parents.items():
        if above == segment:
            group[child] = []
    return group
