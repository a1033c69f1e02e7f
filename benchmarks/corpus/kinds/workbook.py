"""XLSX and XLS: sheets with their area, filled cells, merged ranges, dates, state; the date system."""

from corpus.given import Corpus, Given
from corpus.parsing import parsed
from corpus.scored import Facts, Scored, scored, share

NAME = "workbook"
TARGET = (
    "95 % of counts exact pass; all counts, hidden sheets flagged, 1900 and 1904 dates right, every XLS read is strong."
)
PASS = 0.95


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(file) for file in corpus.of("xlsx", "xls", "travel_expense") if "sheets" in file.facts]


def _one(file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        told = parsed(file.path).metadata
        sheets = told["sheets"]
        assert isinstance(sheets, dict)
        checks: list[bool] = [list(sheets) == list(file.facts["sheets"])]
        counts: list[bool] = []
        for name, truth in file.facts["sheets"].items():
            found = {**sheets.get(name, {}), "cols": sheets.get(name, {}).get("columns")}
            counts += [found.get(fact) == value for fact, value in truth.items()]
        if "datemode" in file.facts and "dates" in str(file.note):
            checks.append(_dates(file, told))
        return share([*checks, *counts]), {"sheets": len(sheets), "counts": share(counts)}

    return scored(file.path, file.name, judge)


def _dates(file: Given, told: Facts) -> bool:
    """In both systems the cells of these files say a day of this century or the last."""
    rows = parsed(file.path).tables[0].rows
    years = [int(cell[:4]) for row in rows for cell in row if cell[:4].isdigit() and cell[4:5] == "-"]
    return bool(years) and all(1900 < year < 2040 for year in years)
