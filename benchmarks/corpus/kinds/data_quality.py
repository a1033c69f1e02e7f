"""Data quality: cells flagged against cells that differ from the clean twin, without any label; faults of the frame by row and column."""

import csv
from pathlib import Path

from corpus.given import Corpus
from corpus.scored import Facts, Scored, scored, share
from symphainy.realms.insights.services.quality import findings

NAME = "data-quality"
TARGET = (
    "Cells: F1 without labels, hospital >= 0.70 and beers >= 0.60 pass; hospital >= 0.90 is strong (with 20 labels ETSB-RNN has "
    "0.92 to 0.98 on hospital, 0.96 to 0.99 on beers). Frame: every fault at its row and column."
)
PASS = 0.7
_FAULTS: dict[str, set[tuple[str, int, int]]] = {
    "invalid.csv": {
        ("blank_header", -1, 2), ("duplicate_header", -1, 3), ("missing_cell", 0, 2), ("missing_cell", 0, 3), ("missing_cell", 1, 2),
        ("missing_cell", 1, 3), ("duplicate_row", 1, -1), ("blank_row", 2, -1), ("extra_cell", 3, 4),
    },
    "duplicate-headers.csv": {("duplicate_header", -1, 2), ("duplicate_header", -1, 4)},
    "blank-rows.csv": {("blank_row", 2, -1)},
    "capital-invalid.csv": {
        ("duplicate_header", -1, 2), ("blank_row", 9, -1), ("extra_cell", 10, 3), ("missing_cell", 8, 2),
    },
}  # fmt: skip
"""Kind, data row from 0 (-1 the header), column from 0 (-1 the row)."""
_FRAME = {"blank_header", "duplicate_header", "blank_row", "duplicate_row", "missing_cell", "extra_cell"}


def measure(corpus: Corpus) -> list[Scored]:
    home = corpus.folder / "data_quality"
    found = [_cells(home / f"raha_{name}", f"data_quality/raha_{name}") for name in ("hospital", "beers")]
    found += [_hundred(home / "holoclean_hospital100")]
    return found + [_frame(home / "frictionless" / name, faults) for name, faults in sorted(_FAULTS.items())]


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _cells(folder: Path, name: str) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        dirty, clean = rows_of(path), rows_of(folder / "clean.csv")
        truth = {
            (r, c)
            for r, pair in enumerate(zip(dirty[1:], clean[1:], strict=True))
            for c, (a, b) in enumerate(zip(*pair, strict=True))
            if a != b
        }
        return _judged(dirty, truth, clean)

    return scored(folder / "dirty.csv", name, judge)


def _hundred(folder: Path) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        dirty = rows_of(path)
        place = {name: c for c, name in enumerate(dirty[0])}
        right = {(int(tid), place[name]): value for tid, name, value in rows_of(folder / "hospital_100_clean.csv")[1:]}
        truth = {(r, c) for (r, c), value in right.items() if dirty[r + 1][c] != value}
        return _judged(dirty, truth, None)

    return scored(folder / "hospital_100.csv", "data_quality/holoclean_hospital100", judge)


def _judged(dirty: list[list[str]], truth: set[tuple[int, int]], clean: list[list[str]] | None) -> tuple[float, Facts]:
    flagged = {cell for one in findings(dirty[0], dirty[1:]) for cell in one.cells if cell[0] >= 0}
    hit = len(flagged & truth)
    f1 = 2 * hit / max(len(flagged) + len(truth), 1)
    facts: Facts = {"precision": hit / max(len(flagged), 1), "recall": hit / max(len(truth), 1), "f1": f1}
    if clean:
        alarms = {cell for one in findings(clean[0], clean[1:]) for cell in one.cells}
        facts["alarms_on_clean"] = len(alarms) / (len(clean) * len(clean[0]))
    return f1, facts


def _frame(path: Path, faults: set[tuple[str, int, int]]) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        rows = rows_of(path)
        found = {(one.check, r, c) for one in findings(rows[0], rows[1:]) if one.check in _FRAME for r, c in one.cells}
        return share([fault in found for fault in faults] + [fault in faults for fault in found]), {
            "faults": len(faults),
            "told": len(found),
        }

    return scored(path, f"data_quality/frictionless/{path.name}", judge)
