"""Chat: talking with the guide. Each turn is an execution; its answer cites the places that it rests on."""

import uuid
from typing import Any

from nicegui import ui

from symphainy.foundations.experience import Result
from symphainy.foundations.experience.chat import Conversation
from symphainy.foundations.language.errors import SymphainyError, from_problem
from symphainy.solution_api.console import frame
from symphainy.solution_api.console.answers import show_answer
from symphainy.solution_api.console.desk import Desk
from symphainy.solution_api.console.places import Places
from symphainy.solution_api.console.spans import cited
from symphainy.solution_api.console.timeline import Timeline, told
from symphainy.solution_api.console.viewer import citation
from symphainy.solution_api.console.widgets import Words, box, button, link, nothing, state


def install(places: Places) -> None:
    """Register the page."""
    frame.page("/chat", "Chat", places)(build)


async def build(desk: Desk, conversation: str = "") -> None:
    """One conversation; its id stands in the address, so that it can be taken up again."""
    conversation = conversation[:64] or f"cnv-{uuid.uuid4()}"
    talk = Talk(desk, conversation)
    talk.show()
    ui.run_javascript(f"history.replaceState(null, '', '/console/chat?conversation={conversation}')")


class Talk:
    """What was said."""

    def __init__(self, desk: Desk, conversation: str) -> None:
        self._desk, self._conversation, self._busy = desk, conversation, False

    def show(self) -> None:
        """Draw the conversation and where to speak."""
        self._said = (
            ui.element("div").classes("bubbles").props('role="log" aria-label="Conversation" aria-live="polite"')
        )
        with self._said:
            nothing("Ask the guide about your documents, your solutions, or what this platform can do.")
        with box("div", "ask sticky"):
            self._text = ui.input("Say something").props("outlined dense maxlength=4000").classes("grow")
            self._text.on("keydown.enter", self.say)
            self._send = button("Send", self.say)

    async def say(self) -> None:
        """Say what was typed."""
        text = str(self._text.value or "").strip()
        if text and not self._busy:
            self._text.value = ""
            await self.turn(text)

    async def turn(self, text: str) -> None:
        """One turn, heard to its end."""
        self._busy = True
        self._send.disable()
        with self._said:
            Words(text, "div", "bubble mine")
            with box("div", "bubble stack") as answer:
                doing = Words("…", "span", "dim small")
        try:
            async with self._desk.platform.chat(self._conversation) as line:
                async for heard in line.say(text):
                    if heard.event is not None:
                        doing.text = told(heard.event) or heard.event.type
                    if heard.result is not None:
                        doing.delete()
                        with answer:
                            await self._answered(line, heard.result)
        except SymphainyError as error:
            if not doing.is_deleted:
                doing.delete()
            with answer:
                frame.problem(error)
        finally:
            self._busy = False
            self._send.enable()
        ui.run_javascript("window.scrollTo({top: document.body.scrollHeight})")

    async def _answered(self, line: Conversation, found: Result) -> None:
        output: dict[str, Any] = found.output if isinstance(found.output, dict) else {}
        if found.status == "completed":
            show_answer(self._desk, output)
            if isinstance(output.get("confirmed"), dict):
                await self._submitted((await line.submit(found)).execution_id)
            elif isinstance(output.get("proposal"), dict):
                self._proposed(output["proposal"])
        elif found.error is not None:
            frame.problem(from_problem(found.error))
        else:
            state(found.status)
        link("How this answer came about", f"/runs/{found.execution_id}", "small")

    def _proposed(self, proposal: dict[str, Any]) -> None:
        """An intent that only the person's yes will submit."""

        async def answer(word: str) -> None:
            if not self._busy:
                choices.delete()
                await self.turn(word)

        with box("div", "line") as choices:
            Words(f"Proposed: {proposal.get('intent', '')}", "span", "chip")
            button("Yes, submit it", lambda: answer("yes"))
            button("No", lambda: answer("no"), kind="plain")

    async def _submitted(self, execution_id: str) -> None:
        """What was confirmed, on its way and to its end."""
        await Timeline("What was confirmed").follow(self._desk, execution_id)
        ended = await self._desk.platform.result(execution_id)
        for place in cited(ended.output):
            citation(self._desk, place)
        link("The run", f"/runs/{execution_id}", "small")
