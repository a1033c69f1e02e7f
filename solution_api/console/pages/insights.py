"""Insights: a question, answered by the exact words of a document."""

from nicegui import ui

from symphainy.solution_api.console import frame
from symphainy.solution_api.console.answers import show_answer
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.tools import Place, tools
from symphainy.solution_api.console.widgets import box, button, card


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/insights", "Insights", places)(build)


async def build(desk: Desk) -> None:
    """Ask, and read the answer with its places."""
    documents = await desk.platform.documents()

    async def ask() -> None:
        question = str(asked.value or "").strip()
        if not question:
            return
        payload = {"question": question, "documents": list(only.value or ())}
        found = await place.run("Reading your documents", "insights.ask", payload)
        if found is not None:
            with place.area:
                show_answer(desk, found)
                place.how("this answer")

    tools("/insights")
    with card("Ask", "the answer is a sentence of your documents, word for word, or an honest no"):
        with box("div", "ask"):
            asked = ui.input("Question").props("outlined dense maxlength=1000").classes("grow").on("keydown.enter", ask)
            button("Ask", ask)
        names = {each.document_id: each.title or each.document_id for each in documents}
        only = ui.select(names, multiple=True, label="Only in these documents", clearable=True)
        only.props("outlined dense options-dense use-chips").classes("grow")
        hint = "Answers appear here." if documents else "Upload documents in Content, then ask about them."
        place = Place(desk, "Answer", hint)
