"""``make sabotages``: a table of what was broken and what was found; exit code 1 when one survives. NAME …: these alone.

The table is written to build/sabotages.json too, for docs/reliability.md.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sabotages.catalogue import SABOTAGES, TRIAL, Sabotage

ROOT = Path(__file__).parent.parent.parent
OUT = ROOT / "build" / "sabotages.json"
LONGEST = 400
"""Seconds that one trial may take; the slowest takes 60 on two busy cores."""


def copy(folder: Path) -> Path:
    """The sources, as they stand here: the folder of links, and what each link names."""
    shutil.copytree(ROOT / "src", folder / "src", symlinks=True)
    for link in (folder / "src" / "symphainy").iterdir():
        if link.is_symlink():
            name = Path(os.readlink(link)).name
            ignored = shutil.ignore_patterns("__pycache__")
            if (source := ROOT / name).is_dir():
                shutil.copytree(source, folder / name, ignore=ignored)
            else:
                shutil.copy2(source, folder / name)
    return folder


def trial(words: Sequence[str], patch: Path | None) -> dict[str, Any]:
    """One trial on a copy, patched; its report. RuntimeError when there is none."""
    with tempfile.TemporaryDirectory(prefix="symphainy-sabotage-") as place:
        tree = copy(Path(place))
        if patch is not None:
            subprocess.run(["git", "apply", "--unsafe-paths", str(patch)], cwd=tree, check=True)
        command = [sys.executable, "-P", "-m", "symphainy.cli", "chaos", *words, "--json"]
        environment = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=LONGEST)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        raise RuntimeError(f"no report: {(done.stdout + done.stderr)[-1500:]}") from None


def judged(sabotage: Sabotage | None, report: dict[str, Any]) -> tuple[bool, str]:
    """Whether it is as it must be, and what was found: counts by invariant.

    >>> judged(Sabotage("x", "I3"), {"invariants": [{"id": "I3", "broken": 2}, {"id": "I4", "broken": 0}]})
    (True, 'I3: 2')
    >>> judged(None, {"invariants": [{"id": "I3", "broken": 0}]})
    (True, 'nothing')
    """
    broken = {each["id"]: each["broken"] for each in report["invariants"] if each["broken"]}
    right = not broken if sabotage is None else sabotage.breaks in broken
    return right, ", ".join(f"{name}: {count}" for name, count in broken.items()) or "nothing"


def main(names: Sequence[str]) -> int:
    """Run them one after the other."""
    chosen: list[Sabotage | None] = [s for s in SABOTAGES if not names or s.name in names]
    told: list[dict[str, Any]] = []
    sys.stdout.write(f"{'sabotage':34} {'must break':11} {'found':30} seconds\n")
    for each in chosen if names else [None, *chosen]:
        began = time.monotonic()
        report = trial(each.trial if each else (*TRIAL, "4"), each.patch if each else None)
        right, found = judged(each, report)
        name, breaks = (each.name, each.breaks) if each else ("none", "nothing")
        seconds = time.monotonic() - began
        told.append({"name": name, "must_break": breaks, "found": found, "right": right, "seconds": round(seconds)})
        more = "" if right else "   SURVIVED" if each else f"   {report['findings'][:3]}"
        sys.stdout.write(f"{name:34} {breaks:11} {found:30} {seconds:5.0f}{more}\n")
        sys.stdout.flush()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(told, indent=1) + "\n")
    return 0 if all(each["right"] for each in told) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
