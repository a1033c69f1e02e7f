"""Words as answers are looked for: without function words and endings; and sentences with their places."""

import re
from collections.abc import Iterator
from typing import Final

_WORD: Final = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_FUNCTION: Final = frozenset(
    """a about after all also am an and any are as at be because been before being but by can could did do does doing done
    for from get give had has have having he her here his how i if in into is it its just long many may me might more most
    much must my no not of off on once one only or other our out over per please shall she should so some such take tell
    than that the their them then there these they this those to too under until up us very was we were what when where
    which while who whom whose why will with within would you your""".split()
)
_ENDINGS: Final = (
    "ations",
    "ation",
    "ings",
    "ing",
    "ments",
    "ment",
    "edly",
    "ies",
    "ied",
    "ed",
    "es",
    "ly",
    "s",
    "e",
    "y",
)
_BREAK: Final = re.compile(r"(?<=[.!?])[\"')\]]?\s+(?=[\"'(\[]?[A-Z0-9])|\n+")
_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)*")
_QUANTITY: Final = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|once|twice|no limit|without a limit)\b",
    re.I,
)
_ASKS_QUANTITY: Final = re.compile(
    r"\b(how (many|much|long|often|far|old|high|large|big|soon)|(what|which) (amount|number|percentage|date|year|age|sum))\b",
    re.I,
)


def terms(text: str) -> list[str]:
    """The words of ``text`` that carry meaning, without endings, in order.

    >>> terms("How many days do I have for reporting a claim?")
    ['day', 'report', 'claim']
    """
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in _FUNCTION]


def stem(word: str) -> str:
    """``word`` without its ending; a word of up to three letters stays.

    >>> stem("reported") == stem("reports") == stem("reporting")
    True
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of ``text`` stands: half-open, without the space around it.

    >>> [(s, e) for s, e in sentences("We pay. You wait.")]
    [(0, 7), (8, 17)]
    """
    at = 0
    for match in [*_BREAK.finditer(text), None]:
        start, end = at, match.start() if match else len(text)
        at = match.end() if match else at
        piece = text[start:end]
        start, end = start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
        if start < end:
            yield start, end


def asks_quantity(question: str) -> bool:
    """Whether only an answer with a figure can be one."""
    return _ASKS_QUANTITY.search(question) is not None


def has_quantity(sentence: str) -> bool:
    """Whether there is a figure or a number word in it."""
    return _QUANTITY.search(sentence) is not None


def figures(text: str) -> set[str]:
    """The figures in ``text``, without separators, so that 25,000 and 25.000 are one.

    >>> sorted(figures("Claim 0001211 is above 25,000."))
    ['0001211', '25000']
    """
    return {re.sub(r"[.,]", "", figure) for figure in _FIGURE.findall(text)}


def is_statement(piece: str) -> bool:
    """Whether ``piece`` says something: a sentence, a row of a table, or words enough; a bare heading does not.

    >>> is_statement("2.1 Standard deductible"), is_statement("The premium has been paid.")
    (False, True)
    """
    return piece.endswith((".", "!", ";")) or " | " in piece or len(piece.split()) >= 10
