"""What a text is made of, for whoever lays it out anew: nodes, the entries that get a line, and the comments beside them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Node = Any
"""A node of PyYAML's composer: scalar, mapping or sequence, with marks."""


@dataclass
class Entry:
    """A key of a map, or an item of a list: what a comment can stand above, beside or below."""

    start: int
    column: int
    line: int
    until: int
    """Where the braces around it close: nothing behind that is about it any more."""
    above: list[str] = field(default_factory=list)
    """Comments, and one empty text for any number of empty lines."""
    beside: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Comment:
    """One comment. ``alone``: nothing else stands on its line."""

    start: int
    line: int
    column: int
    text: str
    alone: bool


def entries(root: Node, text: str) -> dict[int, Entry]:
    """The entry of each key node and list item, by the node's identity, in the order of the text."""
    lines, found = text.split("\n"), dict[int, Entry]()

    def walk(node: Node, until: int = len(text)) -> None:
        until = node.end_mark.index if node.id != "scalar" and node.flow_style else until
        if node.id == "mapping":
            for key, value in node.value:
                mark = key.start_mark
                found[id(key)] = Entry(mark.index, mark.column, mark.line, until)
                walk(value, until)
        elif node.id == "sequence":
            for item in node.value:
                mark = item.start_mark
                head = lines[mark.line][: mark.column]
                dash = head.find("-") if head.strip(" -") == "" and "-" in head else mark.column
                found.setdefault(id(item), Entry(mark.index, dash, mark.line, until))
                walk(item, until)

    walk(root)
    return found


def scalars(node: Node) -> Iterator[Node]:
    """Every scalar below a node."""
    if node.id == "scalar":
        yield node
    elif node.id == "mapping":
        for key, value in node.value:
            yield from scalars(key)
            yield from scalars(value)
    else:
        for item in node.value:
            yield from scalars(item)


def comments(root: Node, text: str) -> list[Comment]:
    """Every comment of the text, in order; a ``#`` inside a scalar is none."""
    inside = sorted((s.start_mark.index, _content(s, text)) for s in scalars(root))
    found: list[Comment] = []
    at, line, begin, next_scalar = 0, 0, 0, 0
    while at < len(text):
        while next_scalar < len(inside) and inside[next_scalar][1] <= at:
            next_scalar += 1
        if next_scalar < len(inside) and inside[next_scalar][0] <= at < inside[next_scalar][1]:
            end = inside[next_scalar][1]
            line += text.count("\n", at, end)
            begin = text.rfind("\n", 0, end) + 1
            at = end
        elif text[at] == "#" and (at == begin or text[at - 1] in " \t"):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            found.append(Comment(at, line, at - begin, text[at:end].rstrip(), not text[begin:at].strip()))
            at = end
        else:
            if text[at] == "\n":
                line, begin = line + 1, at + 1
            at += 1
    return found


def _content(scalar: Node, text: str) -> int:
    """Where a scalar ends; of a block scalar's head line only the indicator counts, so that a comment behind it is seen."""
    start, end = scalar.start_mark.index, scalar.end_mark.index
    if scalar.style in ("|", ">"):
        head = text.find("\n", start)
        if "#" in text[start : head if head >= 0 else end]:
            return int(start) + 1
    return int(end)


def attach(root: Node, text: str) -> tuple[dict[int, Entry], list[str]]:
    """The entries with their comments and empty lines, and what stands behind the last of them."""
    found = entries(root, text)
    order = sorted(found.values(), key=lambda e: (e.start, e.column))
    tail: list[str] = []
    seen = comments(root, text)
    for comment in seen:
        if not comment.alone:
            before = [e for e in order if e.start < comment.start <= e.until]
            (before[-1].beside if before else tail).append(comment.text)
    for comment in [c for c in seen if c.alone]:
        _above_or_below(comment, order, tail)
    _empty_lines(order, seen, text)
    return found, tail


def _above_or_below(comment: Comment, order: list[Entry], tail: list[str]) -> None:
    after = next((e for e in order if e.start > comment.start), None)
    if after is not None and comment.column <= after.column:
        after.above.append(comment.text)
        return
    before = [e for e in order if e.start < comment.start <= e.until]
    for entry in reversed(before):
        if entry.column <= comment.column and (comment.column > 0 or after is not None):
            entry.below.append(comment.text)
            return
    (after.above if after is not None else tail).append(comment.text)


def _empty_lines(order: list[Entry], seen: list[Comment], text: str) -> None:
    """One empty line above an entry, or above its comments, where the text has any."""
    lines = text.split("\n")
    alone = {c.line for c in seen if c.alone}
    for place, entry in enumerate(order):
        if place and order[place - 1].line == entry.line:
            continue
        line = entry.line - 1
        while line in alone:
            line -= 1
        if entry.above and line >= 0 and not lines[line].strip():
            entry.above.insert(0, "")
        elif not entry.above and 0 <= entry.line - 1 and not lines[entry.line - 1].strip():
            entry.above.append("")
