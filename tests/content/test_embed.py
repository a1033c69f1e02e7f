"""Embedders: length one, the same every time, and near where the meaning or the spelling is."""

import math
import sys

import pytest

from symphainy.foundations.language.errors import Unavailable
from symphainy.realms.content.services.embed import default_embedder, embed_texts, lexical, minilm

needs_model = pytest.mark.skipif(minilm.model_dir() is None, reason="the MiniLM weights are not installed")


def near(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("embedder", ["lexical", pytest.param("minilm-l6-v2", marks=needs_model)])
def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(embedder, monkeypatch):
    monkeypatch.setattr(minilm, "KEPT", 0)
    texts = ["a claim", "The deductible is 500 euros for each claim. " * 40, "ü", "14"]
    together = embed_texts(texts, embedder)
    assert all(len(v) == 384 and math.isclose(near(v, v), 1, abs_tol=1e-3) for v in together)
    assert together == [embed_texts([text], embedder)[0] for text in texts]
    assert together == embed_texts(texts, embedder)


@needs_model
def test_what_was_embedded_is_not_embedded_again_and_the_oldest_is_let_go(monkeypatch):
    done, real = [], minilm._embed
    monkeypatch.setattr(minilm, "_kept", type(minilm._kept)())
    monkeypatch.setattr(minilm, "KEPT", 2)
    monkeypatch.setattr(minilm, "_embed", lambda text: done.append(text) or real(text))
    first = minilm.embed("one")
    for text in ("two", "one", "three", "one", "two"):
        minilm.embed(text)
    assert done == ["one", "two", "three", "two"]
    assert minilm.embed("one") == first
    assert not any(b"one" in name for name in minilm._kept)


@needs_model
def test_minilm_knows_what_means_the_same():
    ask, same, related, other = embed_texts(
        [
            "How long do I have to notify you of an accident?",
            "You must report a claim within 14 days.",
            "Glass breakage is covered without a deductible.",
            "The recipe needs two eggs and some flour.",
        ],
        minilm.NAME,
    )
    assert near(ask, same) > near(ask, related) > near(ask, other)
    assert near(ask, same) > 0.4
    assert near(ask, other) < 0.15


@needs_model
def test_minilm_gives_the_published_similarity():
    """The figures that the hosted model is known to show for these three sentences."""
    eat, meal, noodles = embed_texts(
        ["That is a happy person", "That is a happy dog", "That is a very happy person"], minilm.NAME
    )
    assert near(eat, meal) == pytest.approx(0.695, abs=0.003)
    assert near(eat, noodles) == pytest.approx(0.943, abs=0.003)


@needs_model
def test_minilm_loads_without_torch():
    embed_texts(["x"], minilm.NAME)
    assert "torch" not in sys.modules
    assert default_embedder() == minilm.NAME


def test_without_the_weights_the_lexical_embedder_answers(monkeypatch):
    monkeypatch.setattr(minilm, "model_dir", lambda: None)
    assert default_embedder() == lexical.NAME
    with pytest.raises(Unavailable, match="minilm-l6-v2 is not installed"):
        embed_texts(["x"], minilm.NAME)


def test_an_unknown_embedder_is_named():
    with pytest.raises(Unavailable, match="word2vec"):
        embed_texts(["x"], "word2vec")


def test_lexical_finds_spelling():
    ask, near_text, far = embed_texts(["reported claims", "report the claim", "bananas are yellow"], lexical.NAME)
    assert near(ask, near_text) > 0.3 > near(ask, far)
    assert embed_texts(["  "], lexical.NAME)[0] == [0.0] * 384
