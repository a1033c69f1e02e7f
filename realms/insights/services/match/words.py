"""A field's name as words: split, abbreviations written out, endings off; and how much two names have in common."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import JaroWinkler

from symphainy.realms.insights.services.match.vocabulary import ABBREVIATIONS, CHINESE, PHRASES, SYNONYMS

_SPLIT: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[a-z]+|\d+|[\u4e00-\u9fff]+|[^\W\d_]+")
_OPAQUE: Final = re.compile(r"(col|column|field|attr|attribute|var|f|c|x|v|unnamed)[ _:.-]*\d+", re.I)
_ENDINGS: Final = ("ations", "ation", "ical", "ic", "ings", "ing", "ies", "ed", "es", "s", "y", "e")
_FILLERS: Final = frozenset("of the is this a an in for to and at by was were or with ajcc".split())
"""Words that a name may leave out: articles, and the standard that is meant where none is named (TNM staging: AJCC's)."""
_GLUED: Final = ("datetime", "date", "time", "name", "code", "number", "year", "unit", "type", "flag")
"""Words for a type that names often have at their end without a gap; a time is a point of time then."""
_KNOWN: Final = frozenset({*ABBREVIATIONS, *SYNONYMS, *(word for phrase in PHRASES for word in phrase)})
SIMILAR: Final = 0.9
"""Jaro-Winkler from which two words count as spellings of one."""
SHORT: Final = 6
"""Letters from which a word may be misspelt and still be meant."""
SYNONYM: Final = 0.85
"""What a synonym counts against the word itself."""


def opaque(name: str) -> bool:
    """Whether a name says nothing, as generated ones do.

    >>> opaque("col12"), opaque("color")
    (True, False)
    """
    return bool(_OPAQUE.fullmatch(name.strip())) or not any(sign.isalpha() for sign in name)


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, in order, abbreviations written out.

    >>> words("policyHolderDOB"), words("num_lymph_nodes"), words("Loss.Size-cm")
    (('policy', 'holder', 'birth', 'date'), ('number', 'lymphatic', 'nodes'), ('loss', 'size', 'cm'))
    >>> words("custname"), words("candidate")
    (('customer', 'name'), ('candidate',))
    >>> words("\u5546\u54c1\u540d\u7a31")
    ('product', 'name')
    """
    found: list[str] = []
    for piece in _SPLIT.findall(name):
        token = piece.lower()
        if "\u4e00" <= token[0] <= "\u9fff":
            found += _chinese(token)
        elif token not in _FILLERS:
            found += [word for part in _unglued(token) for word in ABBREVIATIONS.get(part, (part,))]
    return _phrased(tuple(found)) or tuple(piece.lower() for piece in _SPLIT.findall(name))


def _unglued(token: str) -> tuple[str, ...]:
    """A word and the type word that is glued to it, where the first is one that we know: custname, but not candidate."""
    if token in _KNOWN:
        return (token,)
    first, end = next(
        ((token.removesuffix(end), end) for end in _GLUED if token.endswith(end) and token.removesuffix(end) in _KNOWN),
        (token, ""),
    )
    return (first, "datetime" if end == "time" else end) if end else (token,)


def _phrased(found: tuple[str, ...]) -> tuple[str, ...]:
    """Runs of words that have another name get it; the longest first."""
    out: list[str] = []
    at = 0
    while at < len(found):
        size = next((n for n in (3, 2) if found[at : at + n] in PHRASES), 0)
        out += PHRASES[found[at : at + size]] if size else (found[at],)
        at += size or 1
    return tuple(out)


def _chinese(text: str) -> list[str]:
    found: list[str] = []
    while text:
        known = next((word for word in CHINESE if text.startswith(word)), None)
        found += CHINESE[known] if known else [text[0]]
        text = text[len(known or text[0]) :]
    return found


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """A word without its ending.

    >>> root("nodes") == root("node"), root("histological") == root("histologic")
    (True, True)
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=200_000)
def alike(one: str, other: str) -> float:
    """How much two words mean the same, from 0 to 1: equal, one root, synonyms, one spelling.

    >>> alike("sex", "gender"), alike("price", "zebra")
    (0.85, 0.0)
    """
    if one == other or root(one) == root(other):
        return 1.0
    if other in SYNONYMS.get(one, ()) or _rooted(one, other):
        return SYNONYM
    if min(len(one), len(other)) < SHORT:
        return 0.0  # stage and state, male and make: in short words one letter is another word
    near = JaroWinkler.similarity(one, other)
    return near * 0.9 if near >= SIMILAR else 0.0


@lru_cache(maxsize=20_000)
def _roots(word: str) -> frozenset[str]:
    return frozenset(map(root, SYNONYMS.get(word, ())))


def _rooted(one: str, other: str) -> bool:
    return root(other) in _roots(one) or root(one) in _roots(other)


def overlap(one: Sequence[str], other: Sequence[str], weight: Mapping[str, float]) -> tuple[float, float]:
    """The weighed share of each name's words that the other has too: rare words count for more.

    >>> overlap(("patient", "age"), ("age",), {})
    (0.5, 1.0)
    """
    return _covered(one, other, weight), _covered(other, one, weight)


def _covered(one: Sequence[str], other: Sequence[str], weight: Mapping[str, float]) -> float:
    total = sum(weight.get(root(word), 1.0) for word in one)
    if not total or not other:
        return 0.0
    return sum(weight.get(root(word), 1.0) * max(alike(word, peer) for peer in other) for word in one) / total
