"""Building permits out of monthly PDF reports: rows by permit number, cells against the CSV that the source made of them."""

import csv
import re

from corpus.given import Corpus, Given
from corpus.parsing import parsed
from corpus.scored import Facts, Scored, scored

NAME = "permits"
TARGET = "100 % of permit numbers and a cell F1 >= 0.90 pass; >= 0.99 is strong. The score is the F1, 0 where a number is missing."
PASS = 0.90
_FIELDS = (
    "permit_number",
    "applicant_name",
    "site_address",
    "construction_type",
    "contractor",
    "cost_approximate",
    "permit_fee",
    "hookup_fee",
)


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(file) for file in corpus.of("permits", suffix=".pdf")]


def _one(file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        with file.path.with_suffix(".csv").open(encoding="utf-8", newline="") as source:
            truth = {row["permit_number"]: row for row in csv.DictReader(source)}
        found: dict[str, list[str]] = {}
        for table in parsed(file.path).tables:
            for row in table.rows:
                if row and (number := row[0].strip().removeprefix("*")) in truth:
                    found[number] = [number, *row[1:]]
        hit = said = wanted = 0
        for number, row in truth.items():
            cells = [value for name in _FIELDS if (value := _plain(row[name]))]
            ours = [value for cell in found.get(number, []) if (value := _plain(cell))]
            wanted, said = wanted + len(cells), said + len(ours)
            left = list(cells)
            for value in ours:
                if value in left:
                    left.remove(value)
                    hit += 1
        f1 = 2 * hit / (said + wanted) if said else 0.0
        numbers = sum(number in found for number in truth) / len(truth)
        return (f1 if numbers == 1 else 0.0), {"numbers": numbers, "cell f1": round(f1, 3)}

    return scored(file.path, file.name, judge)


def _plain(cell: str) -> str:
    """A cell's value: an amount as a number, a dash or N/A as nothing, text with single spaces."""
    text = re.sub(r"\s+", " ", cell).strip()
    bare = re.sub(r"[$,\s]", "", text)
    if re.fullmatch(r"-?\d+(\.\d+)?", bare):
        return f"{float(bare):g}" if float(bare) else ""
    return "" if bare in ("", "-", "N/A") else text
