"""One document: its text, leaf by leaf, with a span marked when a citation led here; its facts and tables."""

from symphainy.foundations.experience.models import Passage
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.viewer import Viewer
from symphainy.solution_api.console.widgets import Words, box, card, cell, facts, link, table


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/content/{document_id}", "Document", places)(build)


async def build(desk: Desk, document_id: str, start: int = -1, end: int = -1) -> None:
    """Text at the left, facts at the right."""
    about = await desk.platform.document(document_id, length=0)
    span = (start, end) if 0 <= start < end else None
    with box("div", "two wide"):
        with card(about.line.title or document_id, f"characters {start:,} to {end:,} marked" if span else ""):
            viewer = Viewer(desk, about, span)
        with box("div", "stack"):
            _facts(about)
            if about.tables:
                _tables(about)
    await viewer.show()


def _facts(about: Passage) -> None:
    with card("Facts"):
        facts(
            (
                ("Document", about.line.document_id), ("Type", about.media_type), ("Characters", f"{about.characters:,}"),
                ("Pages", len(about.pages) or ""), ("Tables", len(about.tables) or ""), ("SHA-256", about.line.sha256),
                ("Uploaded", f"{about.line.created_at:%Y-%m-%d %H:%M} UTC"),
            )
        )  # fmt: skip
        link("Where it came from", f"/lineage?value={about.line.document_id}", "small")


def _tables(about: Passage) -> None:
    with card("Tables", "measure them in Insights"):
        rows = table(("Table", "Rows", "Columns"), "Tables")
        for number, each in enumerate(about.tables):
            with rows.row():
                with cell():
                    link(
                        each.name or f"table {number + 1}",
                        f"/insights/quality?document={about.line.document_id}&number={number}",
                    )
                with cell("num"):
                    Words(f"{each.rows:,}")
                with cell("small dim"):
                    Words(", ".join(each.columns))
