"""Every page opens, complains of nothing, asks nobody else, and can be used by name and by keyboard."""

import re

import httpx2
import pytest
from selenium.webdriver.common.keys import Keys
from support.browser import CONTROLS, Browser
from support.instance import PASSWORD, Running

pytestmark = pytest.mark.timeout(300)  # the first test of a run starts the platform

PAGES = {
    "/console/": "Home", "/console/content": "Content", "/console/insights": "Insights", "/console/runs": "Runs",
    "/console/solutions": "Solutions", "/console/chat": "Chat",
}  # fmt: skip


def shown(page: Browser, path: str, title: str) -> None:
    page.open(path)
    page.wait(lambda: page.one("h1").text == title and page.ready, f"the page {title}")


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_a_page_opens_quietly_and_asks_nobody_else(page: Browser, path: str, title: str) -> None:
    shown(page, path, title)
    page.driver.execute_script("return new Promise(done => setTimeout(done, 400))")
    assert page.complaints() == []
    asked = page.asked()
    foreign = {url for url, _ in asked if not url.startswith((page.url, "data:", page.url.replace("http", "ws")))}
    assert not foreign and len(asked) > 10
    policy = next(about["content-security-policy"] for url, about in asked if about and url.endswith(path))
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts and "'nonce-" in scripts[1] and "'unsafe-inline'" not in scripts[1] and "http" not in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    every_control_has_a_name_and_the_page_its_landmarks(page, title)


def every_control_has_a_name_and_the_page_its_landmarks(page: Browser, title: str) -> None:
    def nameless() -> list[str]:
        shown_ones = [e for e in page.all(CONTROLS) if e.is_displayed()]
        return [e.get_attribute("outerHTML")[:200] for e in shown_ones if not e.accessible_name.strip()]

    page.wait(lambda: not nameless(), f"a name for {nameless()}", 5)
    assert len(page.all("main")) == 1 and page.one("nav").accessible_name == "Pages"
    assert page.one("nav [aria-current=page]").text.endswith(title)
    assert page.driver.find_element("tag name", "html").get_attribute("lang") == "en-US"


def test_the_keyboard_skips_to_the_page_and_walks_the_menu(page: Browser) -> None:
    shown(page, "/console/", "Home")
    page.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert page.driver.switch_to.active_element.accessible_name == "Skip to the page"
    page.driver.switch_to.active_element.send_keys(Keys.ENTER)
    page.wait(lambda: page.driver.switch_to.active_element.get_attribute("class") == "main", "the focus on the page")
    page.named("Runs").send_keys(Keys.ENTER)
    page.wait(lambda: page.one("h1").text == "Runs", "the page behind the link")


def test_home_calls_the_roll(page: Browser) -> None:
    shown(page, "/console/", "Home")
    for plane in ("Agentic IDP", "Runtime", "Smart City", "Realm", "Solution", "Experience"):
        assert plane in [e.text for e in page.all("[aria-label=Planes] h2")]
    rows = page.all("table[aria-label='Services of the Smart City'] tbody tr")
    assert [row.text.split("\n")[0] for row in rows][0].startswith("Nurse") and len(rows) == 8
    for realm in ("Content", "Insights", "Journey", "Solution"):
        page.says(f"{realm} realm")
    assert "insights.ask@1" in page.text and "8 services observing and governing" in page.text


def test_light_and_dark_are_kept(page: Browser) -> None:
    shown(page, "/console/", "Home")

    def dark() -> bool:
        return "body--dark" in page.driver.find_element("tag name", "body").get_attribute("class")

    before = dark()
    page.named("Light / dark").click()
    page.wait(lambda: dark() is not before, "the other dress")
    shown(page, "/console/runs", "Runs")
    page.wait(lambda: dark() is not before, "the same dress on the next page")
    page.named("Light / dark").click()


async def test_without_a_session_every_page_leads_to_the_log_in(running: Running) -> None:
    async with httpx2.AsyncClient(base_url=running.solution_url, follow_redirects=True) as http:
        for path in (*PAGES, "/console/content/doc_x?start=1&end=2", "/console/runs/exe_x"):
            answer = await http.get(path)
            assert answer.status_code == 200 and answer.url.path == "/login" and "Log in" in answer.text, path
            assert answer.url.params["next"] == path and "Symphainy</h1>" not in answer.text


def test_a_log_in_is_renewed_without_asking(page: Browser) -> None:
    shown(page, "/console/", "Home")
    before = page.driver.get_cookie("symphainy")["value"]
    page.driver.delete_cookie("symphainy")  # as when its fifteen minutes are over
    shown(page, "/console/runs", "Runs")
    assert page.driver.get_cookie("symphainy")["value"] != before
    told = page.driver.execute_script(
        "const ask = () => fetch('/console/renew', {method: 'POST'}).then(r => r.status); return Promise.all([ask(), ask(), ask()])"
    )
    assert told == [204, 204, 204]
    shown(page, "/console/", "Home")


async def test_the_console_takes_nothing_from_another_origin(running: Running) -> None:
    async with httpx2.AsyncClient(base_url=running.solution_url) as http:
        foreign = {"Origin": "http://evil.example"}
        assert (await http.post("/console/renew", headers=foreign)).status_code == 403
        assert (await http.post("/console/renew")).status_code == 403
        assert (await http.post("/console/renew", headers={"Origin": running.solution_url})).status_code == 401


def test_another_tenant_sees_nothing_of_it(page: Browser, running: Running, ann) -> None:
    page.nobody()
    page.open("/register?next=/console/content")
    for name, value in (("tenant", f"{ann.tenant}x"), ("email", "eve@example.com"), ("password", PASSWORD)):
        page.one(f"input[name={name}]").send_keys(value)
    page.one("form button").click()
    page.who = "eve"  # type: ignore[attr-defined]
    page.says("There are no documents yet.")
    assert f"{ann.tenant}x" in page.one("nav").text
    page.open("/console/runs")
    page.says("No execution fits.")
    page.open(f"/console/content/{ann.documents['policy.pdf']}")
    page.says("there is no document")
    page.open("/console/insights")
    page.named("Question").send_keys("How many days do I have to report a claim?", Keys.ENTER)
    page.says("There is no answer.")
    assert not page.all(".cite")
