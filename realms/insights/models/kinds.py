"""What kind of value a cell holds, by its form alone: shared by all that measures, matches or interprets columns."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Final, Literal

from symphainy.realms.insights.models.grid import absent

Kind = Literal[
    "empty",
    "boolean",
    "integer",
    "decimal",
    "money",
    "percent",
    "date",
    "datetime",
    "email",
    "url",
    "code",
    "word",
    "text",
]

_INTEGER: Final = re.compile(r"[+-]?\d{1,18}|[+-]?\d{1,3}(,\d{3})+")
_DECIMAL: Final = re.compile(
    r"[+-]?(\d+|\d{1,3}(,\d{3})+)?\.\d+([eE][+-]?\d+)?|[+-]?\d+(\.\d*)?[eE][+-]?\d+|[+-]?\d+\."
)
_MONEY: Final = re.compile(
    r"[+-]?\s*(US\$|NT\$|[$\u20ac\u00a3\u00a5])\s*[+-]?\d[\d,]*(\.\d+)?|\d[\d,]*(\.\d+)?\s*(\u20ac|EUR|USD|GBP|\u5143|\u842c)"
)
_PERCENT: Final = re.compile(r"[+-]?\d+(\.\d+)?\s*%")
_BOOLEAN: Final = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f"})
_EMAIL: Final = re.compile(r"[\w.+'-]+@[\w-]+(\.[\w-]+)+")
_URL: Final = re.compile(r"(https?|ftp)://\S+|www\.\S+\.\S+")
_CODE: Final = re.compile(r"(?=\S*\d)[A-Za-z0-9][A-Za-z0-9._/#:-]*")
_DATETIME: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?")
DATES: Final = (
    ("%Y-%m-%d", re.compile(r"\d{4}-\d{1,2}-\d{1,2}")),
    ("%Y/%m/%d", re.compile(r"\d{4}/\d{1,2}/\d{1,2}")),
    ("%m/%d/%Y", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")),
    ("%d/%m/%Y", re.compile(r"\d{1,2}/\d{1,2}/\d{4}")),
    ("%d.%m.%Y", re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")),
    ("%m/%d/%y", re.compile(r"\d{1,2}/\d{1,2}/\d{2}")),
    ("%Y%m%d", re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")),
    ("%d %B %Y", re.compile(r"\d{1,2} [A-Z][a-z]{2,8} \d{4}")),
    ("%d-%b-%y", re.compile(r"\d{1,2}-[A-Z][a-z]{2}-\d{2}")),
    ("%d-%b-%Y", re.compile(r"\d{1,2}-[A-Z][a-z]{2}-\d{4}")),
    ("%B %d, %Y", re.compile(r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}")),
)
"""Spellings of a day, the likelier first where two fit; a column decides between them by all of its values."""
NUMERIC: Final = frozenset({"integer", "decimal", "money", "percent"})


def kind_of(value: str) -> Kind:
    """The kind of one value.

    >>> [kind_of(v) for v in ("12", "1.5", "2024-01-31", "a@b.org", "pN2", "yes", "Main Street 5", "$4,000")]
    ['integer', 'decimal', 'date', 'email', 'code', 'boolean', 'text', 'money']
    """
    text = value.strip()
    if absent(text):
        return "empty"
    for kind, test in _FORMS:
        if test(text):
            return kind
    return "word" if text.replace("-", "").replace("'", "").isalpha() else "text"


def as_date(text: str, form: str | None = None) -> date | None:
    """The day that ``text`` names, in ``form`` or the first spelling that fits."""
    for pattern, shape in DATES:
        if (form is None or form == pattern) and shape.fullmatch(text):
            try:
                return datetime.strptime(text, pattern).date()
            except ValueError:
                continue
    return None


def as_number(text: str) -> float | None:
    """The figure in a value, without currency, thousands and per cent; None where there is none.

    >>> as_number("$1,234.50"), as_number("12 %"), as_number("C3")
    (1234.5, 12.0, None)
    """
    bare = re.sub(r"^(US\$|NT\$|[$\u20ac\u00a3\u00a5])|[\s,%\u20ac]|(EUR|USD|GBP)$", "", text.strip())
    try:
        return float(bare) if bare and bare[-1].isdigit() or bare.endswith(".") else None
    except ValueError:
        return None


def dominant(values: Sequence[str], share: float = 0.9) -> Kind:
    """The kind that at least ``share`` of the filled values have; numbers of two kinds are decimals, all else is text.

    >>> dominant(["1", "2.5", "3"]), dominant(["a1", "b2", "c 3 d"])
    ('decimal', 'text')
    """
    counts = Counter(kind for value in values if (kind := kind_of(value)) != "empty")
    total = sum(counts.values())
    if not total:
        return "empty"
    kind, count = counts.most_common(1)[0]
    if count >= share * total:
        return kind
    if sum(n for k, n in counts.items() if k in NUMERIC) >= share * total:
        return "decimal"
    if counts["date"] + counts["datetime"] >= share * total:
        return "datetime"
    return "text"


def shape(value: str) -> str:
    """The form of a value: letters and digits by class, runs counted once.

    >>> shape("C3L-00102"), shape("pT1a")
    ('A9A-9', 'aA9a')
    """
    out: list[str] = []
    for sign in value.strip()[:60]:
        mark = (
            "9"
            if sign.isdigit()
            else "A"
            if sign.isupper()
            else "a"
            if sign.isalpha()
            else " "
            if sign.isspace()
            else sign
        )
        if not out or out[-1] != mark:
            out.append(mark)
    return "".join(out)


_FORMS: Final[tuple[tuple[Kind, Callable[[str], bool]], ...]] = (
    ("boolean", lambda text: text.lower() in _BOOLEAN),
    ("date", lambda text: as_date(text) is not None),
    ("integer", lambda text: bool(_INTEGER.fullmatch(text))),
    ("decimal", lambda text: bool(_DECIMAL.fullmatch(text))),
    ("money", lambda text: bool(_MONEY.fullmatch(text))),
    ("percent", lambda text: bool(_PERCENT.fullmatch(text))),
    ("datetime", lambda text: bool(_DATETIME.fullmatch(text))),
    ("email", lambda text: bool(_EMAIL.fullmatch(text))),
    ("url", lambda text: bool(_URL.fullmatch(text))),
    ("code", lambda text: bool(_CODE.fullmatch(text)) and len(text) <= 40),
)
