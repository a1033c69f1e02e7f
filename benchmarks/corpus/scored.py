"""What a kind says of each of its files."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

Facts = dict[str, Any]


@dataclass
class Scored:
    """One file: was it parsed, and how near the truth is what came out (1.0 is exact)."""

    file: str
    parsed: bool = False
    score: float = 0.0
    metrics: Facts = field(default_factory=dict)
    """Further figures of this file; the mean of each that is a number is reported."""
    bytes: int = 0
    seconds: float = 0.0
    note: str = ""

    def line(self) -> Facts:
        """As JSON."""
        return {**asdict(self), "score": round(self.score, 4), "seconds": round(self.seconds, 3)}


def scored(path: Path, name: str, judge: Callable[[Path], tuple[float, Facts]]) -> Scored:
    """Time ``judge``; what it raises is a file that was not parsed, and says why."""
    found = Scored(file=name, bytes=path.stat().st_size)
    begun = time.perf_counter()
    try:
        found.score, found.metrics = judge(path)
        found.parsed = True
    except Exception as error:  # one bad file must not hide the others
        found.note = f"{type(error).__name__}: {error}"[:200]
    found.seconds = time.perf_counter() - begun
    return found


def share(checks: Iterable[bool]) -> float:
    """How many of the checks hold, from 0 to 1; 1 where there is nothing to check."""
    held = [bool(check) for check in checks]
    return sum(held) / len(held) if held else 1.0
