"""Writes docs/diagnostics.md (``make diagnostics``): every code with its sentence, its fix, and an example that is compiled."""

from definitions.catalog import CATALOG
from definitions.test_diagnostics import CASES, SOLUTIONS, Refusing

from symphainy.foundations.definitions.codes import CODES, Code
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.rehearsal.scenario import load_scenario
from symphainy.foundations.definitions.solution import load_solution

HEAD = """# Diagnostics

Written by `make diagnostics` from the table in `foundations/definitions/codes.py` and the cases in
`tests/definitions/test_diagnostics.py`; not by hand. Every finding of the compiler carries one of these codes and its address here,
`docs/diagnostics.md#CODE`. A code keeps its meaning for ever; one that is no longer given keeps its place. An *error* keeps a plan from
being made, a *warning* and a *hint* do not. The examples see the catalog of the tests (`tests/definitions/catalog.py`): `content.parse`,
`text.shout`, `pay.reserve` and a few more.
"""
GROUPS = {
    "YAML": "The text", "SCH": "The schema", "DOC": "The document", "EXP": "Expressions", "SEC": "Secrets", "LNK": "Linking",
    "TYP": "Data flow", "SAG": "Sagas", "HUM": "People", "SOL": "Solutions", "SCN": "Scenarios", "CHK": "Further checks",
}  # fmt: skip

SCENARIOS = {"SCN001": "input: {a: 1}\nexpct: {status: completed}"}
"""What a scenario's own codes are shown with."""


def page() -> str:
    """The whole page."""
    parts, group = [HEAD], ""
    for code, row in sorted(CODES.items(), key=lambda item: (place(item[0]), item[0])):
        if prefix(code) != group:
            group = prefix(code)
            parts.append(f"\n## {GROUPS.get(group, group)}")
        parts.append(entry(code, row))
    return "\n".join(parts) + "\n"


def prefix(code: str) -> str:
    """``EXP`` of ``EXP001``."""
    return code.rstrip("0123456789")


def place(code: str) -> int:
    """Where a code's group stands on the page; an unknown one at its end."""
    return [*GROUPS, prefix(code)].index(prefix(code))


def entry(code: str, row: Code) -> str:
    """One code."""
    shown, found = example(code)
    said = f"`{found.line}:{found.column}` {found.message}".replace("|", "\\|")
    return (
        f'\n### <a id="{code}"></a>{code}\n\n**{row.severity.title()}.** {row.sentence}\n\n*Way out:* {row.fix}\n\n'
        f"```yaml\n{shown}\n```\n\nsays at {said}"
    )


def example(code: str) -> tuple[str, Diagnostic]:
    """The first case of a code, and what the compiler says about it; StopIteration where there is none."""
    for case, text, _, _ in CASES:
        if case == code:
            found = compile_text(text, catalog=CATALOG).diagnostics
            return text, next(d for d in found if d.code == code)
    if code in SCENARIOS:
        return SCENARIOS[code], load_scenario(SCENARIOS[code], file="s.yaml")[1][0]
    files = next(files for case, files, _ in SOLUTIONS if case == code)
    shown = "\n".join(f"# {name}\n{text.rstrip()}" for name, text in files.items())
    return shown, next(d for d in load_solution(files, CATALOG, [Refusing()]).diagnostics if d.code == code)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
