"""Misspellings: a rare value that differs from a frequent one of its column by a few signs, in a word that stands nowhere else."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from symphainy.realms.insights.models.grid import absent
from symphainy.realms.insights.services.quality.found import Finding, finding

RARE: Final = 8
"""Cells in which a misspelt word may stand."""
TIMES: Final = 20
"""How many times as often the right spelling stands: towns that differ by a letter do not differ so much in number."""
ONCE: Final = 3
"""Cells in which a value may stand that is near a frequent one as a whole."""
NEAR: Final = 0.6
"""How alike the two words are: a third of the signs may differ, since errors come in runs."""
MOST: Final = 3_000
"""Distinct words of a column that are compared; more is free text."""
_WORD: Final = re.compile(r"[^\W_]+")


def words_of(columns: Sequence[Sequence[str]]) -> Counter[str]:
    """How often each word stands in a table."""
    return Counter(word for column in columns for value in column for word in _WORD.findall(value.lower()))


def spelling(name: str, place: int, values: Sequence[str], everywhere: Mapping[str, int]) -> list[Finding]:
    """Cells with a word that is a misspelling of a frequent one, or the whole value of a frequent value.

    >>> column = ["Birmingham"] * 6 + ["Birminghxm", "Boaz"]
    >>> [f.cells for f in spelling("city", 0, column, words_of([column]))]
    [((6, 0),)]
    """
    filled = {r: value.strip().lower() for r, value in enumerate(values) if not absent(value)}
    split = {r: _WORD.findall(value) for r, value in filled.items()}
    counts = Counter(word for words in split.values() for word in words)
    wrong = _misspelt(counts, everywhere, RARE, TIMES)
    whole = Counter(
        filled.values()
    )  # of several words each is looked at by itself: Alaska Brewing is not Avery Brewing
    wrong_whole = _misspelt(whole, {}, ONCE, 4) if len(whole) <= MOST else set()
    cells = [
        (r, place) for r, words in split.items()
        if any(word in wrong for word in words) or (len(words) == 1 and filled[r] in wrong_whole and _odd(words, everywhere))
    ]  # fmt: skip
    return [finding("misspelling", (place,), f"{name} is spelled as elsewhere.", cells, len(values))] if cells else []


def _odd(words: Sequence[str], everywhere: Mapping[str, int]) -> bool:
    """Whether one of the words stands nearly nowhere else and is no plain figure."""
    return any(everywhere.get(word, 0) <= ONCE and not word.isdigit() for word in words)


def _misspelt(counts: Mapping[str, int], everywhere: Mapping[str, int], most: int, times: int) -> set[str]:
    rare = [w for w, n in counts.items() if max(n, everywhere.get(w, 0)) <= most and len(w) > 1 and not _figure(w)]
    frequent = [w for w, n in counts.items() if n >= times and len(w) > 1]
    if not rare or not frequent or len(rare) > MOST or len(rare) > 0.5 * len(counts) + 200:
        return set()
    found = set()
    for word in rare:
        near = process.extractOne(word, frequent, scorer=Levenshtein.normalized_similarity, score_cutoff=NEAR)
        if near and counts[near[0]] >= times * counts[word] and _slip(word, near[0]):
            found.add(word)
    return found


def _slip(word: str, right: str) -> bool:
    """Whether the difference looks like a slip: of one length nearly, and not a word with an ending more."""
    return abs(len(word) - len(right)) <= 1 and not (word.startswith(right) or right.startswith(word))


def _figure(word: str) -> bool:
    return word.strip("%$.+-").replace(".", "").replace(",", "").isdigit()
