"""Text of PDFs: lines in their order, pages, flags (encrypted, no text layer), forms and attachments, likeness to Markdown."""

from corpus.given import Corpus, Given
from corpus.likeness import in_order, likeness
from corpus.markdown import markdown
from corpus.parsing import parsed
from corpus.scored import Facts, Scored, scored, share
from symphainy.foundations.language.errors import Invalid

NAME = "pdf-text"
TARGET = (
    "100 % of lines found in order and the right flag on every file pass; "
    "likeness >= 0.95 to the Markdown that comes with two is strong (one of them has its Arabic in visual order)."
)
PASS = 1.0


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(corpus, file) for file in corpus.of("pdf", "travel_expense", "permits", "insurance", suffix=".pdf")]


def _one(corpus: Corpus, file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        facts = file.facts
        try:
            document = parsed(file.path)
        except Invalid as error:
            flag = {
                "content.encrypted": facts["encrypted"],
                "content.no_text": facts.get("scanned_no_text_layer", False),
            }
            return float(flag.get(error.code, False)), {"refused": 1}
        told = document.metadata
        found = in_order(document.text, facts["text_contains"])
        checks = [not facts["encrypted"], len(document.pages) == facts["pages"], *found]
        if "form_field_names" in facts:
            checks.append(set(told.get("form_fields", {})) == set(facts["form_field_names"]))
        if "attachments" in facts:
            # The manifest lists a file under its key and under its name; here it has its name.
            names = {a["name"] for a in told.get("attachments", [])}
            checks.append(bool(names) and names <= set(facts["attachments"]))
        metrics: Facts = {"lines": share(found), "tables": len(document.tables)}
        gold = file.path.with_suffix(".md")
        if gold.exists():
            metrics["likeness"] = round(likeness(markdown(document), gold.read_text(encoding="utf-8")), 3)
        return share(checks), metrics

    return scored(file.path, file.name, judge)
