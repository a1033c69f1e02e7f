"""What a program must do, in plain Python: its outcome, and which effects are made and taken back. Knows nothing of the platform."""

from dataclasses import dataclass, field

from model.programs import Node


class Broken(Exception):
    """An error with a status."""


@dataclass
class Model:
    """One run of a program."""

    done: list[tuple[str, int]] = field(default_factory=list)
    kept: dict[tuple[str, ...], int] = field(default_factory=dict)

    def run(self, nodes: tuple[Node, ...], n: int) -> tuple[str, int]:
        """("completed", n) or ("faulted", status)."""
        try:
            return "completed", self.many(nodes, n, ())
        except Broken as error:
            return "faulted", int(error.args[0])

    def many(self, nodes: tuple[Node, ...], n: int, place: tuple[str, ...]) -> int:
        for node in nodes:
            n = self.one(node, n, (*place, node.name))
        return n

    def pay(self, name: str, n: int, place: tuple[str, ...]) -> int:
        if place not in self.kept:  # a body that is tried again keeps what it has done
            self.kept[place] = n
            self.done.append((name, n))
        return n

    def one(self, node: Node, n: int, place: tuple[str, ...]) -> int:  # noqa: C901 - one arm per operation
        parts = node.parts
        match node.op:
            case "add":
                return n + node.number
            case "inc":
                return n + 1
            case "pay":
                return self.pay(node.name, n, place)
            case "rest":
                return n
            case "fail":
                raise Broken(500 + node.number)
            case "late":
                self.pay(node.name, n, place)
                raise Broken(408)
            case "skip":
                return self.many(parts[0], n, place) if n % 2 == 0 else n
            case "block":
                return self.many(parts[0], n, place)
            case "branch":
                return self.many(parts[1 if n % 2 == 0 else 0], n, place)
            case "loop":
                for i in range(node.number):
                    if n >= 50:
                        break
                    n = self.many(parts[0], n, (*place, str(i)))
                return n
            case "fork":
                return sum(self.many(part, n, (*place, str(i))) for i, part in enumerate(parts))
            case "catch":
                try:
                    return self.many(parts[0], n, place)
                except Broken:
                    return self.many(parts[1], n, (*place, "caught"))
            case "retry":
                n = self.many(parts[0], n, place)
                return self.many(parts[1], n, (*place, "after"))
        raise AssertionError(node.op)
