"""Collects the diagnostics of one document, each at its place."""

from symphainy.foundations.definitions.diagnostics import Diagnostic, Severity, diagnostic
from symphainy.foundations.definitions.yaml12 import Source


class Report:
    """Diagnostics of one source. ``at(code, pointer, message)`` finds line and column by the pointer."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = list(source.faults)

    def at(
        self,
        code: str,
        pointer: str,
        message: str = "",
        *,
        value: bool = False,
        severity: Severity | None = None,
        fix: str = "",
    ) -> None:
        """Add one; ``value``: point at the value instead of its key."""
        line, column = self.source.place(pointer, value=value)
        self.found.append(
            diagnostic(
                code,
                message,
                fix=fix,
                severity=severity,
                file=self.source.file,
                line=line,
                column=column,
                pointer=pointer,
            )
        )

    def failed(self) -> bool:
        """Whether there is any error."""
        return any(d.severity == "error" for d in self.found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All, by place; the same finding once."""
        seen = {(d.code, d.pointer, d.message): d for d in self.found}
        return tuple(sorted(seen.values(), key=lambda d: (d.file, d.line, d.column, d.code, d.message)))
