"""One run: where it stands, its events as they come, its steps, what it waits for, why each step was allowed, its plan."""

import asyncio
import json
from typing import Any

from nicegui import ui

from symphainy.foundations.experience.models import Execution
from symphainy.foundations.language.errors import SymphainyError, from_problem
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Event
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.answers import show_answer
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.diagram import diagram
from symphainy.solution_api.console.needs import Needs
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.spans import cited
from symphainy.solution_api.console.timeline import Timeline
from symphainy.solution_api.console.widgets import (
    Words,
    away,
    box,
    button,
    card,
    cell,
    facts,
    link,
    nothing,
    state,
    table,
    took,
)

CLOSED = ("completed", "faulted", "cancelled")


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/runs/{execution_id:path}", "Run", places)(build)


async def build(desk: Desk, execution_id: str) -> None:
    """All of one execution; while it runs, drawn again at each of its events."""
    view = View(desk, await desk.solution.execution(execution_id))
    await view.show()


class View:
    """The page of one run."""

    def __init__(self, desk: Desk, run: Execution) -> None:
        self._desk, self._run = desk, run
        self._turn = asyncio.Lock()
        """One drawing after the other: an answer that was overtaken would put an ended run back to running."""

    async def show(self) -> None:
        """Draw it, and follow it."""
        with box("div", "stack"):
            self._head = ui.element("div")
            self._draw_head()
            self._needs = Needs(self._desk, self._run.execution_id)
            await self._needs.refresh()
            with box("div", "two"):
                with card("Timeline", "events, as they come"):
                    line = Timeline()
                with box("div", "stack"):
                    self._result = ui.element("div")
                    with card("Steps", "as the journal has them"):
                        self._steps = ui.element("div")
                    with card("Decisions", "why each step was allowed or refused"):
                        self._decisions = ui.element("div")
            await self._graph()
        await self._details()
        self._desk.background(line.follow(self._desk, self._run.execution_id, self._heard))

    def _heard(self, event: Event) -> None:
        if self._run.status not in CLOSED:
            self._desk.background(self._again())

    async def _again(self) -> None:
        async with self._turn:
            before = self._run
            self._run = await self._desk.solution.execution(before.execution_id)
            if self._head.is_deleted or self._run == before:
                return
            self._head.clear()
            self._draw_head()
            await self._needs.refresh()
            await self._details()

    def _draw_head(self) -> None:
        run = self._run
        with self._head, card(run.intent or run.definition, run.execution_id):
            with box("div", "line"):
                state(run.status)
                if run.compensation != "none":
                    state(run.compensation)
                Words(took(run.started_at, run.closed_at), "span", "dim")
                Words("", "span", "grow")
                link("Lineage", f"/lineage?value={run.execution_id}&direction=forward")
                away("Temporal Web UI", self._desk.places.history(run.workflow_id, run.run_id))
                if run.status not in CLOSED:
                    button("Cancel", self._cancel, icon="stop", kind="danger")
            facts((("Solution", run.solution), ("Definition", run.definition), ("Plan", run.plan_digest[:23])))
            if run.waiting_for:
                Words("Waits for", "h3")
                _json(run.waiting_for)
            if run.problem is not None:
                frame.problem(from_problem(run.problem))

    async def _cancel(self) -> None:
        with self._desk.page, ui.dialog() as dialog, box("div", "sheet stack"):
            Words("Cancel this run?", "h2")
            Words("It stops, and what it has done is undone.", "p")
            with box("div", "line"):
                button("Cancel the run", lambda: dialog.submit(True), kind="danger")
                button("Let it run", lambda: dialog.submit(False), kind="plain")
        if await dialog:
            self._run = await self._desk.solution.cancel(self._run.execution_id)
            await self._again()
        dialog.delete()

    async def _details(self) -> None:
        self._steps.clear()
        with self._steps:
            _steps(self._run)
        self._decisions.clear()
        with self._decisions:
            try:
                _decisions(await self._desk.solution.decisions(self._run.execution_id))
            except SymphainyError as error:
                frame.problem(error)
        if self._run.status == "completed" and not self._result.default_slot.children:
            result = await self._desk.platform.result(self._run.execution_id)
            with self._result, card("Result"):
                if cited(result.output):
                    show_answer(self._desk, result.output)
                with box("details"):
                    Words("As JSON", "summary")
                    _json(result.output)

    async def _graph(self) -> None:
        try:
            found = await self._desk.solution.execution_graph(self._run.execution_id)
        except SymphainyError:
            return  # a run whose plan was never kept (refused before it began) has no drawing
        with card("Definition", self._run.definition):
            diagram(found.mermaid)


def _steps(run: Execution) -> None:
    if not run.steps:
        return nothing("No step has been journaled yet.")
    rows = table(("Step", "Capability", "State", "At"), "Steps")
    for step in run.steps:
        with rows.row():
            with cell():
                Words(step.name or step.path).props(f'title="{step.path}"')
            with cell("mono small"):
                Words(step.capability or step.kind)
            with cell("nowrap"):
                state(step.status)
            with cell("nowrap small dim"):
                Words(f"{step.at:%H:%M:%S}")


def _decisions(records: tuple[Json, ...]) -> None:
    if not records:
        return nothing("No decision has been recorded yet.")
    for record in records:
        about: dict[str, Any] = record if isinstance(record, dict) else {}
        with box("details"):
            with box("summary"):
                state(str(about.get("verdict", "")))
                Words(f" {about.get('action', '')} {about.get('resource', '')}", "span", "small")
            facts((("By", about.get("actor")), ("Reason", about.get("reason")), ("Way out", about.get("remedy"))))
            rulings = about.get("rulings") or ()
            rows = table(("Service", "Rule", "Verdict", "Why"), "Rulings") if rulings else None
            for ruling in rulings:
                assert rows is not None
                with rows.row():
                    for text in (str(ruling.get("service", "")).replace("_", " ").title(), ruling.get("rule", "")):
                        with cell("small"):
                            Words(text)
                    with cell("nowrap"):
                        state(str(ruling.get("verdict", "")))
                    with cell("small dim"):
                        Words(" ".join(filter(None, (ruling.get("reason"), *(ruling.get("policies") or ())))))


def _json(value: Json) -> None:
    Words(json.dumps(value, indent=2, ensure_ascii=False, default=str), "pre", "json")
