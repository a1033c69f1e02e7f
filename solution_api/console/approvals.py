"""What people are asked: their open tasks, and the sheet on which one is decided. A decision names exactly what was shown."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

from nicegui import ui

from symphainy.foundations.experience.task_models import Task, TaskLine
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.language.model import Json
from symphainy.solution_api.console.desk import Desk, tell
from symphainy.solution_api.console.frame import problem
from symphainy.solution_api.console.widgets import Words, box, button, cell, facts, link, moment, state, table

Done = Callable[[], Awaitable[None]]
PAST = {"approve": "approved", "reject": "rejected"}


def tasks(desk: Desk, items: Sequence[TaskLine], done: Done) -> None:
    """A row per open task; ``done`` is called when one was decided here."""
    rows = table(("What", "Run", "Asked by", "Since", "Due", "Answer"), "Tasks")
    for each in items:
        with rows.row():
            _line(desk, each, done)


def _line(desk: Desk, each: TaskLine, done: Done) -> None:
    with cell():
        Words(each.title or "Is this to go on?", "b")
    with cell("mono small"):
        link(f"{each.execution_id[:12]}…", f"/runs/{each.execution_id}")
    with cell("mono small dim"):
        Words(each.requester)
    with cell("nowrap"):
        moment(each.opened_at)
    with cell("nowrap"):
        Words(f"{each.due_at:%Y-%m-%d %H:%M} UTC" if each.due_at else "")
    with cell("nowrap"):
        if each.requester == desk.session.principal.id:
            state("waiting", "others decide: you have asked")
        else:
            button("Decide", lambda: Sheet(desk, done).open(each.task_id))


class Sheet:
    """One task over the page."""

    def __init__(self, desk: Desk, done: Done) -> None:
        self._desk, self._done, self._form = desk, done, dict[str, Any]()

    async def open(self, task_id: str) -> None:
        """Fetch it, as it is now, and show it."""
        self._task = task = await self._desk.platform.task(task_id)
        with self._desk.page, ui.dialog() as self._dialog, box("div", "sheet stack"):
            self._dialog.props["aria-label"] = task.title or "Task"
            self._dialog.on("hide", self._dialog.delete)
            Words(task.title or "Is this to go on?", "h2")
            _shown(task)
            for name, about in fields(task.form).items():
                self._form[name] = _field(name, about)
            self._fault = box("div")
            with box("div", "line"):
                button("Approve", lambda: self._decide("approve"), icon="check")
                button("Reject", lambda: self._decide("reject"), kind="danger")
                Words("", "span", "grow")
                button("Later", self._dialog.close, kind="plain")
        self._dialog.open()

    async def _decide(self, choice: Literal["approve", "reject"]) -> None:
        value = filled({name: field.value for name, field in self._form.items()}) if choice == "approve" else None
        self._fault.clear()
        try:
            told = await self._desk.platform.decide(
                self._task.task_id, choice, value if self._task.form is not None else None, shown_digest=self._task.shown_digest
            )  # fmt: skip
        except SymphainyError as error:
            with self._fault:
                problem(error)
            return
        with self._desk.page:
            ui.notify(
                f"You have {PAST[told.choice]} it. "
                + (f"The task is {told.settled}." if told.settled else "More approvals are needed."),
                type="positive",
            )
        self._dialog.close()
        try:
            await self._done()
        except SymphainyError as error:
            tell(error)


def _shown(task: Task) -> None:
    if isinstance(task.show, dict) and all(not isinstance(each, (dict, list)) for each in task.show.values()):
        facts((name, "yes" if each is True else "no" if each is False else each) for name, each in task.show.items())
    elif task.show is not None:
        Words(json.dumps(task.show, indent=2, ensure_ascii=False), "pre", "json")
    for each in task.decisions:
        Words(
            f"{each.principal} {PAST.get(each.choice, each.choice)} it, {each.at:%Y-%m-%d %H:%M} UTC", "p", "dim small"
        )
    if task.quorum > 1:
        Words(f"{task.quorum} approvals are needed.", "p", "dim small")


def fields(form: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The fields of a form by name, its required ones marked.

    >>> fields({"required": ["why"], "properties": {"why": {"type": "string"}}})
    {'why': {'type': 'string', 'required': True}}
    """
    given = form or {}
    required = given.get("required") or ()
    properties: Mapping[str, Any] = given.get("properties") or {}
    return {
        name: {**about, "required": name in required} for name, about in properties.items() if isinstance(about, dict)
    }


def _field(name: str, about: Mapping[str, Any]) -> Any:
    label = f"{about.get('title') or name}{' *' if about['required'] else ''}"
    if "enum" in about:
        return ui.select([str(each) for each in about["enum"]], label=label).props("outlined dense options-dense")
    if about.get("type") == "boolean":
        return ui.checkbox(label)
    if about.get("type") in ("integer", "number"):
        return ui.number(label, precision=0 if about["type"] == "integer" else None).props("outlined dense")
    return ui.input(label).props("outlined dense")


def filled(values: Mapping[str, Any]) -> dict[str, Json]:
    """What was filled in; whole figures as such.

    >>> filled({"why": "", "sum": 3.0, "note": "ok"})
    {'sum': 3, 'note': 'ok'}
    """
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in values.items() if value not in (None, "")
    }  # fmt: skip
