"""One spelling for what means the same: composed letters, plain spaces, no invisible signs; every span moves along."""

import re
import unicodedata
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.document import Block, Document, Span, Table
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import JSON_TYPE, Parsed

_LIGATURES: Final = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_SPACES: Final = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE: Final = "\u00ad\u200b\u2060\ufeff\ufffe\uffff" + "".join(
    map(chr, [*range(9), *range(14, 32), *range(127, 160)])
)
_TABLE: Final = str.maketrans({**_LIGATURES, **dict.fromkeys(_SPACES, " "), **dict.fromkeys(_INVISIBLE, None)})
_LINE_ENDS: Final = re.compile("\r\n?|[\u2028\u2029\u0085\v\f]")


@capability("content.normalise", input=Parsed, output=Parsed, duration="short", title="Normalise a document's text")
async def normalise(step: Step[Parsed]) -> Outcome[Parsed]:
    """The same document in normal form; the text that search indexes and citations quote."""
    given = step.input.text
    path = await step.tools.fetch(given)
    data, characters = await step.tools.compute(normalised, str(path))
    text = NewArtifact.of(data, media_type=JSON_TYPE, name=given.name)
    about = step.input.about.model_copy(update={"characters": characters})
    edge = Edge(source=f"artifact:{given.sha256}", target=f"artifact:{text.ref.sha256}", relation="normalised-from")
    return Outcome(Parsed(text=text.ref, about=about), artifacts=(text,), lineage=(edge,))


def normalised(path: str) -> tuple[bytes, int]:
    """The normal form of the Document at ``path`` as JSON, and its length in characters; pure."""
    with open(path, "rb") as file:
        document = normal_document(Document.model_validate_json(file.read()))
    return document.model_dump_json().encode(), len(document.text)


def normal_text(text: str) -> str:
    r"""The normal form of a text; doing it twice changes nothing more.

    >>> normal_text("e\u0301 \ufb01n\u00a0\u00ad.")
    'é fin .'
    """
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", composed.translate(_TABLE))


def normal_document(document: Document) -> Document:
    """``document`` with its text in normal form; each span covers what it covered before."""
    spans = [*document.pages, *(b.span for b in document.blocks), *(t.span for t in document.tables if t.span)]
    cuts = sorted({0, len(document.text), *(end for span in spans for end in (span.start, span.end))})
    moved, pieces, length = {0: 0}, [], 0
    for start, end in zip(cuts, cuts[1:], strict=False):
        piece = normal_text(document.text[start:end])
        pieces.append(piece)
        length += len(piece)
        moved[end] = length
    text = "".join(pieces)

    def move(span: Span) -> Span:
        return span.model_copy(update={"start": moved[span.start], "end": moved[span.end]})

    def block(old: Block) -> Block:
        span = move(old.span)
        return old.model_copy(update={"span": span, "text": text[span.start : span.end]})

    def table(old: Table) -> Table:
        rows = tuple(tuple(normal_text(cell) for cell in row) for row in old.rows)
        return old.model_copy(update={"rows": rows, "span": move(old.span) if old.span else None})

    return document.model_copy(
        update={
            "text": text,
            "pages": tuple(map(move, document.pages)),
            "blocks": tuple(map(block, document.blocks)),
            "tables": tuple(map(table, document.tables)),
        }
    )
