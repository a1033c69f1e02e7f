"""Decoding: a copybook and a file of its records in, Parquet out, part by part; what is malformed is told and shifts nothing."""

from itertools import islice
from pathlib import Path
from typing import Final, Literal

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import ArtifactRef, NewArtifact
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Message
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import within

PARQUET: Final = "application/vnd.apache.parquet"
MAX_PART: Final = 50_000
"""Records of one part: of 200 bytes each, 60 MB of a pool process, and two seconds of work that a kill costs at most."""
MAX_COPYBOOK: Final = 1 << 20
TOLD: Final = 20


class Layout(Message):
    """How a file's records are written. ``segments``: which group a value of ``segment_field`` brings."""

    format: Literal["fixed", "variable", "blocked", "content"] = "fixed"
    code_page: str = "cp037"
    floats: Literal["ibm", "ieee"] = "ibm"
    trim: Literal["both", "left", "right", "none"] = "both"
    packed_occurs: bool = False
    header_bytes: int = 0
    footer_bytes: int = 0
    segment_field: str | None = None
    segments: dict[str, str] = {}


class Place(Message):
    """Where the next part begins: a byte of the file, and the number of its record."""

    offset: int
    record: int


class ToDecode(Message):
    """A file and its copybook, as text or as an uploaded file; ``start`` is ``next`` of the part before."""

    file: ArtifactRef
    copybook: str = ""
    copybook_file: ArtifactRef | None = None
    layout: Layout = Layout()
    start: Place = Place(offset=0, record=0)
    most: int = 20_000


class Malformed(Message):
    """One malformed field: record and path, why, and its bytes as hexadecimal figures."""

    record: int
    path: str
    why: str
    bytes: str


class Decoded(Message):
    """One part: ``records`` refers to Parquet. ``next`` is absent after the last part."""

    records: ArtifactRef
    count: int
    malformed: int
    problems: tuple[Malformed, ...] = ()
    next: Place | None = None
    record_length: int
    columns: tuple[str, ...]


@capability("content.decode", input=ToDecode, output=Decoded, title="Decode mainframe records")
async def decode(step: Step[ToDecode]) -> Outcome[Decoded]:
    """The records of a file by its copybook, from one place on, as Parquet.

    Invalid where the copybook is none or the file does not consist of such records; TooLarge over a limit.
    """
    asked = step.input
    if not 1 <= asked.most <= MAX_PART:
        raise Invalid(f"A part of {asked.most:,} records is asked for; it has 1 to {MAX_PART:,}.")
    copybook = asked.copybook
    if asked.copybook_file is not None:
        within("bytes of copybook", asked.copybook_file.size, MAX_COPYBOOK)
        copybook = (await step.tools.read(asked.copybook_file)).decode("utf-8", "replace")
    within("bytes of copybook", len(copybook), MAX_COPYBOOK)
    if not copybook.strip():
        raise Invalid("There is no copybook.", code="copybook.empty", remedy="Give copybook or copybook_file.")
    path = await step.tools.fetch(asked.file)
    await step.tools.progress(min(asked.start.offset / max(asked.file.size, 1), 1.0), f"record {asked.start.record:,}")
    data, told = await step.tools.compute(part, str(path), copybook, asked.layout, asked.start, asked.most)
    new = NewArtifact.of(data, media_type=PARQUET, name=f"{asked.file.name or 'records'}.parquet")
    edge = Edge(source=f"artifact:{asked.file.sha256}", target=f"artifact:{new.ref.sha256}", relation="decoded-from")
    return Outcome(Decoded(records=new.ref, **told), artifacts=(new,), lineage=(edge,))


def part(path: str, copybook: str, layout: Layout, start: Place, most: int) -> tuple[bytes, dict[str, object]]:
    """Up to ``most`` records as Parquet, and what is told of them; pure, for the process pool."""
    from symphainy.realms.content.services.decode.cobol.copybook import parse_copybook
    from symphainy.realms.content.services.decode.cobol.decoding import Decoder, Options
    from symphainy.realms.content.services.decode.cobol.framing import records
    from symphainy.realms.content.services.decode.columns import columns_of, parquet

    fields = parse_copybook(copybook)
    options = Options(
        code_page=layout.code_page, trim=layout.trim, floats=layout.floats, packed_occurs=layout.packed_occurs,
        segment_field=layout.segment_field, segments=layout.segments,
    )  # fmt: skip
    decoder = Decoder(fields, options)
    framed = records(
        path, layout.format, length=decoder.length, skip=layout.header_bytes, leave=layout.footer_bytes, start=start.offset,
        number=start.record, measure=lambda raw: decoder(raw).length,
    )  # fmt: skip
    rows, problems, malformed, end = [], list[Malformed](), 0, start
    for one in islice(framed, most):
        found = decoder(one.data)
        whys = [f"{p.path}: {p.why}" for p in found.problems] + (
            ["the file ends inside the record"] if one.short else []
        )
        malformed += bool(whys)
        room = max(TOLD - len(problems), 0)
        problems += [Malformed(record=one.number, path=p.path, why=p.why, bytes=p.bytes) for p in found.problems[:room]]
        rows.append((one.number, one.offset, "; ".join(whys) or None, found.values))
        end = Place(offset=one.offset + len(one.data), record=one.number + 1)
    columns = columns_of(fields)
    last = len(rows) < most or end.offset >= Path(path).stat().st_size - layout.footer_bytes
    return parquet(columns, rows), {
        "count": len(rows), "malformed": malformed, "problems": tuple(problems), "next": None if last else end,
        "record_length": decoder.length, "columns": tuple(column.name for column in columns),
    }  # fmt: skip
