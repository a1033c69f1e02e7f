"""Reads the conformance kit's feature files: scenarios, their steps, and the block under a step. Gherkin as far as the kit uses it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_STEP = re.compile(r"^(?:Given|When|Then|And|But) (?P<text>.*)$")


@dataclass
class StepText:
    """One step; ``block`` is the text between the quotes under it, its indentation taken off."""

    text: str
    block: str = ""


@dataclass
class Scenario:
    feature: str
    name: str
    steps: list[StepText] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.feature}: {self.name}"


def scenarios(folder: Path) -> list[Scenario]:
    """All scenarios of a folder's feature files."""
    return [scenario for path in sorted(folder.glob("*.feature")) for scenario in read(path.read_text(), path.stem)]


def read(text: str, feature: str) -> list[Scenario]:
    """The scenarios of one file.

    >>> [made] = read('Feature: F\\n Scenario: S\\n  Given a b:\\n   ' + '\"' * 3 + 'yaml\\n   x: 1\\n   ' + '\"' * 3, 'f')
    >>> made.name, made.steps[0].block
    ('S', 'x: 1\\n')
    """
    found: list[Scenario] = []
    block: list[str] | None = None
    indent = 0
    for line in text.splitlines():
        bare = line.strip()
        if block is not None:
            if bare == '"""':
                found[-1].steps[-1].block = "\n".join(block) + "\n"
                block = None
            else:
                block.append(line[indent:] if not line[:indent].strip() else line)
        elif bare.startswith('"""'):
            block, indent = [], len(line) - len(line.lstrip())
        elif bare.startswith("Scenario:"):
            found.append(Scenario(feature, bare.removeprefix("Scenario:").strip()))
        elif found and (match := _STEP.match(bare)):
            found[-1].steps.append(StepText(match["text"].strip()))
    return found
