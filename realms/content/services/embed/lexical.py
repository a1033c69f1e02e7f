"""Embedding without a model: words and their trigrams, hashed into a vector. Finds spelling, not meaning."""

import math
import re
import zlib
from collections import Counter

NAME = "lexical"
DIMENSIONS = 384
"""As many as MiniLM's, so that one column of the index holds either."""
_WORD = re.compile(r"\w+")


def embed(text: str) -> list[float]:
    """A vector of length one (all zero for a text without words).

    >>> near, far = embed("report the claim"), embed("bananas are yellow")
    >>> ask = embed("claim reported")
    >>> sum(a * b for a, b in zip(ask, near)) > sum(a * b for a, b in zip(ask, far))
    True
    """
    counts: Counter[str] = Counter()
    for word in _WORD.findall(text.lower()):
        counts[word] += 2
        padded = f"<{word}>"
        counts.update(padded[i : i + 3] for i in range(len(padded) - 2))
    vector = [0.0] * DIMENSIONS
    for feature, count in sorted(counts.items()):
        digest = zlib.crc32(feature.encode())
        vector[digest % DIMENSIONS] += (1 if digest & 0x8000_0000 else -1) * (1 + math.log(count))
    norm = math.sqrt(sum(value * value for value in vector))
    return [round(value / norm, 6) for value in vector] if norm else vector
