"""Spans of text: where a citation stands, which piece of a document to show around it, and the mark on it. All pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from symphainy.foundations.language.document import Span
from symphainy.foundations.language.model import Json

WINDOW = 6_000
"""Characters shown at once of a document without pages."""


@dataclass(frozen=True)
class Cited:
    """Exact characters of a document, and what they say."""

    document: str
    title: str
    start: int
    end: int
    page: int | None = None
    quote: str = ""
    sha256: str = ""

    @property
    def place(self) -> str:
        """Where it stands, in words.

        >>> Cited("doc_1", "Policy", 5, 9, 4).place
        'Policy, page 4, characters 5 to 9'
        """
        page = f", page {self.page}" if self.page else ""
        return f"{self.title or self.document}{page}, characters {self.start:,} to {self.end:,}"


def cited(value: Json) -> list[Cited]:
    """Every citation in an output, whatever its shape around it, in order and once: an agent's own, or a saga's flat ones.

    >>> flat = {"document": "d", "title": "T", "page": 2, "start": 1, "end": 3, "quote": "bc"}
    >>> cited({"citations": [flat]}) == cited({"claims": [{"citations": [{**flat, "span": {"start": 1, "end": 3, "page": 2}}]}]})
    True
    """
    return list(dict.fromkeys(_walk(value)))


def _walk(value: Json) -> Iterator[Cited]:
    if isinstance(value, dict):
        found = _one(value)
        if found is not None:
            yield found
            return
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _walk(each)


def _one(value: dict[str, Any]) -> Cited | None:
    inner = value.get("span")
    span: dict[str, Any] = inner if isinstance(inner, dict) else value
    start, end, page = span.get("start"), span.get("end"), span.get("page")
    said = value.get("quote", value.get("text"))
    if not isinstance(value.get("document"), str) or not isinstance(start, int) or not isinstance(end, int):
        return None
    return Cited(
        value["document"], str(value.get("title") or ""), start, end, page if isinstance(page, int) else None,
        said if isinstance(said, str) else "", str(value.get("document_sha256") or value.get("sha256") or ""),
    )  # fmt: skip


def leaves(pages: Sequence[Span], characters: int) -> list[Span]:
    """What is shown at once: the document's pages, or equal pieces where it has none.

    >>> [(leaf.start, leaf.end) for leaf in leaves((), 7_000)]
    [(0, 6000), (6000, 7000)]
    """
    if pages:
        return sorted(pages, key=lambda page: page.start)
    pieces = range(0, max(characters, 1), WINDOW)
    return [Span(start=at, end=min(at + WINDOW, characters)) for at in pieces]


def leaf_of(found: Sequence[Span], start: int) -> int:
    """The index of the leaf that holds a character.

    >>> leaf_of(leaves((), 20_000), 6_500)
    1
    """
    return max((i for i, leaf in enumerate(found) if leaf.start <= start), default=0)


def marked(text: str, offset: int, spans: Iterable[tuple[int, int]]) -> str:
    """HTML of a piece of text that begins at character ``offset``, escaped, with the spans in it marked.

    >>> marked("a <b> c", 10, [(12, 15)])
    'a <mark id="span" tabindex="-1">&lt;b&gt;</mark> c'
    """
    made, at, first = "", 0, ' id="span" tabindex="-1"'
    for start, end in sorted((max(0, s - offset), min(len(text), e - offset)) for s, e in spans):
        if start >= end or start < at:
            continue
        made += f"{escape(text[at:start])}<mark{first}>{escape(text[start:end])}</mark>"
        at, first = end, ""
    return made + escape(text[at:])
