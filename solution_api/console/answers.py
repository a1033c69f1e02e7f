"""An agent's result on a page: the answer with its citations, or the reasons why there is none."""

from typing import Any

from symphainy.foundations.language.model import Json
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.spans import cited
from symphainy.solution_api.console.viewer import citation
from symphainy.solution_api.console.widgets import Words


def show_answer(desk: Desk, output: Json) -> None:
    """Draw what an agent, or a saga around one, gave."""
    found: dict[str, Any] = output if isinstance(output, dict) else {"answer": output}
    said = spoken(found)
    if said:
        Words(said, "p", "answer")
    for place in cited(found):
        citation(desk, place)
    if not said:
        Words("There is no answer.", "p", "answer")
    for reason in found.get("reasons") or ():
        if reason != said:
            Words(reason, "p", "dim small")
    by = " · ".join(str(found[key]) for key in ("agent", "kind") if found.get(key))
    if by:
        Words(by, "p", "dim small mono")


def spoken(found: dict[str, Any]) -> str:
    """The words of an answer.

    >>> spoken({"answer": None, "say": "No document says so."}), spoken({"answer": None})
    ('No document says so.', '')
    """
    return next((str(found[key]) for key in ("answer", "say") if found.get(key)), "")
