"""``symphainy validate`` and ``graph``: the compiler, offline, against the catalog that the wheel carries."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symphainy.cli.files import CATALOG, read_text
from symphainy.cli.output import emit, say

if TYPE_CHECKING:
    from symphainy.foundations.definitions.diagnostics import Diagnostic
    from symphainy.foundations.language.contract import Catalog


def catalog(admitted: Collection[str] = ()) -> "Catalog":
    """The capabilities that this version ships; of processes those that are ``admitted``."""
    from symphainy.foundations.language.contract import Catalog

    return Catalog.model_validate_json(read_text(CATALOG)).admitting(admitted)


def validate(paths: Iterable[Path], *, as_json: bool) -> int:
    """Check each document, or solution folder. 0 without errors, else 2."""
    known = catalog()
    checked = [(path, diagnose(path, known)) for path in paths]
    if as_json:
        emit([as_data(d) for _, found in checked for d in found])
    else:
        for path, found in checked:
            for diagnostic in found:
                say(str(diagnostic))
                if diagnostic.fix:
                    say(f"    fix: {diagnostic.fix}")
            say(f"{path}: {summary(found)}")
    return 2 if any(d.severity == "error" for _, found in checked for d in found) else 0


def diagnose(path: Path, known: "Catalog") -> tuple["Diagnostic", ...]:
    """What the compiler says of a document, or of a solution folder."""
    from symphainy.foundations.definitions.compile import compile_text

    if path.is_dir():
        from symphainy.foundations.definitions.solution import load_solution
        from symphainy.foundations.experience.solution import read_folder

        found = load_solution(read_folder(path), known).diagnostics
        return tuple(d.model_copy(update={"file": str(path / d.file)}) for d in found)
    return compile_text(read_text(path), file=str(path), catalog=known).diagnostics


def graph(file: Path) -> int:
    """Print the definition's flowchart; 2 with the diagnostics when it does not compile."""
    from symphainy.foundations.definitions.compile import compile_text
    from symphainy.foundations.definitions.graph import mermaid

    compiled = compile_text(read_text(file), file=str(file), catalog=catalog())
    if compiled.plan is None:
        for diagnostic in compiled.diagnostics:
            say(str(diagnostic))
        return 2
    say(mermaid(compiled.plan).rstrip("\n"))
    return 0


def estimate(file: Path, *, as_json: bool) -> int:
    """Print what a run leaves in history; 2 with the diagnostics when the definition does not compile."""
    from symphainy.foundations.definitions.compile import compile_text
    from symphainy.foundations.definitions.estimate import CONTINUE
    from symphainy.foundations.definitions.estimate import estimate as estimated

    known = catalog()
    compiled = compile_text(read_text(file), file=str(file), catalog=known)
    if compiled.plan is None:
        for diagnostic in compiled.errors:
            say(str(diagnostic))
        return 2
    found = estimated(compiled.plan, known)
    if as_json:
        emit({**found.model_dump(mode="json"), "rounds": found.rounds()})
        return 0
    say(
        f"one run: {found.run.events} events, {found.run.bytes / 1024:.1f} KiB; largest payload about {found.largest} bytes"
    )
    rounds = found.rounds()
    for loop in found.loops:
        each = f"{loop.each.events} events and {loop.each.bytes} bytes a round"
        then = (
            f", continues as new ({CONTINUE} events) after about {rounds[loop.pointer]}"
            if loop.pointer in rounds
            else ""
        )
        say(f"{loop.pointer}: {each}{then}")
    return 0


def as_data(diagnostic: "Diagnostic") -> dict[str, Any]:
    """A diagnostic as JSON: every field it has, and where its code is explained."""
    return {**diagnostic.model_dump(mode="json"), "doc": diagnostic.doc}


def summary(found: Iterable["Diagnostic"]) -> str:
    """``valid``, or how many of what."""
    count: dict[str, int] = {}
    for diagnostic in found:
        count[diagnostic.severity] = count.get(diagnostic.severity, 0) + 1
    words = [f"{n} {severity}{'s' if n > 1 else ''}" for severity, n in count.items()]
    verdict = "invalid" if count.get("error") else "valid"
    return f"{verdict} ({', '.join(words)})" if words else verdict
