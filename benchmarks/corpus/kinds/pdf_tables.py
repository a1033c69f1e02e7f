"""Tables of PDFs: cells by content, per document, against the structure that ICDAR 2013 gives; tabula's own CSVs beside it."""

import re
import xml.etree.ElementTree as ET
from collections import Counter

from corpus.given import Corpus, Given
from corpus.parsing import parsed
from corpus.scored import Facts, Scored, scored

NAME = "pdf-tables"
TARGET = (
    "Mean F1 of cells >= 0.88 passes; >= 0.95 with no document below 0.6 and every count of tables exact is strong."
)
PASS = 0.88


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(corpus, file) for file in corpus.of("pdf", suffix=".pdf") if "gold_tables" in file.extra]


def _one(corpus: Corpus, file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        gold, tables = _gold(corpus, file)
        found = parsed(file.path).tables
        cells = Counter(cell for table in found for row in table.rows for cell in map(_bare, row) if cell)
        hit = sum((gold & cells).values())
        recall, precision = hit / sum(gold.values()), hit / max(sum(cells.values()), 1)
        f1 = 2 * recall * precision / (recall + precision) if hit else 0.0
        return f1, {"recall": round(recall, 3), "precision": round(precision, 3), "tables exact": len(found) == tables}

    return scored(file.path, file.name, judge)


def _gold(corpus: Corpus, file: Given) -> tuple[Counter[str], int]:
    root = ET.parse(corpus.folder / file.name.replace(".pdf", "-str.xml")).getroot()
    cells = Counter(text for cell in root.iter("content") if (text := _bare(cell.text or "")))
    return cells, len(root.findall("table"))


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)
