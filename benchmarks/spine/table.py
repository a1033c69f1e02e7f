"""What a run of the benchmarks found: lines with their targets, as a table and as JSON."""

import json
import os
import platform
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Line:
    """One figure beside what it is compared with.

    >>> Line("1", "p50", 10.0, 40.0, most=0.5).holds
    True
    """

    row: str
    what: str
    ours: float
    other: float | None = None
    unit: str = "ms"
    most: float | None = None
    """The largest ratio (or figure, when there is nothing beside it) that reaches the target."""
    least: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Ours over the other's; our figure itself where nothing stands beside it."""
        return self.ours / self.other if self.other else self.ours

    @property
    def holds(self) -> bool | None:
        """Whether the target is reached; None where there is none."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.ratio <= self.most) and (self.least is None or self.ratio >= self.least)


def rows(lines: Iterable[Line]) -> list[str]:
    """A Markdown table."""
    head = ["| # | what | ours | beside | ratio | target | reached |", "|---|---|---|---|---|---|---|"]
    return head + [
        f"| {line.row} | {line.what}{f' ({line.note})' if line.note else ''} | {_figure(line.ours)} {line.unit} | "
        f"{f'{_figure(line.other)} {line.unit}' if line.other is not None else ''} | "
        f"{f'{line.ratio:.2f}x' if line.other else ''} | {_target(line)} | "
        f"{ {True: 'yes', False: 'no', None: ''}[line.holds] } |"
        for line in lines
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _target(line: Line) -> str:
    unit = "x" if line.other is not None else f" {line.unit}"
    most = f"≤ {line.most:g}{unit}" if line.most is not None else ""
    return most or (f"≥ {line.least:g}{unit}" if line.least is not None else "")


def write(lines: list[Line], path: Path) -> None:
    """Everything somebody needs to judge the figures, as JSON."""
    found: dict[str, Any] = {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "versions": {name: version(name) for name in ("symphainy", "temporalio", "asyncpg", "fastapi")},
        "command": " ".join(sys.argv[1:]),
        "lines": [asdict(line) | {"ratio": round(line.ratio, 4), "holds": line.holds} for line in lines],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n")
