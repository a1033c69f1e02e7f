"""Text recognition: pages of PDFs with a text layer, drawn as pictures, and read again; the layer is the truth.

The corpus has no scan with its text beside it, so the scans are made: as a scanner would at 300 dots per inch, grey, without its dust.
``recall`` is the share of the layer's words that are read, ``precision`` of the words read that stand there, both counted as often as they
occur; the score is their F1. Words of one sign are left out: rules and bullets are none.
"""

import re
import tempfile
from collections import Counter
from pathlib import Path

import pypdfium2

from corpus.given import Corpus, Given
from corpus.parsing import parsed
from corpus.scored import Facts, Scored, scored
from symphainy.realms.content.services.parse import recognition

NAME = "ocr"
TARGET = (
    "Word accuracy >= 0.95 is strong; every scan is flagged or read, none ends in an error that is not one of ours."
)
PASS = 0.95
PAGES = 10
"""Pages that are read: some three seconds of tesseract each."""
DPI = 300
_WORD = re.compile(r"[^\W_]{2,}")


def measure(corpus: Corpus) -> list[Scored]:
    """Where tesseract is installed; elsewhere each file counts as not read."""
    given = [
        file for file in corpus.of("pdf", "travel_expense", suffix=".pdf")
        if not file.facts.get("encrypted") and file.facts.get("text_chars_first_pages", 0) > 1_000 and file.facts.get("text_contains")
    ]  # fmt: skip
    step = max(1, len(given) // PAGES)
    return [_one(file) for file in given[::step][:PAGES]]


def _one(file: Given) -> Scored:
    def judge(path: Path) -> tuple[float, Facts]:
        if not recognition.available():
            raise RuntimeError("tesseract is not installed")
        document = parsed(path)
        page = max(document.pages[:3], key=lambda page: page.end - page.start)
        truth = _words(document.text[page.start : page.end])
        with tempfile.TemporaryDirectory() as folder:
            picture = Path(folder) / "page.png"
            pdf = pypdfium2.PdfDocument(str(path))
            pdf[page.page - 1].render(scale=DPI / 72, grayscale=True).to_pil().save(picture)
            pdf.close()
            found = parsed(picture)
        read = _words(found.text)
        both = (truth & read).total()
        recall, precision = both / max(truth.total(), 1), both / max(read.total(), 1)
        told = found.metadata.get("ocr_confidence", 0)
        f1 = 2 * recall * precision / max(recall + precision, 1e-9)
        return f1, {"recall": recall, "precision": precision, "words": truth.total(), "confidence": told, "f1": f1}

    return scored(file.path, file.name, judge)


def _words(text: str) -> Counter[str]:
    return Counter(word.lower() for word in _WORD.findall(text))
