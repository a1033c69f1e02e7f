"""Schema matching: recall at the size of the truth, rank of the truth, and the pairs that are told as found.

``recall`` counts a pair among the first N, N the size of the truth, in order of sureness; ``mrr`` and ``recall_10`` look at
each source field's own ranking; ``f1`` is of the pairs that a caller gets. The score is what TARGETS names for the kind.
"""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from corpus.given import Corpus
from corpus.scored import Facts, Scored, scored, share
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.realms.insights.models.grid import read_grid
from symphainy.realms.insights.services.match import compared
from symphainy.realms.insights.services.match.assign import Found
from symphainy.realms.insights.services.match.fields import Field, field

NAME = "schema-matching"
TARGET = (
    "GDC: recall at ground truth >= 0.55, MRR >= 0.70, recall@10 >= 0.85 pass; web pairs: F1 >= 0.75 pass, 0.88 strong; "
    "MIMIC-OMOP: F1 >= 0.50. "
    "The score of a file is recall for GDC and authors, F1 for the others. Measured here for comparison, same machine, same pairs: "
    "Valentine 1.0.1's COMA without instances, recall 0.33 on GDC (102 s for the five), with instances 0.275 (207 s)."
)
PASS = 0.55


def measure(corpus: Corpus) -> list[Scored]:
    home = corpus.folder / "schema_matching"
    target = table(home / "gdc_target_model.csv")
    found = [_gdc(folder, target) for folder in sorted(home.glob("gdc_*/"))]
    found += [_web(folder) for folder in sorted(home.glob("webpair_*"))]
    return [*found, _authors(home / "valentine_authors"), _mimic(home / "mimic_omop")]


def table(path: Path) -> list[Field]:
    """The columns of a CSV file, as the capability makes them ready."""
    found = read_grid(str(path), ArtifactRef(key="", sha256="", size=0, name=path.name))
    return [field(name, values) for name, values in zip(found.names, found.columns, strict=True)]


def _gdc(folder: Path, target: list[Field]) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        sources = table(path)
        with (folder / "groundtruth.csv").open(encoding="utf-8-sig", newline="") as file:
            truth = list(dict.fromkeys((row["source"].strip(), row["target"].strip()) for row in csv.DictReader(file)))
        found = compared(sources, target, most=50)
        facts = _facts(found, truth, len(target))
        return facts["recall"], facts

    return scored(folder / "source.csv", f"schema_matching/{folder.name}", judge)


def _web(folder: Path) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        lines = (folder / "mapping.txt").read_text(encoding="utf-8-sig").splitlines()
        truth = [_pair(line) for line in lines if line.strip()]
        found = compared(table(path), table(folder / "Table2.csv"))
        facts = _facts(found, truth, 50)
        return facts["f1"], facts

    return scored(folder / "Table1.csv", f"schema_matching/{folder.name}", judge)


def _pair(line: str) -> tuple[str, str]:
    source, _, target = line.strip().strip("<>").partition(",")
    return source.strip(), target.strip()


def _authors(folder: Path) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        truth = [(name, name) for name in ("Cited by", "Authors", "EID")]
        facts = _facts(compared(table(path), table(folder / "authors2.csv")), truth, 50)
        return facts["recall"], facts

    return scored(folder / "authors1.csv", f"schema_matching/{folder.name}", judge)


def _mimic(folder: Path) -> Scored:
    """Descriptions only, within the table pairs that the truth names; a field may have several partners there."""

    def judge(path: Path) -> tuple[float, Facts]:
        docs = json.loads((folder / "schema_docs.json").read_text(encoding="utf-8"))
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [
                (row["source"].lower().split("."), row["target"].lower().split(".")) for row in csv.DictReader(file)
            ]
        truth = {(tuple(a[1:]), tuple(b[1:])) for a, b in rows}
        told = set()
        for mine, theirs in sorted({(a[1], b[1]) for a, b in rows}):
            sides = [
                [field(n, (), text) for n, text in docs[side][name].items()]
                for side, name in (("mimic", mine), ("omop", theirs))
            ]
            found = compared(*sides)
            told |= {((mine, p.source), (theirs, p.target)) for p in (*found.pairs, *found.further)}
        hit = len(told & truth)
        f1 = 2 * hit / (len(told) + len(truth))
        return f1, {"f1": f1, "precision": hit / max(len(told), 1), "found": hit / len(truth)}

    return scored(folder / "ground_truth.csv", "schema_matching/mimic_omop", judge)


def _facts(found: Found, truth: Sequence[tuple[str, str]], most: int) -> Facts:
    wanted = set(truth)
    surest = sorted(found.candidates, key=lambda pair: -pair.sure)[: len(truth)]
    ranks = []
    for source, target in truth:
        order = [pair.target for pair in found.candidates if pair.source == source]
        ranks.append(1 + order.index(target) if target in order else None)
    told = {(pair.source, pair.target) for pair in found.pairs}
    hit = len(told & wanted)
    confident = [(p.source, p.target) in wanted for p in found.pairs if p.sure >= 0.9]
    facts: Facts = {
        "recall": sum((p.source, p.target) in wanted for p in surest) / len(truth),
        "mrr": sum(1 / rank for rank in ranks if rank) / len(ranks),
        "recall_10": share(rank is not None and rank <= 10 for rank in ranks),
        "f1": 2 * hit / (len(told) + len(wanted)),
    }
    return {**facts, "sure": share(confident)} if confident else facts
