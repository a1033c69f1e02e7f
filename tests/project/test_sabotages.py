"""The sabotages of the harness: each still fits the sources, and changes one line. `make sabotages` runs them."""

import subprocess
from pathlib import Path

import pytest
from sabotages.catalogue import HERE, SABOTAGES


def test_each_invariant_of_the_record_has_its_sabotage() -> None:
    assert [s.breaks for s in SABOTAGES] == ["I1", "I2", "I3", "I4", "I5", "I6"]
    assert {s.patch for s in SABOTAGES} == set(HERE.glob("*.patch"))


@pytest.mark.parametrize("sabotage", SABOTAGES, ids=lambda s: s.name)
def test_it_still_applies(root: Path, sabotage) -> None:
    changed = [
        line for line in sabotage.patch.read_text().splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    assert [line[0] for line in changed] == ["-", "+"]
    done = subprocess.run(["git", "apply", "--check", str(sabotage.patch)], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stderr}: write the patch anew, it is one line"
