"""Clauses of contracts in PDF (CUAD: 41 questions to each), by the product's own chunks, vectors, words and search.

A clause counts when one of the first three passages holds half of its first 120 characters, or more.
"""

from pathlib import Path

from corpus.clauses import Asked, contracts
from corpus.given import Corpus
from corpus.library import Shelf, on_a_shelf
from corpus.passages import Letters, rank, recall
from corpus.scored import Facts, Scored, scored

NAME = "retrieval-clauses"
TARGET = (
    "CUAD: clause recall@3 passages >= 0.80 passes, recall@1 >= 0.80 is strong; every passage is the exact text at its offsets, "
    "else the score is 0."
)
PASS = 0.80


def measure(corpus: Corpus) -> list[Scored]:
    folder = corpus.folder / "grounded_qa" / "cuad"
    return [
        scored(folder / name, f"grounded_qa/cuad/{name}", lambda path, asked=asked: _judge(path, asked))
        for name, asked in contracts(folder).items()
    ]


def _judge(path: Path, asked: list[Asked]) -> tuple[float, Facts]:
    ranks, exact = on_a_shelf(lambda shelf: _ranks(shelf, path, asked))
    facts = {
        "clauses": len(ranks),
        **{f"recall@{k}": recall(ranks, k) for k in (1, 3, 5)},
        "exact spans": round(exact, 4),
    }
    return recall(ranks, 3) if exact == 1 else 0.0, facts


async def _ranks(shelf: Shelf, path: Path, asked: list[Asked]) -> list[int | None]:
    name = await shelf.add(path)
    letters, ranks = Letters(shelf.documents[name].text), []
    for one in asked:
        hits = await shelf.search(one.question, limit=5, documents=[name])
        ranks += [rank(hits, name, letters.all(clause)) for clause in one.clauses]
    return ranks
