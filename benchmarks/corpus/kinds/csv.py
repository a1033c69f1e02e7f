"""CSV and TSV: encoding, delimiter, quote, records, width, first record, leading zeros, ragged rows."""

import codecs

from corpus.given import Corpus, Given
from corpus.parsing import detected, parsed
from corpus.scored import Facts, Scored, scored, share

NAME = "csv"
TARGET = "Delimiter >= 95 % and encoding >= 90 % pass; 100 %, >= 97 % of quotes and every count exact is strong."
PASS = 0.95
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "space": " "}
_ENCODINGS = {"ansi": "cp1252", "shif-jis": "shift_jis", "gb2312": "gb18030"}
_WIDER = {
    "ascii": {"utf-8", "cp1252", "latin-1"},
    "gb2312": {"gb18030", "gbk"},
    "cp1252": {"iso8859-1", "iso8859-15", "latin-1"},
}


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(file) for file in corpus.of("csv", "permits", "travel_expense", "insurance") if _is_table(file)]


def _is_table(file: Given) -> bool:
    return file.name.endswith((".csv", ".tsv")) and "delimiter" in file.facts


def _one(file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        facts, found = file.facts, detected(file.path)
        document = parsed(file.path)
        told = document.metadata
        rows = document.tables[0].rows if document.tables else ()
        delimiter = _DELIMITERS.get(
            file.extra.get("true_delimiter", ""), "@" if "delimiter @" in file.note else facts["delimiter"]
        )
        metrics: Facts = {
            "delimiter": told.get("delimiter", found.delimiter) == delimiter,
            "records": len(rows) == facts["nonblank_records"] or "delimiter @" in file.note,
            "ragged": _ragged(facts) <= told.get("ragged_rows", 0) <= facts["ragged_records"]
            or "delimiter @" in file.note,
            "width": max(map(len, rows), default=0) >= facts["modal_width"],
            "first": [c[:25].strip() for c in (rows[0] if rows else ())][: len(facts["first_record"])]
            == [c.strip() for c in facts["first_record"]]
            or "delimiter @" in file.note,
        }
        if "true_quote" in file.extra:
            metrics["quote"] = told.get("quote") == '"'
        truth = file.extra.get("true_encoding", facts.get("encoding"))
        if truth and _reads(file.path.read_bytes(), truth):
            metrics["encoding"] = _same(str(told.get("encoding") or ""), truth)
        return share(metrics.values()), metrics

    return scored(file.path, file.name, judge)


def _ragged(facts: Facts) -> int:
    """Ragged rows at least: the manifest counts blank lines among them, which are no rows here."""
    blank = facts["records_incl_header"] - facts["nonblank_records"]
    return max(0, facts["ragged_records"] - blank)


def _reads(data: bytes, truth: str) -> bool:
    """Whether the annotated encoding can be that of these bytes at all: one file is annotated as ASCII and has other letters."""
    return truth != "ascii" or data.isascii()


def _same(ours: str, truth: str) -> bool:
    """Whether an encoding is the annotated one, or one that reads every such file alike."""
    try:
        mine, theirs = codecs.lookup(ours).name, codecs.lookup(_ENCODINGS.get(truth, truth)).name
    except LookupError:
        return False
    mine, theirs = mine.removesuffix("-sig"), theirs.removesuffix("-sig")
    return (
        mine == theirs
        or mine.startswith(theirs)
        or mine in _WIDER.get(theirs, set())
        or (mine == "cp932" and theirs == "shift_jis")
    )
