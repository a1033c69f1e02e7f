"""The Smart City's rules, read from the code, and the tests that show them, read from their marks: one page of both.

A rule is stated once, in a docstring of its service's folder: ``Rule ``name`` (door, step): what it says.``; a test says what it
shows by ``@pytest.mark.rule("service.name", shows="bites")`` or ``shows="off"``. For a rule that nobody can switch off, "off" is
the test that shows just that.

    python -P tests/support/rules.py > docs/smart-city.md      (make smart-city)
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from symphainy.governance.chain import CITY
from symphainy.governance.role import Role

ROOT = Path(__file__).resolve().parents[2]
STATED = re.compile(r"Rule ``(\w+)``(?: \(([^)]*)\))?:\s+(.+?)(?=\n\s*\n|\nRule ``|\Z)", re.DOTALL)
HEAD = """# The Smart City, rule by rule

Generated from the code and from the marks of tests by `make smart-city`; a test compares. Each rule is stated in a file of its
service's folder and bites where the second column says: at the **door** (a call from outside), at a **step** (in front of a
capability, on its way in or out), on the **wire** (what is written to Temporal), in a **login**, or on the
**watch** over open and faulted runs, every five seconds, and over closed ones, every five minutes. "Off" is the test that shows
the rule switched off, or, for what cannot be switched off, the test that shows that.

How to add one: [adding-a-rule.md](adding-a-rule.md).
"""


@dataclass
class Rule:
    """One rule, where it is stated, and the tests that show it."""

    service: str
    name: str
    where: str = ""
    says: str = ""
    file: str = ""
    bites: list[str] = field(default_factory=list)
    off: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.service}.{self.name}"


@dataclass(frozen=True)
class Mark:
    """What one test says that it shows."""

    rule: str
    shows: str
    test: str


def rules() -> dict[str, Rule]:
    """Every rule that a service enrols with, in the order of the chain."""
    found: dict[str, Rule] = {}
    for role in CITY:
        stated = dict(_stated(role.name))
        where = ", ".join(word for word in ("door", "step") if getattr(role, word) is not getattr(Role, word))
        for name in role.rules:
            rule = stated.get(name, Rule(role.name, name))
            rule.where = rule.where or where
            found[rule.id] = rule
    return found


def _stated(service: str) -> Iterator[tuple[str, Rule]]:
    for file in sorted((ROOT / "governance" / service).rglob("*.py")):
        text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        for name, where, says in STATED.findall(text):
            sentence = " ".join(says.split())
            yield name, Rule(service, name, where, sentence, str(file.relative_to(ROOT)))


def marks() -> list[Mark]:
    """What all tests say that they show, file by file."""
    found = []
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                test = f"{file.relative_to(ROOT)}::{node.name}"
                found += [Mark(rule, shows, test) for rule, shows in map(_mark, node.decorator_list) if rule]
    return found


def _mark(decorator: ast.expr) -> tuple[str, str]:
    if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func) != "pytest.mark.rule":
        return "", ""
    shows = next((ast.literal_eval(k.value) for k in decorator.keywords if k.arg == "shows"), "bites")
    return str(ast.literal_eval(decorator.args[0])), str(shows)


def shown() -> dict[str, Rule]:
    """Rules with the tests that show them."""
    found = rules()
    for mark in marks():
        if mark.rule in found:
            getattr(found[mark.rule], mark.shows).append(mark.test)
    return found


def page() -> str:
    """The whole page."""
    found, parts = shown(), [HEAD]
    for role in CITY:
        title = (role.__doc__ or "").splitlines()[0]
        parts.append(f"\n## {role.name.replace('_', ' ').title()}\n\n{title}\n")
        parts.append("| rule | where | says | bites | off |\n|---|---|---|---|---|")
        parts += [_row(rule) for rule in found.values() if rule.service == role.name]
    return "\n".join(parts) + "\n"


def _row(rule: Rule) -> str:
    says = rule.says.replace("|", "\\|").replace("``", "`")
    name = f"[`{rule.name}`](../{rule.file})" if rule.file else f"`{rule.name}`"
    return f"| {name} | {rule.where} | {says} | {_tests(rule.bites)} | {_tests(rule.off)} |"


def _tests(found: list[str]) -> str:
    """At most three: a page is read."""
    links = [f"[{test.partition('::')[2].removeprefix('test_')}](../{test.partition('::')[0]})" for test in found[:3]]
    return "; ".join(links) or "**none yet**"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
