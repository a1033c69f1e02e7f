"""Random programs: a small tree for the model, and the document that the platform compiles from it. Data is always ``{n: …}``."""

import random
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Node:
    """One task. ``op`` says which; ``number`` is its parameter; ``name`` is unique in the program."""

    op: str
    name: str
    number: int = 0
    parts: tuple[tuple["Node", ...], ...] = ()


@dataclass
class Generator:
    """Draws programs of at most ``budget`` tasks."""

    draw: random.Random
    budget: int = 30
    late: bool = True
    """Whether tasks may run into a timeout of theirs: under kills a model cannot know what had happened by then."""
    count: int = field(default=0, init=False)

    def program(self) -> tuple[Node, ...]:
        return self.sequence(0, safe=False, retrying=False)

    def sequence(self, depth: int, *, safe: bool, retrying: bool) -> tuple[Node, ...]:
        return tuple(self.node(depth, safe=safe, retrying=retrying) for _ in range(self.draw.randint(1, 4)))

    def node(self, depth: int, *, safe: bool, retrying: bool) -> Node:
        """``safe``: it must not fail, since what runs beside it would be cut off at a moment that a model cannot know."""
        self.count += 1
        flat = ["add", "inc", "pay", "pay", "rest", "skip"] + (
            [] if safe else ["fail", "late" if self.late else "fail"]
        )
        deep = ["block", "branch", "loop", "fork", "catch"] + ([] if retrying else ["retry"])
        op = self.draw.choice(flat if depth > 2 or self.count >= self.budget else flat + deep * 2)
        name, number = f"{op}{self.count}", self.draw.randint(1, 3)

        def inner(**more: bool) -> tuple[Node, ...]:
            return self.sequence(depth + 1, **{"safe": safe, "retrying": retrying, **more})

        parts: tuple[tuple[Node, ...], ...] = ()
        if op in ("block", "loop", "skip"):
            parts = (inner(),)
        elif op == "branch":
            parts = (inner(), inner())
        elif op == "fork":
            parts = tuple(inner(safe=True) for _ in range(number))
        elif op == "catch":
            parts = (inner(safe=False), inner())
        elif op == "retry":
            parts = (inner(safe=True, retrying=True), inner(safe=True, retrying=True))
        return Node(op, name, number, parts)


def tasks(nodes: tuple[Node, ...]) -> list[dict[str, Any]]:
    return [{node.name: task(node)} for node in nodes]


def task(node: Node) -> dict[str, Any]:  # noqa: C901 - one arm per operation
    """The task of the language that a node stands for."""
    n, parts = node.number, [tasks(part) for part in node.parts]
    given = {"name": node.name, "n": "${ .n }"}
    match node.op:
        case "add":
            return {"set": {"n": f"${{ .n + {n} }}"}}
        case "inc" | "pay":
            return {"call": f"t.{node.op}", "with": given}
        case "rest":
            return {"wait": {"seconds": n}}
        case "fail":
            return {"call": "t.fail", "with": {**given, "status": 500 + n}}
        case "late":
            return {
                "do": [{"first": {"call": "t.pay", "with": given}}, {"then": {"wait": {"minutes": 1}}}],
                "timeout": {"after": {"seconds": 1}},
            }
        case "skip":
            return {"if": "${ .n % 2 == 0 }", "do": parts[0]}
        case "block":
            return {"do": parts[0]}
        case "branch":
            even = {"choose": {"switch": [{"even": {"when": ".n % 2 == 0", "then": "second"}}]}}
            return {"do": [even, {"first": {"do": parts[0], "then": "exit"}}, {"second": {"do": parts[1]}}]}
        case "loop":
            return {"for": {"in": f"${{ [range({n})] }}"}, "while": ".n < 50", "do": parts[0]}
        case "fork":
            branches = [{f"b{i}": {"do": part}} for i, part in enumerate(parts)]
            return {"fork": {"branches": branches}, "output": {"as": "${ {n: (map(.n) | add)} }"}}
        case "catch":
            return {"try": parts[0], "catch": {"do": parts[1]}}
        case "retry":
            flaky = {"flaky": {"call": "t.flaky", "with": {**given, "fails": n - 1}}}
            policy = {"delay": {"seconds": 1}, "limit": {"attempt": {"count": 2}}}
            return {"try": [*parts[0], flaky, *parts[1]], "catch": {"retry": policy}}
    raise AssertionError(node.op)
