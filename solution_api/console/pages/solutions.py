"""Solutions: what there is and where it is met, deploying and withdrawing; an editor that checks, draws and registers definitions."""

import io
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

from nicegui import events, ui

from symphainy.foundations.experience.solution_models import Definition, Finding, Solution
from symphainy.foundations.language.errors import Invalid
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.diagram import diagram
from symphainy.solution_api.console.pages.home import surface
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.widgets import Words, box, button, card, cell, link, moment, nothing, state, table

NAMED = """(function name() {
  const editor = document.querySelector(".nicegui-codemirror .cm-content");
  editor ? editor.setAttribute("aria-label", "Definition") : setTimeout(name, 50);
})()"""
"""The editor draws its own field, which has no name of its own."""
Answered = TypeVar("Answered")
EXAMPLE = """document:
  dsl: 1.0.3
  namespace: hello
  name: greet
  version: 1.0.0
do:
  - pause:
      wait: {seconds: 1}
  - greet:
      set:
        greeting: '${ "Hello, " + .name + "!" }'
"""


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/solutions", "Solutions", places)(build)


async def build(desk: Desk) -> None:
    """Solutions above, the workbench below."""
    with box("div", "stack"):
        shelf = Shelf(desk)
        await shelf.refresh()
        bench = Bench(desk)
        await bench.refresh()


class Shelf:
    """Stored and deployed solutions."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with card("Solutions", "a folder of YAML, stored by digest; deploying makes it answer"):
            self._place = ui.element("div")
            with box("details"):
                Words("Hand in a solution folder (zip)", "summary")
                ui.upload(label="Choose a zip archive", auto_upload=True, on_upload=self._handed_in).props(
                    'flat bordered accept=".zip" aria-label="Upload a solution"'
                )
                self._found = ui.element("div").props('aria-live="polite"')

    async def refresh(self) -> None:
        """Ask again."""
        items = (await self._desk.solution.solutions()).items
        self._place.clear()
        with self._place:
            if not items:
                return nothing("There is no solution yet. Hand in a folder as a zip, or use `symphainy deploy FOLDER`.")
            rows = table(("Solution", "Version", "State", "Answers", "Met at", ""), "Solutions")
            for each in items:
                with rows.row():
                    self._row(each)

    def _row(self, each: Solution) -> None:
        with cell():
            Words(each.title or each.name, "b")
            Words(each.name, "div", "mono small dim")
        with cell("nowrap"):
            Words(each.version).props(f'title="{each.digest}"')
        with cell("nowrap"):
            state(each.status)
        for words in (each.intents, [surface(binding) for binding in each.bindings]):
            with cell(), box("div", "chips"):
                for word in words:
                    Words(word, "span", "chip")
        with cell("nowrap"), box("div", "line"):
            if each.status == "deployed":
                link("Runs", f"/runs?solution={each.name}")
                button("Withdraw", lambda: self._withdraw(each), kind="danger")
            else:
                button("Deploy", lambda: self._deploy(each))

    async def _deploy(self, each: Solution) -> None:
        found = await self._desk.solution.deploy(each.name, each.version)
        ui.notify(f"{found.name} {found.version} is deployed.", type="positive")
        await self.refresh()

    async def _withdraw(self, each: Solution) -> None:
        await self._desk.solution.undeploy(each.name)
        ui.notify(f"{each.name} is withdrawn: new intents find nothing, what runs goes on.", type="positive")
        await self.refresh()

    async def _handed_in(self, event: events.UploadEventArguments) -> None:
        self._found.clear()
        try:
            made = await self._desk.solution.create(folder(await event.file.read()))
        except Invalid as error:
            with self._found:
                Words(error.detail, "p")
                findings([Finding.model_validate(each) for each in error.extra.get("diagnostics", ())])
            return
        with self._found:
            findings(made.diagnostics)
            Words(f"{made.name} {made.version} is stored; deploy it above.", "p")
        await self.refresh()


def folder(data: bytes) -> dict[str, str]:
    """The texts of a zipped solution folder by path; the plane checks them, and everything else about them.

    Raises Invalid for what is no archive of UTF-8 text.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        files = {
            i.filename: archive.read(i).decode("utf-8")
            for i in archive.infolist()
            if not i.is_dir() and i.file_size < 1 << 20
        }
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        raise Invalid("this is no zip archive of text files", code="zip") from error
    roots = {PurePosixPath(name).parts[0] for name in files}
    inside = "solution.yaml" not in files and len(roots) == 1
    return {name.partition("/")[2]: text for name, text in files.items()} if inside else files


class Bench:
    """One definition in an editor."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with box("div", "two wide"):
            with card(
                "Workbench", "a definition in the Open Workflow Specification; nothing is kept until you register it"
            ):
                self._text = ui.codemirror(EXAMPLE, language="YAML", theme="basicLight", indent="  ")
                ui.run_javascript(NAMED)
                with box("div", "line"):
                    button("Check", self.check)
                    button("Draw", self.draw, kind="plain")
                    button("Register", self.register, kind="plain")
                self._said = ui.element("div").props('aria-live="polite" role="region" aria-label="Diagnostics"')
            with card("Definitions", "registered versions never change"):
                self._list = ui.element("div")
        self._drawn = ui.element("div")

    async def refresh(self) -> None:
        """The registered versions."""
        items = (await self._desk.solution.definitions()).items
        self._list.clear()
        with self._list:
            if not items:
                return nothing("None is registered yet.")
            rows = table(("Definition", "Since"), "Definitions")
            for each in items:
                with rows.row():
                    with cell("mono small"):
                        _opener(each, self._load)
                    with cell("nowrap"):
                        moment(each.created_at)

    async def _load(self, each: Definition) -> None:
        found = await self._desk.solution.definition(each.namespace, each.name, each.version)
        self._text.value = found.text or ""
        self._said.clear()

    async def check(self) -> None:
        """What the compiler says."""
        found = await self._desk.solution.validate(self._text.value)
        self._said.clear()
        with self._said:
            state(
                "ok" if found.valid else "error",
                f"{found.definition} is sound" if found.valid else "it does not compile",
            )
            findings(found.diagnostics)

    async def draw(self) -> None:
        """As a diagram."""
        found = await self._said_wrong(self._desk.solution.graph(self._text.value))
        if found is not None:
            self._drawn.clear()
            with self._drawn, card("Drawing"):
                diagram(found.mermaid)

    async def register(self) -> None:
        """Keep this version for good."""
        found = await self._said_wrong(self._desk.solution.register(self._text.value, "definition.yaml"))
        if found is not None:
            ui.notify(f"{found.namespace}/{found.name}:{found.version} is registered.", type="positive")
            await self.refresh()

    async def _said_wrong(self, asked: Awaitable[Answered]) -> Answered | None:
        try:
            return await asked
        except Invalid as error:
            self._said.clear()
            with self._said:
                state("error", error.detail)
                findings([Finding.model_validate(each) for each in error.extra.get("diagnostics", ())])
            return None


def _opener(each: Definition, load: Callable[[Definition], Awaitable[None]]) -> None:
    name = f"{each.namespace}/{each.name}:{each.version}"
    Words(name, "button", "quiet mono").props(f'type="button" aria-label="Open {name}"').on("click", lambda: load(each))


def findings(found: Sequence[Finding]) -> None:
    """Diagnostics: what, where, and how to mend it."""
    if not found:
        return
    rows = table(("", "Place", "What", "Way out"), "Diagnostics")
    for each in found:
        with rows.row():
            with cell("nowrap"):
                state(each.severity)
            with cell("nowrap mono small"):
                Words(f"{each.file}:{each.line}:{each.column}" if each.line else each.file)
            with cell():
                Words(each.message)
                Words(each.code, "div", "mono small dim")
            with cell("dim"):
                Words(each.fix)
