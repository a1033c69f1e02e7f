"""The page that says which test shows what names tests that there are."""

import re
from pathlib import Path


def test_every_test_that_the_page_names_exists(root: Path) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (root / "docs" / "planes.md").read_text("utf-8"))
    assert len(named) > 30
    missing = [f"{path}::{name}" for path, name in named if not _has(root / path, name)]
    assert not missing, missing


def _has(path: Path, name: str) -> bool:
    return path.exists() and re.search(rf"^(async )?def {name}\b", path.read_text("utf-8"), re.MULTILINE) is not None
