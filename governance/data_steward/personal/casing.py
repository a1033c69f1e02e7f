"""Text that somebody typed without capitals, read as if its names had theirs."""

import re

from symphainy.governance.data_steward.personal.words import is_common, is_given, is_name, is_place

__all__ = ["written_large"]

_WORD = re.compile(r"(?<![\w@./:#-])[^\W\d_](?:[^\W\d_]|['’´](?=[^\W\d_])){1,24}(?![\w@/]|[.:-]\w)")
_INITIAL = re.compile(r"(?<=[^\W\d_] )[a-z](?=\.? [^\W\d_])")
_LINK = re.compile(r" (?:[^\W\d_]\.? )?")
_ARTICLE = re.compile(r"\b(?:an?|the) $")
_NUMBER = re.compile(r" \d{1,4}[a-z]?\b")
_FEWEST = 3
"""Words of a text that somebody wrote; fewer are a key or a name of a machine's."""


def written_large(text: str) -> str:
    """``text``, character for character, with capitals where it has none at all and says more than a few words.

    >>> written_large("my name is lena m. andersson"), written_large("queue-a lena"), written_large("I am lena")
    ('my name is Lena M. Andersson', 'queue-a lena', 'I am lena')
    """
    if not text.islower() or text.count(" ") + text.count("\n") < _FEWEST:
        return text
    pieces, at, given = [], 0, -9
    for found in _WORD.finditer(text):
        start, end = found.span()
        word, first = found.group(), text[start].upper()
        if len(first) > 1 or is_common(word) or _ARTICLE.search(text, max(0, start - 5), start):
            continue
        behind_name = 0 <= given < start <= given + 4 and _LINK.fullmatch(text, given, start) is not None
        if not (behind_name or is_name(word) or is_place(word) or _NUMBER.match(text, end)):
            continue
        pieces += [text[at:start], first]
        at = start + 1
        given = end if is_given(word) else -9
    large = "".join([*pieces, text[at:]])
    return _INITIAL.sub(lambda m: m.group().upper() if _between(large, *m.span()) else m.group(), large)


def _between(text: str, start: int, end: int) -> bool:
    """Whether one letter stands between two words with capitals."""
    before = text[max(0, start - 26) : start - 1].split(" ")[-1]
    behind = text[end : end + 3].lstrip(". ")
    return before[:1].isupper() and behind[:1].isupper()
