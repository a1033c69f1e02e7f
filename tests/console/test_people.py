"""What people do on the pages beside looking: decide a task that somebody else's run waits for; trace where a value came from."""

import pytest
from support.browser import Browser
from support.instance import Running
from support.sagas import registered

from symphainy.foundations.language.model import Json

pytestmark = pytest.mark.timeout(300)
FORM: Json = {"type": "object", "required": ["reason"], "properties": {"reason": {"type": "string"}}}
ASK: Json = {"title": "Pay this claim?", "show": "${ {amount: .amount} }", "form": FORM}


async def test_a_task_is_decided_and_the_run_goes_on(page: Browser, running: Running, ann) -> None:
    async with await ann.client(running) as owner, await running.login(ann.tenant, "bob") as bob:
        intent = await registered(owner, [{"ask": {"call": "approval:1.0.0@default", "with": ASK}}])
        accepted = await bob.submit(intent, {"amount": 312})
        page.open(f"/console/runs/{accepted.execution_id}")
        page.wait(lambda: "Pay this claim?" in page.one("table[aria-label=Tasks]").text, "the task")
        page.named("Decide").click()
        page.wait(lambda: page.one(".sheet dl").text == "amount\n312", "what is decided about")
        page.named("Approve").click()
        page.wait(lambda: '"reason" is a required' in page.one(".sheet [role=alert]").text, "what the form lacks")
        page.named("reason").send_keys("all papers are there")
        page.named("Approve").click()
        page.wait(lambda: page.one("main .state").text == "completed", "the end of the run")
        page.wait(lambda: not page.all("table[aria-label=Tasks]"), "nothing more to decide")
        assert page.complaints() == []
        output = (await bob.result(accepted.execution_id)).output
        assert isinstance(output, dict) and output["decision"] == "approved"
        assert output["value"] == {"reason": "all papers are there"}


def test_a_document_is_traced_to_the_run_that_made_it(page: Browser, ann) -> None:
    page.open(f"/console/content/{ann.documents['policy.pdf']}")
    page.named("Where it came from").click()
    page.wait(
        lambda: page.one("h1").text == "Lineage" and "run exe_" in " ".join(page.one(".tree").text.split()), "the run"
    )
    lines = [line.text for line in page.all(".tree li")]
    assert lines[0].startswith("document") and any("content/upload" in line for line in lines), lines
    next(a for a in page.all(".tree a") if a.text.startswith("exe_")).click()
    page.wait(lambda: page.one("h1").text == "Run", "the run")
    assert page.complaints() == []
