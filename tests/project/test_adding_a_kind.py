"""docs/add-a-task-kind.md is true: the kind that it shows is made of its own text, compiled and run. And the kinds keep to its rules."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.machine_driver import Driver

from symphainy.foundations.definitions import builtins
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.machine import kinds
from symphainy.foundations.definitions.machine.kinds.base import Kind
from symphainy.foundations.language.contract import Catalog

LONGEST = 160
"""Lines of a kind's file, its words included: what fits into a head."""
HELPERS = {"__init__.py", "base.py"}


def shown(root: Path, language: str) -> list[str]:
    text = (root / "docs" / "add-a-task-kind.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def until(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's kind, made known by the page's own lines; forgotten afterwards."""
    file, words = shown(root, "python")
    made: dict[str, Any] = {}
    exec(compile(file, "until.py", "exec"), made)
    monkeypatch.setitem(builtins.BUILTINS, "until:1.0.0@default", "")
    monkeypatch.setitem(builtins.NEEDS, "until", {})
    monkeypatch.setitem(kinds._TABLE, "until", Kind())
    exec(
        words, {"BUILTINS": builtins.BUILTINS, "NEEDS": builtins.NEEDS, "_TABLE": kinds._TABLE, "Until": made["Until"]}
    )


@pytest.mark.usefixtures("until")
def test_the_kind_that_the_page_shows_runs(root: Path) -> None:
    (saga,), (output,) = shown(root, "yaml"), shown(root, "json")
    made = compile_text(saga, catalog=Catalog())
    assert made.plan is not None, made.errors
    ending = Driver(made.plan, {}, {"due": "2026-03-01T09:00:00+00:00"}).run()
    assert (ending.status, ending.output) == ("completed", json.loads(output))
    ending = Driver(made.plan, {}, {"due": "soon"}).run()
    assert ending.status == "faulted" and "needs an instant" in str(ending.problem)


def test_without_the_pages_words_it_is_refused(root: Path) -> None:
    (saga,) = shown(root, "yaml")
    assert [d.code for d in compile_text(saga, catalog=Catalog()).errors] == ["LNK001"]


def test_each_file_of_the_interpreter_is_one_kind_and_short(root: Path) -> None:
    """One kind, and what it is made of: ``do.py`` holds the list inside every block as well."""
    for file in sorted((root / "foundations" / "definitions" / "machine" / "kinds").glob("*.py")):
        if file.name in HELPERS:
            continue
        text = file.read_text()
        tree = ast.parse(text)
        own = [
            n.name
            for n in tree.body
            if isinstance(n, ast.ClassDef) and any(getattr(b, "id", "") == "Kind" for b in n.bases)
        ]
        assert len(own) == (2 if file.name == "do.py" else 1), (file.name, own)
        assert len(text.splitlines()) <= LONGEST, file.name
        assert ast.get_docstring(tree), f"{file.name} says nothing of itself"
        table = {type(kind).__module__.rpartition(".")[2] for kind in kinds._TABLE.values()}
        assert file.stem in table, f"{file.name} is in no table"
