"""Evidence in financial reports (TAT-QA: 900 questions to 150 contexts of a table and paragraphs), by the product's own search.

A question is put to its own context. Its evidence is found when all that its answer is made of stands in the first three passages:
the words of a span, the figures of a derivation. The answers themselves (EM, F1) are not attempted: nothing here calculates.
"""

import html
import json
import re
import tempfile
from pathlib import Path

from corpus.given import Corpus
from corpus.library import Shelf, on_a_shelf
from corpus.passages import Letters
from corpus.scored import Facts, Scored, scored, share

NAME = "retrieval-tables"
TARGET = "TAT-QA: share of questions whose evidence is in the first three passages; no figure to reach is known, 0.75 is ours."
PASS = 0.75
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def measure(corpus: Corpus) -> list[Scored]:
    return [scored(corpus.folder / "grounded_qa" / "tatqa_dev_150.json", "grounded_qa/tatqa_dev_150.json", _judge)]


def page(context: Facts) -> str:
    """The context as the web page it may have been: paragraphs before the table, then the table."""
    words = [
        f"<p>{html.escape(part['text'])}</p>" for part in sorted(context["paragraphs"], key=lambda part: part["order"])
    ]
    rows = [
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in context["table"]["table"]
    ]
    return f"<!DOCTYPE html><html><body>{''.join(words)}<table>{''.join(rows)}</table></body></html>"


def has_evidence(asked: Facts, texts: list[str], whole: str) -> bool:
    """Whether what the answer is made of stands in ``texts``; a figure that the context has nowhere (a 100, a count) is not asked for."""
    if asked["answer_type"] in ("span", "multi-span"):
        plain = [Letters(text).plain for text in texts]
        return all(any(Letters(str(part)).plain in text for text in plain) for part in asked["answer"])
    known, found = _figures(whole), set().union(*map(_figures, texts))
    return _figures(asked["derivation"]) & known <= found


def _figures(text: str) -> set[float]:
    return {
        float(figure.replace(",", "")) for figure in _FIGURE.findall(text) if figure.replace(",", "").count(".") < 2
    }


def _judge(path: Path) -> tuple[float, Facts]:
    told, exact = on_a_shelf(lambda shelf: _asked(shelf, json.loads(path.read_text("utf-8"))))
    facts: Facts = {"questions": len(told)}
    for source in ("text", "table", "table-text"):
        facts[f"from {source}"] = share(found for kind, found in told if kind == source)
    score = share(found for _, found in told)
    return (score if exact == 1 else 0.0), {
        **{k: round(v, 4) for k, v in facts.items()},
        "exact spans": round(exact, 4),
    }


async def _asked(shelf: Shelf, contexts: list[Facts]) -> list[tuple[str, bool]]:
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for number, context in enumerate(contexts):
            file = Path(folder) / f"{number}.html"
            file.write_text(page(context), encoding="utf-8")
            name = await shelf.add(file)
            for asked in context["questions"]:
                hits = await shelf.search(asked["question"], limit=3, documents=[name])
                told.append(
                    (asked["answer_from"], has_evidence(asked, [hit.text for hit in hits], shelf.documents[name].text))
                )
    return told
