"""Parsing: one file in, one Document out, whatever the kind."""

from collections.abc import Callable
from importlib import import_module
from typing import Final

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import DomainError, Invalid
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import JSON_TYPE, About, Detected, Kind, Parsed, document_id
from symphainy.realms.content.services.parse.memory import bounded

READERS: Final[dict[Kind, str]] = {
    "pdf": "pdf:parse_pdf",
    "docx": "docx:parse_docx",
    "workbook": "workbook:parse_workbook media_type",
    "csv": "delimited:parse_csv encoding delimiter",
    "fixed": "fixed:parse_fixed encoding",
    "json": "json_values:parse_json encoding",
    "jsonl": "json_values:parse_jsonl encoding",
    "xml": "xml:parse_xml",
    "html": "html:parse_html encoding",
    "email": "mail:parse_mail",
    "mbox": "mail:parse_mbox",
    "outlook": "mail:parse_msg",
    "image": "recognition:parse_image media_type",
    "text": "text:parse_text encoding",
    "markdown": "text:parse_markdown encoding",
}
"""Which function reads a kind, and what it wants to know of what was detected beside path, hash and name."""


@capability("content.parse", input=Detected, output=Parsed, title="Parse a file into a document")
async def parse(step: Step[Detected]) -> Outcome[Parsed]:
    """Text, blocks, tables and pages of a file, with exact spans.

    Invalid for a kind that is not supported and for an encrypted, broken or scanned file; TooLarge over a limit.
    """
    file = step.input.file
    path = await step.tools.fetch(file)
    await step.tools.progress(0.1, "parsing")
    try:
        data, about = await step.tools.compute(parsed, str(path), step.input)
    except DomainError as error:
        raise _costly(error) from error
    text = NewArtifact.of(data, media_type=JSON_TYPE, name=file.name)
    edge = Edge(source=f"artifact:{file.sha256}", target=f"artifact:{text.ref.sha256}", relation="parsed-from")
    return Outcome(Parsed(text=text.ref, about=about), artifacts=(text,), lineage=(edge,))


def _costly(error: DomainError) -> DomainError:
    """What became of a reader that crashed, hung or swelled: it was alone in a process of its own, and only this file fails."""
    if error.code not in ("compute_crashed", "compute_timeout", "compute_memory"):
        return error
    why = {"compute_timeout": "takes longer to read", "compute_memory": "takes more memory to read"}.get(error.code)
    return Invalid(
        f"The file {why} than any file may." if why else "The file's reader broke down over it.",
        code="content.too_costly",
        remedy="Open it in its own program, save it anew or in parts, and upload the result.",
    )


def parsed(path: str, found: Detected) -> tuple[bytes, About]:
    """The Document as JSON, and a summary; pure, for the process pool."""
    reader_of(found)  # what it imports is not the file's to pay for
    with bounded(path):
        document = read(path, found)
        return document.model_dump_json().encode(), about(document)


def read(path: str, found: Detected) -> Document:
    """The Document at ``path``. Invalid for a kind that is not supported."""
    reader, fields = reader_of(found)
    return reader(path, found.file.sha256, found.file.name, *(getattr(found, field) for field in fields))


def reader_of(found: Detected) -> tuple[Callable[..., Document], list[str]]:
    """The function that reads a kind. It is imported where it is used: a front end never needs one."""
    if found.kind not in READERS:
        raise Invalid(
            f"Files of type {found.media_type} are not supported.",
            code="content.unsupported",
            remedy="Upload PDF, DOCX, XLSX, XLS, ODS, CSV, JSON, XML, HTML, EML, MSG, MBOX, an image, Markdown or plain text.",
        )
    module, _, function = READERS[found.kind].partition(":")
    name, *fields = function.split()
    return getattr(import_module(f"{__name__}.{module}"), name), fields


def about(document: Document) -> About:
    """The summary that travels beside the reference."""
    heading = next((block.text for block in document.blocks if block.kind == "heading"), "")
    title = str(document.metadata.get("title") or heading or document.name or document.sha256[:12])
    return About(
        document=document_id(document.sha256),
        sha256=document.sha256,
        title=title.strip()[:200],
        media_type=document.media_type,
        pages=len(document.pages),
        blocks=len(document.blocks),
        tables=len(document.tables),
        characters=len(document.text),
    )
