"""The given files and what their manifest says is true of them."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Given:
    """One file of the corpus."""

    path: Path
    name: str
    kind: str
    role: str
    note: str
    facts: dict[str, Any]
    extra: dict[str, Any]


@dataclass(frozen=True)
class Corpus:
    """All files, by kind and role."""

    folder: Path

    @cached_property
    def files(self) -> tuple[Given, ...]:
        lines = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return tuple(
            Given(
                path=self.folder / line["file"],
                name=line["file"],
                kind=line["kind"],
                role=line["role"],
                note=line["note"],
                facts=line["facts"],
                extra=line["extra"],
            )  # fmt: skip
            for line in lines
        )

    def of(self, *kinds: str, role: str = "input", suffix: str = "") -> Iterator[Given]:
        """Files of these kinds and this role that are really there."""
        for file in self.files:
            if file.kind in kinds and file.role == role and file.name.endswith(suffix) and file.path.exists():
                yield file


def find() -> Corpus | None:
    """The corpus, where there is one."""
    places = [
        os.environ.get("CORPUS_DIR", ""),
        ROOT.parent / "shared" / "corpus",
        ROOT.parents[1] / "shared" / "corpus",
    ]
    for place in places:
        if place and (Path(place) / "manifest.json").exists():
            return Corpus(Path(place))
    return None
