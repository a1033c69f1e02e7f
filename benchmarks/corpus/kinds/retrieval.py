"""Passages that answer, by the product's own chunks, vectors, words and search (COVID-QA: 453 questions to 53 papers).

A passage counts when it holds half of the labelled answer at its labelled place, or more; the same words elsewhere do not. A question is
put to its own paper, as it was asked; "open" figures are of the same questions put to all papers at once.
"""

import json
import tempfile
from pathlib import Path

from corpus.given import Corpus
from corpus.library import Shelf, on_a_shelf
from corpus.passages import Letters, rank, recall
from corpus.scored import Facts, Scored, scored
from symphainy.realms.content.services.normalise import normal_text

NAME = "retrieval"
TARGET = (
    "COVID-QA: recall@5 of the answer passage >= 0.75 passes, >= 0.90 is strong; every passage is the exact text at its offsets, "
    "else the score is 0."
)
PASS = 0.75


def measure(corpus: Corpus) -> list[Scored]:
    return [scored(corpus.folder / "grounded_qa" / "covidqa.json", "grounded_qa/covidqa.json", _judge)]


def _judge(path: Path) -> tuple[float, Facts]:
    papers = [part for paper in json.loads(path.read_text("utf-8"))["data"] for part in paper["paragraphs"]]
    (own, everywhere), exact = on_a_shelf(lambda shelf: _asked(shelf, papers), large=True)
    facts = {
        "questions": len(own),
        **{f"recall@{k}": recall(own, k) for k in (1, 3, 5, 10)},
        **{f"open recall@{k}": recall(everywhere, k) for k in (1, 5, 10)},
        "exact spans": round(exact, 4),
    }
    return recall(own, 5) if exact == 1 else 0.0, facts


async def _asked(shelf: Shelf, papers: list[Facts]) -> tuple[list[int | None], list[int | None]]:
    names = []
    with tempfile.TemporaryDirectory() as folder:
        for number, paper in enumerate(papers):
            file = Path(folder) / f"{number}.txt"
            file.write_text(paper["context"], encoding="utf-8")
            names.append(await shelf.add(file))
    own, everywhere = [], []
    for name, paper in zip(names, papers, strict=True):
        letters = Letters(shelf.documents[name].text)
        for asked in paper["qas"]:
            answer = asked["answers"][0]
            before = len(Letters(normal_text(paper["context"][: answer["answer_start"]])).plain)
            place = letters.nearest(normal_text(answer["text"]), before)
            places = [place] if place else []
            own.append(rank(await shelf.search(asked["question"], limit=10, documents=[name]), name, places))
            everywhere.append(rank(await shelf.search(asked["question"], limit=10), name, places))
    return own, everywhere
