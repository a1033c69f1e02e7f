"""A document that is never executed is a picture: here every command, path, link, example and YAML in the documents is tried."""

import doctest
import importlib
import re
import warnings
from pathlib import Path

import click
import pytest
import typer
import yaml

from symphainy.cli.__main__ import app
from symphainy.cli.validate import diagnose
from symphainy.foundations.definitions.plan import SEMANTICS
from symphainy.foundations.language.contract import Catalog

HEADINGS = ["Context", "Decision", "Consequences", "Check"]


def documents(root: Path) -> list[Path]:
    return [
        *root.glob("*.md"),
        *(root / "docs").rglob("*.md"),
        root / "governance" / "AGENTS.md",
        root / "workflows" / "AGENTS.md",
    ]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def test_every_link_leads_somewhere(root: Path) -> None:
    for document in documents(root):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.relative_to(root)} links to {target}"


def test_every_path_in_the_readme_is_there(root: Path) -> None:
    text = (root / "README.md").read_text()
    words = text[text.index("## Words") :]
    for path in re.findall(r"`([a-z_*./-]+(?:/|\.py|\.example))`", words):
        assert list(root.glob(path.rstrip("/"))), f"the glossary names {path}"


def test_every_command_in_the_readme_is_one(root: Path) -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, click.Group) or hasattr(command, "commands")
    known = getattr(command, "commands", {})
    makefile = (root / "Makefile").read_text()
    shell = "".join(blocks((root / "README.md").read_text(), "sh")).splitlines()
    assert len(shell) > 10
    for line in shell:
        words = line.split()
        if words[0] == "symphainy":
            assert words[1] in known, line
            options = {opt for parameter in known[words[1]].params for opt in parameter.opts}
            assert {word for word in words[2:] if word.startswith("--")} <= options, line
        elif words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line


def test_the_first_solution_of_the_readme_is_valid(root: Path, tmp_path: Path) -> None:
    solution, saga = blocks((root / "README.md").read_text(), "yaml")
    (tmp_path / "hello" / "sagas").mkdir(parents=True)
    (tmp_path / "hello" / "solution.yaml").write_text(solution)
    (tmp_path / "hello" / "sagas" / "greet.yaml").write_text(saga)
    assert [str(d) for d in diagnose(tmp_path / "hello", Catalog())] == []
    assert yaml.safe_load(solution)["intents"] == {"hello.greet": "greet"}


def test_decisions_have_four_headings_and_one_line_to_quote(root: Path) -> None:
    found = sorted((root / "docs" / "decisions").glob("0*.md"))
    assert [p.name[:4] for p in found] == [f"{n:04}" for n in range(1, len(found) + 1)]
    index = (root / "docs" / "decisions" / "README.md").read_text()
    for decision in found:
        text = decision.read_text()
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == HEADINGS, decision.name
        said = text[text.index("## Decision") : text.index("## Consequences")]
        assert re.search(r"^> \S", said, re.MULTILINE), f"{decision.name} has no line to quote"
        assert decision.name in index


def test_the_contested_points_are_those_of_this_interpreter(root: Path) -> None:
    text = (root / "docs" / "decisions" / "0006-contested-points-of-the-language.md").read_text()
    assert f'semantics version "{SEMANTICS}"' in text
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == [str(n) for n in range(1, 27)]


def test_the_readme_fits_a_page(root: Path) -> None:
    assert len((root / "README.md").read_text().splitlines()) <= 150


def _with_examples() -> list[str]:
    source = Path(__file__).resolve().parents[2] / "src" / "symphainy"
    found = []
    for room in sorted(source.iterdir()):
        files = [room] if room.suffix == ".py" else sorted(room.resolve().rglob("*.py"))
        for file in files:
            if file.is_file() and ">>> " in file.read_text():
                inside = file.name if room.suffix == ".py" else str(Path(room.name) / file.relative_to(room.resolve()))
                found.append("symphainy." + inside.removesuffix(".py").replace("/", ".").removesuffix(".__init__"))
    return found


@pytest.mark.parametrize("module", _with_examples())
def test_every_example_in_a_docstring_is_true(module: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0
    assert result.attempted > 0
