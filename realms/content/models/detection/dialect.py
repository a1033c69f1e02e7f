"""How a delimited file is cut: the delimiter that gives rows of one width, the quote that its cells are set in."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

DELIMITERS: Final = ",;\t|"
_RARE: Final = "@^~\x1f\x01"
"""Delimiters that are believed only where none of the usual ones cuts anything."""
_ROWS: Final = 200
_CELLS: Final = 400_000
"""Cells looked at: a file of a hundred thousand columns is judged by its first lines."""


class Dialect(NamedTuple):
    """How cells are told apart."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None

    def reader(self, text: str) -> Iterator[list[str]]:
        r"""The rows of ``text``.

        >>> list(Dialect(";").reader('a;"b;c"\r\n'))
        [['a', 'b;c']]
        """
        source = io.StringIO(text, newline="")
        return csv.reader(
            source, delimiter=self.delimiter, quotechar=self.quote, escapechar=self.escape, doublequote=True
        )


def delimiter_of(text: str, *, complete: bool = True) -> str | None:
    r"""The character that cuts ``text`` into columns of one width, or None when none does so convincingly.

    >>> delimiter_of("id;name\n007;Bond\n008;Bill"), delimiter_of("Well, this\nis prose, is it not, dear reader?")
    (';', None)
    """
    lines = text if complete else text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    quote = quote_of(lines)
    return _best(lines, quote, DELIMITERS, 2, 0.8) or _best(lines, quote, _RARE, 3, 0.9)


def quote_of(text: str) -> str:
    r"""The sign that cells are set in; the double quote where there is none.

    >>> quote_of("a,'b, c',d\n'e','f',g\n"), quote_of('a,"it\'s",c')
    ("'", '"')
    """
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", text[:65_536], re.MULTILINE))
    double = len(re.findall(r'(?:^|[,;\t|])"', text[:65_536], re.MULTILINE))
    return "'" if single > 2 and single > 2 * double else '"'


def dialect_of(text: str, delimiter: str) -> Dialect:
    r"""All of the dialect, once the delimiter is known.

    >>> dialect_of('a,"say \\"hi\\"",b', ",").escape
    '\\'
    """
    quote = quote_of(text)
    sample = text[:262_144]
    escaped = sample.count("\\" + quote)
    doubled = re.search(rf"[^\\,;\t|\r\n{quote}]{quote}{quote}[^,;\t|\r\n{quote}]", sample)
    return Dialect(delimiter, quote, "\\" if escaped > 1 and not doubled else None)


def _best(lines: str, quote: str, delimiters: str, least: int, agreeing: float) -> str | None:
    best: tuple[float, int, str] | None = None
    for delimiter in delimiters:
        if delimiter not in lines:
            continue
        rows = _rows(Dialect(delimiter, quote), lines)
        widths = [len(row) for row in rows]
        if not widths:
            continue
        width = max(set(widths), key=lambda w: (widths.count(w), w))
        agreement = widths.count(width) / len(widths)
        if width < least or agreement < agreeing or (len(rows) == 1 and width < 3) or _is_prose(rows, delimiter):
            continue
        score = (round(agreement, 2), width, delimiter)
        best = max(best, score) if best else score
    return best[2] if best else None


def _rows(dialect: Dialect, lines: str) -> list[list[str]]:
    """The first rows that hold anything; none where the text cannot be cut so."""
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in dialect.reader(lines):
            if any(row):
                rows.append(row)
                cells += len(row)
            if len(rows) == _ROWS or cells > _CELLS:
                break
    except csv.Error:
        return []
    return rows


def _is_prose(rows: list[list[str]], delimiter: str) -> bool:
    """Sentences have commas too: their cells begin with a space and run long."""
    rest = [cell for row in rows for cell in row[1:]]
    spaced = sum(cell.startswith(" ") for cell in rest) > 0.8 * len(rest)
    return delimiter == "," and spaced and sum(len(cell.split()) for cell in rest) > 3 * len(rest)
