"""What a compiler says: a code, a place, a sentence and a way out. All codes stand in codes.py."""

import difflib
from collections.abc import Iterable
from typing import Literal

from symphainy.foundations.definitions.codes import CODES
from symphainy.foundations.language.model import Message

Severity = Literal["error", "warning", "hint"]
DOCS = "docs/diagnostics.md#"
"""Where a code is explained, in this repository; ``DOCS + code``."""


class Diagnostic(Message):
    """One finding. ``line`` and ``column`` count from 1; ``pointer`` is the JSON pointer into the document."""

    code: str
    severity: Severity
    message: str
    fix: str = ""
    file: str = ""
    line: int = 1
    column: int = 1
    pointer: str = ""

    @property
    def doc(self) -> str:
        """The address of the code's explanation."""
        return DOCS + self.code

    def __str__(self) -> str:
        return f"{self.file or '<text>'}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}"


LONGEST = 500
"""Characters of a message: one that quotes a key of a hostile document is as long as that key."""


def diagnostic(
    code: str,
    message: str = "",
    *,
    fix: str = "",
    severity: Severity | None = None,
    file: str = "",
    line: int = 1,
    column: int = 1,
    pointer: str = "",
) -> Diagnostic:
    """A diagnostic of the table; sentence, fix and severity are the code's unless given.

    >>> diagnostic("DOC003").severity
    'error'
    """
    row = CODES[code]
    told = message or row.sentence
    told = told if len(told) <= LONGEST else f"{told[:LONGEST]}…"
    return Diagnostic(
        code=code, severity=severity or row.severity, message=told, fix=fix or row.fix, file=file, line=line,
        column=column, pointer=pointer,
    )  # fmt: skip


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` for the nearest known word, or nothing.

    >>> did_you_mean("timout", ["timeout", "input"])
    " (did you mean 'timeout'?)"
    """
    near = difflib.get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6)
    return f" (did you mean '{near[0]}'?)" if near else ""


def quote(values: Iterable[object]) -> str:
    """``'a', 'b'``."""
    return ", ".join(f"'{value}'" for value in values)
