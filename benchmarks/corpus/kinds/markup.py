"""DOCX, HTML and XML: exact counts of what is in them, and likeness to the Markdown that comes with some."""

import re
from collections.abc import Callable

from corpus.given import Corpus, Given
from corpus.likeness import in_order, likeness
from corpus.markdown import markdown
from corpus.parsing import detected, parsed
from corpus.scored import Facts, Scored, scored, share
from symphainy.foundations.language.document import Document

NAME = "markup"
TARGET = "95 % of counts exact pass; all of them and likeness of Markdown >= 0.97 is strong. The score is the share of counts."
PASS = 0.95


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(corpus, file) for file in corpus.of("docx", "html", "xml")]


def _one(corpus: Corpus, file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        document = parsed(file.path)
        counts = _COUNTS[file.kind](document, file.facts)
        metrics: Facts = {"detected": detected(file.path).kind == file.kind}
        if expected := _expected(corpus, file):
            metrics["likeness"] = round(likeness(markdown(document), expected), 3)
        return share([metrics["detected"], *counts.values()]), {
            **metrics,
            **{f"{file.kind}.{k}": v for k, v in counts.items()},
        }

    return scored(file.path, file.name, judge)


def _expected(corpus: Corpus, file: Given) -> str | None:
    for name in (f"{file.name}.md", re.sub(r"\.\w+$", ".md", file.name)):
        if (corpus.folder / name).exists() and name != file.name:
            return (corpus.folder / name).read_text(encoding="utf-8")
    return None


def _docx(document: Document, facts: Facts) -> Facts:
    sizes = [f"{len(table.rows)}x{max(map(len, table.rows))}" for table in document.tables]
    found: Facts = {
        "tables": sizes == facts["tables"],
        # The manifest counts the styles "Heading n"; a paragraph in the style "Title" is a heading here, too.
        "headings": sum(b.kind == "heading" for b in document.blocks) - document.metadata.get("titles", 0)
        == facts["headings"],
        "paragraphs": len(document.blocks) == facts["paragraphs_nonempty"],
        "text": all(in_order(document.text, facts["text_contains"])),
    }
    if "first_table_first_row" in facts and document.tables:
        flat = [re.sub(r"\s+", " ", cell).strip() for cell in document.tables[0].rows[0]]
        found["first row"] = flat == [re.sub(r"\s+", " ", cell).strip() for cell in facts["first_table_first_row"]]
    return found


def _html(document: Document, facts: Facts) -> Facts:
    return {
        "title": document.metadata.get("title", "") == facts["title"],
        "tables": document.metadata["tables"] == facts["tables"],
        "headings": document.metadata["headings"] == facts["headings"],
        "items": document.metadata["list_items"] == facts["list_items"],
    }


def _xml(document: Document, facts: Facts) -> Facts:
    told = document.metadata
    return {name: told[name] == facts[name] for name in ("root", "elements", "tables")}


_COUNTS: dict[str, Callable[[Document, Facts], Facts]] = {"docx": _docx, "html": _html, "xml": _xml}
