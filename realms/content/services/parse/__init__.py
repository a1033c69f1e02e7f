"""Parsing: one file in, one Document out, whatever the kind."""

from symphainy.foundations.curator import capability
from symphainy.foundations.language.artifact import NewArtifact
from symphainy.foundations.language.document import Document
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.records import Edge
from symphainy.foundations.language.step import Outcome, Step
from symphainy.realms.content.models import JSON_TYPE, About, Detected, Parsed, document_id


@capability("content.parse", input=Detected, output=Parsed, title="Parse a file into a document")
async def parse(step: Step[Detected]) -> Outcome[Parsed]:
    """Text, blocks, tables and pages of a file, with exact spans.

    Invalid for a kind that is not supported and for an encrypted, broken or scanned file; TooLarge over a limit.
    """
    file = step.input.file
    path = await step.tools.fetch(file)
    await step.tools.progress(0.1, "parsing")
    data, about = await step.tools.compute(parsed, str(path), step.input)
    text = NewArtifact.of(data, media_type=JSON_TYPE, name=file.name)
    edge = Edge(source=f"artifact:{file.sha256}", target=f"artifact:{text.ref.sha256}", relation="parsed-from")
    return Outcome(Parsed(text=text.ref, about=about), artifacts=(text,), lineage=(edge,))


def parsed(path: str, found: Detected) -> tuple[bytes, About]:
    """The Document as JSON, and a summary; pure, for the process pool."""
    document = read(path, found)
    return document.model_dump_json().encode(), about(document)


def read(path: str, found: Detected) -> Document:
    """The Document at ``path``. The parsers are imported where they are used: a front end never needs them."""
    sha256, name = found.file.sha256, found.file.name
    match found.kind:
        case "pdf":
            from symphainy.realms.content.services.parse.pdf import parse_pdf

            return parse_pdf(path, sha256, name)
        case "docx":
            from symphainy.realms.content.services.parse.docx import parse_docx

            return parse_docx(path, sha256, name)
        case "csv":
            from symphainy.realms.content.services.parse.delimited import parse_csv

            return parse_csv(path, sha256, name, found.encoding, found.delimiter)
        case "workbook":
            from symphainy.realms.content.services.parse.workbook import parse_workbook

            return parse_workbook(path, sha256, name, found.media_type)
        case "text" | "markdown":
            from symphainy.realms.content.services.parse.text import parse_text

            return parse_text(path, sha256, name, found.encoding, markdown=found.kind == "markdown")
    raise Invalid(
        f"Files of type {found.media_type} are not supported.",
        code="content.unsupported",
        remedy="Upload PDF, DOCX, CSV, Markdown or plain text.",
    )


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
