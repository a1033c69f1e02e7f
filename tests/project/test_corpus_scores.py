"""How ``make corpus`` counts spans and passages, on cases counted by hand."""

import importlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from symphainy.foundations.language.document import SearchHit, Span


@pytest.fixture
def scores(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(root / "benchmarks")
    return SimpleNamespace(
        spans=importlib.import_module("corpus.spans"), passages=importlib.import_module("corpus.passages")
    )


def hit(start: int, end: int, document: str = "d") -> SearchHit:
    span = Span(start=start, end=end)
    return SearchHit(
        document=document, document_sha256="", title="", span=span, text="x", score=1.0, embedder="lexical"
    )


def test_a_span_is_found_by_half_of_both_and_by_its_kind(scores: Any) -> None:
    label, count = scores.spans.Labelled, scores.spans.Count()
    truth = [label("person", 0, 10, "PERSON"), label("person", 20, 24, "PERSON"), label("place", 30, 60, "GPE")]
    ours = [label("person", 0, 5), label("person", 23, 31), label("person", 30, 60)]
    count.add(truth, ours)
    assert (count.recall(["PERSON"]), count.recall(), count.precision) == (1 / 2, 1 / 3, 1 / 3)
    assert count.f2 == pytest.approx(1 / 3)


def test_recall_counts_more_than_precision(scores: Any) -> None:
    label, count = scores.spans.Labelled, scores.spans.Count()
    count.add([label("ip", 0, 4, "IP")], [label("ip", 0, 4), label("ip", 6, 9)])
    assert count.f2 == pytest.approx(5 / 6)


def test_the_pieces_of_an_address_are_one_and_two_people_are_two(scores: Any) -> None:
    label, text = scores.spans.Labelled, "12 Oak Lane,\n York, Ann Lee, Bo Ek in Rome"
    pieces = [label("place", 14, 18), label("place", 0, 2, "STREET"), label("place", 3, 11), label("place", 38, 42)]
    people = [label("person", 20, 27), label("person", 29, 34)]
    joined = scores.spans.joined([*pieces, *people], text, "place")
    assert joined == [label("place", 0, 18, "STREET"), *people, label("place", 38, 42)]


def test_a_text_is_found_whatever_its_spaces_and_signs(scores: Any) -> None:
    letters = scores.passages.Letters("The  “Term”\nends. The term ends.")
    assert letters.all('The "term" ends') == [(0, 16), (18, 31)]
    assert letters.nearest("the term ends", 11) == (18, 31)
    assert letters.all("“”") == [] and letters.nearest("never", 0) is None


def test_a_passage_has_a_text_when_it_holds_half_of_it(scores: Any) -> None:
    rank, recall = scores.passages.rank, scores.passages.recall
    hits = [hit(0, 100, "other"), hit(0, 14), hit(14, 40)]
    assert rank(hits, "d", [(10, 20)]) == 3
    assert rank(hits, "d", [(10, 20), (0, 8)]) == 2
    assert rank(hits, "d", [(38, 60)]) is None
    assert recall([1, 3, None, 4], 3) == 0.5
