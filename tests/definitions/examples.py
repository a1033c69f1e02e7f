"""The public examples of the specification and of two implementations, where they are at hand beside the repository."""

import os
import re
from pathlib import Path

import pytest

from symphainy.foundations.definitions.yaml12 import load

ROOT = Path(os.environ.get("SHARED_DIR") or Path(__file__).resolve().parents[3] / "shared") / "ows"
needs_examples = pytest.mark.skipif(not ROOT.is_dir(), reason="the public examples (../shared/ows) are not here")
BROKEN = {"doc-snippets/dsl-03.yaml", "use-cases/multi-agent-ai-content-generation-1.yaml"}
"""Not YAML at all, in the specification's own text: an unknown escape, and a colon in a plain scalar."""


def documents() -> dict[str, str]:
    """Name → text of every whole workflow among the examples, the conformance kit's included."""
    found = (
        {str(path.relative_to(ROOT)): path.read_text() for path in sorted(ROOT.rglob("*.yaml"))}
        if ROOT.is_dir()
        else {}
    )
    skip = {"workflow.yaml", "expected.yaml", *BROKEN}
    found = {name: text for name, text in found.items() if name not in skip and not name.startswith("invalid/")}
    found = {
        name: text
        for name, text in found.items()
        if isinstance(load(text).value, dict) and "document" in load(text).value
    }
    for path in sorted((ROOT / "ctk").glob("*.feature")) if ROOT.is_dir() else ():
        blocks = re.findall(r'a workflow with definition:\n\s*"""yaml\n(.*?)"""', path.read_text(), re.DOTALL)
        found |= {f"ctk/{path.stem}-{i}": _dedent(block) for i, block in enumerate(blocks)}
    return found


def _dedent(block: str) -> str:
    lines = block.rstrip().split("\n")
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[indent:] for line in lines) + "\n"
