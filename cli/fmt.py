"""``symphainy fmt``: definitions, scenarios and solution files in their one layout, offline."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from symphainy.cli.files import read_text
from symphainy.cli.output import complain, say
from symphainy.foundations.definitions.layout import Unformattable, formatted


def fmt(paths: Iterable[Path], *, check: bool) -> int:
    """Lay files out in place; ``-`` reads stdin and prints. 1 with ``check`` when one would change, 2 when one cannot be laid out."""
    changed, failed = 0, 0
    for path in _files(paths):
        text = sys.stdin.read() if str(path) == "-" else read_text(path)
        try:
            made = formatted(text, file=str(path))
        except Unformattable as error:
            complain(f"error: {error.detail}")
            failed += 1
            continue
        if str(path) == "-":
            sys.stdout.write(made)
        elif made != text:
            changed += 1
            say(f"would change {path}" if check else f"laid out {path}")
            if not check:
                _replace(path, made)
    return 2 if failed else 1 if check and changed else 0


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are named; of a folder every YAML file below it, in order."""
    for path in paths:
        yield from sorted(p for p in path.rglob("*.yaml") if p.is_file()) if path.is_dir() else [path]


def _replace(path: Path, text: str) -> None:
    """Whole or not at all; a link stays a link."""
    target = path.resolve()
    beside = target.with_name(f".{target.name}.new")
    beside.write_text(text)
    beside.chmod(target.stat().st_mode & 0o777)
    os.replace(beside, target)
