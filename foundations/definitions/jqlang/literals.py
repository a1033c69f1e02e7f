"""What an expression's text alone tells: small literals, steady updates, regular expressions that cannot run away."""

import re

from symphainy.foundations.definitions.jqlang import tree as t
from symphainy.foundations.definitions.jqlang.walk import every

MAX_INDEX = 1_000
"""Largest literal index to assign to: ``.[n] = 1`` makes an array of n + 1."""
MAX_REPEATED = 65_536
"""Bytes of a string that literals alone may be multiplied to: a whole result's limit (DECISIONS.md 19)."""


def small(value: object) -> bool:
    """Whether ``value`` may be a key to write at: any string, or a small index."""
    return isinstance(value, str) or (type(value) is int and abs(value) <= MAX_INDEX)


def number(node: t.Node) -> bool:
    """Whether ``node`` is a literal number or boolean."""
    return isinstance(node, t.Literal) and type(node.value) in (int, float, bool, type(None)) and node.value is not None


def steady(node: t.Node) -> bool:
    """Whether an update keeps its accumulator's size: arithmetic with at most one accumulator per sum, conditions, plain values."""
    if isinstance(node, t.Literal | t.Var | t.Dot):
        return True
    if isinstance(node, t.Field | t.Negate):
        return steady(node.target if isinstance(node, t.Field) else node.body)
    if isinstance(node, t.Binary) and node.op in (
        "+",
        "-",
        "*",
        "/",
        "%",
        "//",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "and",
        "or",
    ):
        grows = (
            node.op == "+"
            and any(isinstance(n, t.Dot) for n in every(node.left))
            and any(isinstance(n, t.Dot) for n in every(node.right))
        )
        return not grows and steady(node.left) and steady(node.right)
    if isinstance(node, t.If):
        parts = [n for pair in node.branches for n in pair] + ([node.otherwise] if node.otherwise is not None else [])
        return all(steady(n) for n in parts)
    return isinstance(node, t.Call) and node.name in ("length", "not", "floor", "tonumber", "abs") and not node.args


def is_literal(node: t.Node) -> bool:
    """Built of literals alone, and small."""
    nodes = list(every(node))
    allowed = (t.Literal, t.Array, t.Object, t.Comma, t.Negate)
    return len(nodes) <= 64 and all(
        isinstance(n, allowed) and not (isinstance(n, t.Literal) and len(str(n.value)) > 64) for n in nodes
    )


def simple_regex(node: t.Node) -> bool:
    """A literal expression that cannot backtrack badly: no group options or back-references, no repetition unless anchored and single."""
    if not (isinstance(node, t.Literal) and isinstance(node.value, str)) or len(node.value) > 256:
        return False
    bare = re.sub(r"\\[dwshDWSH.+*?()\[\]{}^$|/\\-]", "x", node.value)
    if "\\" in bare or "(?" in bare or "{" in bare:
        return False
    repeats = len(re.findall(r"[*+]", re.sub(r"\[[^\]\[]*\]", "x", bare)))
    return repeats == 0 or (repeats == 1 and bare.startswith("^") and "|" not in bare and "(" not in bare)


def places(node: t.Node) -> bool:
    """Whether a literal path holds no index that is large: ``setpath([1e9]; 1)`` makes an array of a billion."""
    return (
        is_literal(node)
        and all(not isinstance(n, t.Negate) for n in every(node))
        and all(small(n.value) for n in every(node) if isinstance(n, t.Literal))
    )


def repeated(node: t.Node) -> float:
    """Bytes of the largest string that literals in ``node`` multiply to: jq folds these while it compiles, before any guard can run."""
    return max((_size(n)[0] for n in every(node) if isinstance(n, t.Binary) and n.op == "*"), default=0)


def _size(node: t.Node) -> tuple[float, float]:
    """Of a constant: bytes of the string it is, and the number it is; 0 each where it is not that. Errs on the side of more."""
    if isinstance(node, t.Literal):
        value = node.value
        if isinstance(value, str):
            return len(value.encode(errors="replace")), 0
        return 0, abs(value) if isinstance(value, int | float) else 0
    if isinstance(node, t.Text):
        return sum(len(part.encode(errors="replace")) * 6 for part in node.parts if isinstance(part, str)), 0
    if isinstance(node, t.Negate):
        return _size(node.body)
    if isinstance(node, t.Pipe):  # jq drops the dot of ("x" | .)
        return max(_size(node.left), _size(node.right))
    if not isinstance(node, t.Binary):
        return 0, 0
    (text, number_), (text2, number2) = _size(node.left), _size(node.right)
    if node.op == "*":
        return max(text * number2, text2 * number_), number_ * number2
    if node.op in ("/", "%"):  # by a number below one, it grows
        return 0, number_ / number2 if number2 else 0
    return text + text2, number_ + number2
