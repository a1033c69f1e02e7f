"""What the pages are for: files in, words found, questions answered, runs watched, definitions made, the guide spoken to."""

import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import Browser
from support.instance import Running
from support.sagas import registered

from symphainy.foundations.language.model import Json

pytestmark = pytest.mark.timeout(300)
QUESTION = "How many days do I have to report a claim?"
ANSWER = "You must report a claim to us within 14 days of the accident."
WRONG = """document: {dsl: 1.0.3, namespace: c, name: wrong, version: 1.0.0}
do:
  - nothing:
      call: content.pars
"""


def cited(page: Browser) -> str:
    """Open the first citation; what is marked there, its white space flattened."""
    page.one(".cite").click()
    return " ".join(page.one(".sheet mark").text.split())


def test_a_file_is_uploaded_watched_and_found(page: Browser, ann, tmp_path) -> None:
    note = tmp_path / "rule.txt"
    note.write_text(
        "Umbrellas.\n\nEvery umbrella of the embassy must be returned to the purple cabinet before noon.\n" * 3
    )
    page.open("/console/content")
    page.one("input[type=file]").send_keys(str(note))
    page.says("can be found and cited", 60)
    told = page.one("ol[aria-label='What happens to rule.txt']").text
    assert all(
        step in told for step in ("detect", "parse", "normalise", "chunk", "embed", "index", "execution.completed")
    )
    page.wait(lambda: "rule" in page.one("table[aria-label=Documents]").text, "the document in the list")
    page.named("Words or a question").send_keys("umbrella of the embassy", Keys.ENTER)
    page.wait(lambda: page.all(".cite"), "a hit")
    assert "purple cabinet" in cited(page)
    page.named("Open the document").click()
    page.wait(lambda: page.one("h1").text == "Document" and "purple cabinet" in page.one("mark").text, "the document")
    assert page.complaints() == []


def test_a_question_is_answered_and_its_citation_opens_the_span(page: Browser, ann) -> None:
    page.open("/console/insights")
    page.named("Question").send_keys(QUESTION, Keys.ENTER)
    page.wait(lambda: page.one(".answer").text == ANSWER, "the answer")
    assert "page 4" in page.one(".cite").text
    assert cited(page) == ANSWER
    assert "Page 4 of 5" in page.one(".sheet").text
    page.named("Close").click()
    page.wait(lambda: not page.all(".sheet"), "the sheet gone")
    page.named("How this answer came about").click()
    page.wait(lambda: page.one("h1").text == "Run", "the run")


async def test_runs_are_listed_filtered_explained_and_cancelled(page: Browser, running: Running, ann) -> None:
    async with await ann.client(running) as program:
        do: list[Json] = [{"hold": {"wait": {"minutes": 9}}}]
        accepted = await program.submit(await registered(program, do), {})
        page.open("/console/runs?status=running")
        page.wait(lambda: "running" in page.one("table[aria-label=Executions]").text, "the run in the list")
        assert "completed" not in page.one("table[aria-label=Executions]").text
        page.open(f"/console/runs/{accepted.execution_id}")
        page.says("Waits for")
        page.wait(lambda: page.all(".graph svg .node"), "the drawing of the plan")
        assert "hold" in page.one(".graph").text
        assert f"/workflows/{ann.tenant}:{accepted.execution_id}/" in page.named("Temporal Web UI").get_attribute(
            "href"
        )
        page.named("Cancel").click()
        page.named("Cancel the run").click()
        page.wait(lambda: "execution.cancelled" in page.one("ol[aria-label=Timeline]").text, "its end in the timeline")
        page.wait(lambda: page.one("main .state").text == "cancelled", "its end in the head")
        assert (await program.result(accepted.execution_id)).status == "cancelled"
    page.open("/console/runs?status=completed")
    page.wait(lambda: page.all("table[aria-label=Executions] tbody tr"), "completed runs")
    next(a for a in page.all(".rows a") if a.text == "content.upload").click()
    page.wait(lambda: len(page.all("table[aria-label=Steps] tbody tr")) == 6, "six steps")
    next(e for e in page.all("summary") if "run content.detect" in e.text).click()
    page.wait(lambda: "Security Guard" in page.text, "who ruled on the step")
    assert page.complaints() == []


def test_a_definition_is_checked_registered_and_drawn(page: Browser, ann) -> None:
    page.open("/console/solutions")
    page.one(".cm-content").click()
    page.named("Check").click()
    page.says("hello/greet:1.0.0 is sound")
    page.named("Register").click()
    page.wait(lambda: "hello/greet:1.0.0" in page.one("table[aria-label=Definitions]").text, "the list")
    page.named("Draw").click()
    page.wait(lambda: page.all(".graph svg .node"), "the drawing")
    editor = page.one(".cm-content")
    editor.send_keys(Keys.CONTROL, "a")
    page.driver.execute_cdp_cmd("Input.insertText", {"text": WRONG})
    page.named("Check").click()
    page.says("it does not compile")
    told = page.one("table[aria-label=Diagnostics]").text
    assert "definition.yaml:4" in told and "content.parse" in told
    page.named("Register").click()
    page.says("the definition has 1 errors")
    assert page.complaints() == []


async def test_a_solution_is_deployed_and_withdrawn(page: Browser, running: Running, ann) -> None:
    async with await ann.client(running) as program:
        await program.solution.create(
            {
                "solution.yaml": "name: desk\nversion: 1.0.0\ntitle: The desk\nintents: {desk.say: say}\n"
                "bindings:\n  - {surface: rest, name: say, path: /say, method: POST, intent: desk.say}\n",
                "sagas/say.yaml": "document: {dsl: 1.0.3, namespace: desk, name: say, version: 1.0.0}\ndo:\n  - s: {set: {a: 1}}\n",
            }
        )
    page.open("/console/solutions")
    page.wait(
        lambda: "rest · POST /say" in page.one("table[aria-label=Solutions]").text, "the solution and where it is met"
    )
    page.named("Deploy").click()
    page.wait(lambda: "deployed" in page.one("table[aria-label=Solutions]").text, "its deployment")
    page.open("/console/")
    page.says("The desk")
    page.open("/console/solutions")
    page.named("Withdraw").click()
    page.wait(lambda: "stored" in page.one("table[aria-label=Solutions]").text, "its withdrawal")


def said_last(page: Browser, words: str) -> bool:
    """Whether the newest turn of the conversation, once there is one, says so."""
    return any(words in turn.text for turn in page.all(".bubble")[-1:])


def test_the_guide_answers_and_its_citation_opens_the_span(page: Browser, ann) -> None:
    page.open("/console/chat")
    page.named("Say something").send_keys(QUESTION, Keys.ENTER)
    page.wait(lambda: said_last(page, "How this answer came about"), "the end of the turn", 60)
    assert ANSWER in page.all(".bubble")[-1].text
    assert cited(page) == ANSWER
    page.named("Close").click()
    page.wait(lambda: not page.all(".sheet"), "the sheet gone")
    page.named("Say something").send_keys("Search for glass damage", Keys.ENTER)
    page.named("Yes, submit it").click()
    page.wait(lambda: said_last(page, "The run"), "what was confirmed, done", 60)
    assert "execution.completed" in page.all(".bubble")[-1].text
    assert page.complaints() == []
