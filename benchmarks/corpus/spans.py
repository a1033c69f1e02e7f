"""Labelled spans against found ones: recall, precision and F2, by overlap."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

OVERLAP = 0.5
"""Of two spans, the share of the characters of both together that they have in common, from which they are one."""


class Labelled(NamedTuple):
    """One span: the kind that decides a match, where it stands, and the name it is counted under."""

    kind: str
    start: int
    end: int
    name: str = ""


def same(one: Labelled, other: Labelled) -> bool:
    """Of one kind, and overlapping by half of both together."""
    common = min(one.end, other.end) - max(one.start, other.start)
    return (
        one.kind == other.kind
        and common > 0
        and common >= OVERLAP * (max(one.end, other.end) - min(one.start, other.start))
    )


def joined(spans: Iterable[Labelled], text: str, kind: str) -> list[Labelled]:
    """The spans, those of ``kind`` with no letter or digit between them as one: labels cut an address into its lines, or do not."""
    found: list[Labelled] = []
    for one in sorted(spans, key=lambda span: (span.start, span.end)):
        last = found[-1] if found else None
        if last and one.kind == last.kind == kind and not any(map(str.isalnum, text[last.end : one.start])):
            found[-1] = last._replace(end=max(last.end, one.end))
        else:
            found.append(one)
    return found


@dataclass
class Count:
    """Of all texts together."""

    wanted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    said: int = 0
    right: int = 0

    def add(self, truth: Sequence[Labelled], ours: Sequence[Labelled]) -> None:
        """One more text."""
        for label in truth:
            self.wanted[label.name] += 1
            self.found[label.name] += any(same(label, one) for one in ours)
        self.said += len(ours)
        self.right += sum(any(same(one, label) for label in truth) for one in ours)

    def recall(self, names: Iterable[str] = ()) -> float:
        """Of the labels of these names (of all)."""
        chosen = list(names) or list(self.wanted)
        wanted = sum(self.wanted[name] for name in chosen)
        return sum(self.found[name] for name in chosen) / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        """The share of ours that is labelled so."""
        return self.right / self.said if self.said else 1.0

    @property
    def f2(self) -> float:
        """Recall counts twice as much as precision."""
        recall, precision = self.recall(), self.precision
        return 5 * precision * recall / (4 * precision + recall) if precision + recall else 0.0
