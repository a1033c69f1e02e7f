"""What a person, or a script, sees. The one place that writes to the terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from symphainy.foundations.language.errors import SymphainyError

WIDTH = 100
"""Columns without a terminal: a log file or a pipe has no width of its own."""


def interactive() -> bool:
    """Whether a person is there: both ends are a terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def say(line: str = "") -> None:
    """One line to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(line: str) -> None:
    """One line to standard error."""
    sys.stdout.flush()
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def emit(value: Any) -> None:
    """A value as JSON: indented for a person, one line for a pipe."""
    say(json.dumps(value, indent=2 if sys.stdout.isatty() else None, ensure_ascii=False, default=str))


def fail(error: Exception, *, code: int = 1) -> NoReturn:
    """Say what is wrong and the way out, and leave."""
    detail = error.detail if isinstance(error, SymphainyError) else f"{type(error).__name__}: {error}"
    complain(f"error: {detail}")
    if isinstance(error, SymphainyError) and error.remedy:
        complain(f"       {error.remedy}")
    raise SystemExit(code)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """A table that is neat in 100 columns, and plain text where there is no terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False)
    grid = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        # Text, never markup: a value from a file must not be able to style the terminal.
        grid.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    with console.capture() as drawn:
        console.print(grid)
    lines = [line.rstrip() for line in drawn.get().splitlines()]
    say("\n".join(lines).strip("\n") + "\n")
