"""Tables whose columns stand at fixed places: cut where every line has a gap, each value as the text it was."""

from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json
from symphainy.realms.content.models import MAX_ROWS, within
from symphainy.realms.content.models.detection.shapes import columns_of
from symphainy.realms.content.services.parse.builder import Builder
from symphainy.realms.content.services.parse.delimited import LABELLED_CELLS, has_header
from symphainy.realms.content.services.parse.text import decode


def parse_fixed(path: str, sha256: str, name: str, encoding: str | None) -> Document:
    """The table in a fixed-width file. Invalid where its lines have no columns in common, TooLarge over the row limit."""
    text, used = decode(path, encoding)
    starts = columns_of(text)
    if starts is None:
        raise Invalid(
            "The lines have no columns in common.",
            code="content.broken",
            remedy="Upload it with a delimiter between its values.",
        )
    rows: list[tuple[str, ...]] = []
    for line in text.split("\n"):
        if line.strip():
            within("rows", len(rows) + 1, MAX_ROWS)
            rows.append(tuple(line[a:b].strip() for a, b in zip(starts, (*starts[1:], None), strict=True)))
    builder = Builder()
    header = has_header(rows)
    builder.add_table(rows, name=name, header=header, labelled=len(rows) * len(starts) <= LABELLED_CELLS)
    facts: dict[str, Json] = {
        "encoding": used,
        "rows": len(rows) - header,
        "columns": len(starts),
        "starts": list(starts),
    }
    return builder.document(sha256=sha256, media_type="text/x-fixed-width", name=name, metadata=facts)
