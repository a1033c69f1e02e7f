"""A document as Markdown, to be held against Markdown that somebody else made of the same file."""

from symphainy.foundations.language.document import Block, Document, Table


def markdown(document: Document) -> str:
    """Blocks and tables in the order of the document."""
    pieces: list[tuple[int, str]] = [(block.span.start, _block(block)) for block in document.blocks]
    pieces += [(table.span.start, _table(table)) for table in document.tables if table.span]
    return "\n\n".join(text for _, text in sorted(pieces, key=lambda piece: piece[0]))


def _block(block: Block) -> str:
    if block.kind == "heading":
        return "#" * (block.level or 1) + " " + block.text
    return f"- {block.text}" if block.kind == "list_item" else block.text


def _table(table: Table) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in table.rows)
