"""Lays a definition out: two spaces, lists one step in, short maps on one line where their author had them so, comments in place.

What was checked before it is given back: the value is the same, and so is every comment; laid out again it stays as it is.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from symphainy.foundations.definitions.layout.entries import Entry, Node, attach, comments
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.errors import Invalid

WIDTH = 120
"""Characters of a line with a map or list in braces; a longer one is opened."""
STEP = 2
FIRST = ("document", "input", "use", "schedule", "timeout", "evaluate", "do", "output")
HEAD = ("dsl", "namespace", "name", "version", "title", "summary", "tags", "metadata")
"""The order of a definition's own keys, and of its head's."""
_BLOCK = re.compile(r"[|>][-+0-9]*")


class Unformattable(Invalid):
    """A text that cannot be laid out without changing what it says."""


def formatted(text: str, *, file: str = "") -> str:
    r"""The text in its one layout; Unformattable when it is no definition, or cannot keep its meaning.

    >>> formatted("do:\n- a:\n    set: { x:   1 } # one\ndocument: {dsl: 1.0.3}\n")
    'document: {dsl: 1.0.3}\ndo:\n  - a:\n      set: {x: 1}  # one\n'
    """
    source = load(text, file=file)
    if source.faults:
        raise Unformattable(str(source.faults[0]))
    if not isinstance(source.value, dict):
        raise Unformattable(f"{file or 'the text'} is no map: there is nothing to lay out")
    made = _laid_out(text)
    again = load(made)
    if again.faults or again.value != source.value or _comments(made) != _comments(text) or _laid_out(made) != made:
        raise Unformattable(
            f"{file or 'the text'} uses a form of YAML that cannot be laid out safely", remedy="write it plainer"
        )
    return made


def _laid_out(text: str) -> str:
    clean = text.replace("\r\n", "\n").removeprefix("\ufeff")
    root = _compose(clean)
    form = _Form(clean, root)
    lines = [*form.mapping(root, 0, top=True), *form.tail]
    while lines and not lines[0]:
        lines.pop(0)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _compose(text: str) -> Node:
    import yaml

    return yaml.compose(text, Loader=yaml.SafeLoader)


def _comments(text: str) -> list[str]:
    clean = text.replace("\r\n", "\n").removeprefix("\ufeff")
    return sorted(c.text for c in comments(_compose(clean), clean))


class _Form:
    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.entries, self.tail = attach(root, text)
        self.commented = [c.start for c in comments(root, text)]
        self.anchors: dict[int, str] = {}
        self.written: set[int] = set()

    # -- blocks ------------------------------------------------------------------------------------------------------------------------
    def mapping(self, node: Node, indent: int, *, top: bool = False, head: bool = False) -> list[str]:
        pairs = list(node.value)
        order = HEAD if head else FIRST if top and any(key.value == "document" for key, _ in pairs) else ()
        if order:
            pairs.sort(key=lambda pair: order.index(pair[0].value) if pair[0].value in order else len(order))
        lines: list[str] = []
        for place, (key, value) in enumerate(pairs):
            entry = self.entries[id(key)]
            above = [line for line in entry.above if line or (place or lines)]
            lines += [" " * indent + line if line else "" for line in above]
            opening = self.slice(key) + ":"
            is_head = top and key.value == "document"
            lines += self.value(opening, value, indent, entry, head=is_head)
        return lines

    def sequence(self, node: Node, indent: int) -> list[str]:
        lines: list[str] = []
        for place, item in enumerate(node.value):
            entry = self.entries[id(item)]
            lines += [" " * indent + line if line else "" for line in entry.above if line or place]
            if item.id == "mapping" and item.value and not self.is_flat(item, indent + STEP) and not self.anchor(item):
                inner = self.mapping(item, indent + STEP)
                while inner and not inner[0].strip():
                    inner.pop(0)
                lines += self.dashed(inner, indent)
                lines += self.aside(entry, indent)
            else:
                lines += self.value("-", item, indent, entry)
        return lines

    def dashed(self, inner: list[str], indent: int) -> list[str]:
        """The first line that is no comment gets the dash; comments above it stay above."""
        first = next((n for n, line in enumerate(inner) if line.strip() and not line.lstrip().startswith("#")), 0)
        above = [" " * indent + line.strip() for line in inner[:first]]
        return [*above, " " * indent + "- " + inner[first][indent + STEP :], *inner[first + 1 :]]

    def value(self, opening: str, node: Node, indent: int, entry: Entry, *, head: bool = False) -> list[str]:
        pad, beside = " " * indent, "".join(f"  {c}" for c in entry.beside)
        below = [" " * indent + c for c in entry.below]
        if id(node) in self.written:  # an alias: the node was written under its anchor
            return [f"{pad}{opening} *{self.anchors[id(node)]}{beside}", *below]
        anchor = self.anchor(node)
        opening = f"{opening} &{anchor}" if anchor else opening
        if anchor:
            self.anchors[id(node)] = anchor
            self.written.add(id(node))
        if node.id == "scalar":
            first, *rest = self.scalar(node, indent)
            return [f"{pad}{opening} {first}".rstrip() + beside, *rest, *below]
        if self.is_flat(node, indent + len(opening) + 1):
            return [f"{pad}{opening} {self.flat(node)}{beside}", *below]
        inner = (
            self.mapping(node, indent + STEP, head=head) if node.id == "mapping" else self.sequence(node, indent + STEP)
        )
        return [f"{pad}{opening}{beside}", *inner, *below]

    def aside(self, entry: Entry, indent: int) -> list[str]:
        return [" " * indent + c for c in (*entry.beside, *entry.below)]

    # -- on one line -------------------------------------------------------------------------------------------------------------------
    def is_flat(self, node: Node, taken: int) -> bool:
        if node.id == "scalar":
            return False
        if not node.value:
            return True
        start, end = node.start_mark.index, node.end_mark.index
        if (
            not node.flow_style
            or any(start < at < end for at in self.commented)
            or any(self.anchor(n) for n in _below(node) if n is not node)
        ):
            return False
        if any("\n" in self.slice(s) or s.style in ("|", ">") for s in _below(node) if s.id == "scalar"):
            return False
        return taken + len(self.flat(node)) <= WIDTH

    def flat(self, node: Node) -> str:
        if node.id == "scalar":
            return self.slice(node)
        if node.id == "sequence":
            return "[" + ", ".join(self.flat(item) for item in node.value) + "]"
        return "{" + ", ".join(f"{self.slice(key)}: {self.flat(value)}".rstrip() for key, value in node.value) + "}"

    # -- scalars -----------------------------------------------------------------------------------------------------------------------
    def scalar(self, node: Node, indent: int) -> list[str]:
        if node.style in ("|", ">"):
            return self.block(node, indent)
        lines = self.slice(node).split("\n")
        return [
            lines[0].rstrip(),
            *(" " * (indent + STEP) + line.strip() if line.strip() else "" for line in lines[1:]),
        ]

    def block(self, node: Node, indent: int) -> list[str]:
        """A block scalar: its lines moved to their new place."""
        raw = self.text[node.start_mark.index : node.end_mark.index]
        head, _, body = raw.partition("\n")
        lines = body.rstrip(" ").split("\n")
        depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
        first = next((line for line in lines if line.strip()), "")
        if first[depth:].startswith(" ") or any(c.isdigit() for c in _indicator(head)):
            return [json.dumps(node.value, ensure_ascii=False)]
        if not _indicator(head).endswith("+"):
            while lines and not lines[-1].strip():
                lines.pop()
        elif lines and not lines[-1]:
            lines.pop()
        return [_indicator(head), *(" " * (indent + STEP) + line[depth:] if line.strip() else "" for line in lines)]

    def slice(self, node: Node) -> str:
        """A scalar as it is written, tag and all, without the anchor in front of it."""
        written = self.text[node.start_mark.index : node.end_mark.index].strip()
        return re.sub(r"^&[^\s,\[\]{}]+\s*", "", written)

    def anchor(self, node: Node) -> str:
        """The anchor in front of a node, if it has one."""
        before = self.text[: node.start_mark.index]
        found = re.search(r"&([^\s,\[\]{}]+)\s*\Z", before) or re.match(
            r"&([^\s,\[\]{}]+)", self.text[node.start_mark.index :]
        )
        return found[1] if found else ""


def _indicator(head: str) -> str:
    found = _BLOCK.match(head)
    return found[0] if found else head


def _below(node: Node) -> Iterator[Any]:
    yield node
    if node.id == "mapping":
        for key, value in node.value:
            yield from _below(key)
            yield from _below(value)
    elif node.id == "sequence":
        for item in node.value:
            yield from _below(item)
