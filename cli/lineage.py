"""``symphainy lineage``: where a value came from, or what came from it, as a tree."""

import asyncio
import hashlib
from pathlib import Path

from symphainy.cli.credentials import signed_in
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.foundations.experience.branches import branches
from symphainy.foundations.experience.solution_models import LineageEdge, LineageGraph
from symphainy.foundations.language.errors import NotFound

__all__ = ["lineage", "tree"]


def lineage(data_dir: Path, value: str, *, forward: bool, depth: int, as_json: bool) -> None:
    """Ask, and show. A file on this machine stands for its content."""
    if (file := Path(value)).is_file():
        value = hashlib.sha256(file.read_bytes()).hexdigest()

    async def ask() -> LineageGraph:
        async with signed_in(Instance.running(data_dir)) as client:
            return await client.solution.lineage(value, "forward" if forward else "back", depth)

    found = asyncio.run(ask())
    if as_json:
        emit(found.model_dump(mode="json"))
        return
    if not found.edges:
        raise NotFound(f"Nothing is known of where {value} {'went' if forward else 'came from'}.")
    root = found.edges[0].source if forward else found.edges[0].target
    say("\n".join([root, *tree(found.edges, forward=forward)]))


def tree(edges: tuple[LineageEdge, ...], *, forward: bool = False) -> list[str]:
    """Lines below a root; what was shown already is named, and not opened again.

    >>> tree((LineageEdge(source="a", target="b", relation="made"), LineageEdge(source="x", target="a", relation="ran")))
    ['  made a', '    ran x']
    """
    below = branches(edges, forward=forward)[1:]
    return [f"{'  ' * one.depth}{one.relation} {one.node}{' …' if one.again else ''}" for one in below]
