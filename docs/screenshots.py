"""Makes the pictures of docs/console.md: ``python docs/screenshots.py http://127.0.0.1:7300 http://127.0.0.1:7301``.

Give it the two addresses of a running platform (`symphainy up`). It works as a customer's program and a browser would: a tenant of
its own, three documents, one solution, one question, one turn with the guide.
"""

import asyncio
import io
import secrets
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from selenium.webdriver.common.keys import Keys  # noqa: E402
from support.browser import Browser, browser  # noqa: E402

from symphainy.foundations.experience import SymphainyClient  # noqa: E402

SOLUTION, IMAGES = ROOT / "solutions" / "first", ROOT / "docs" / "images"
QUESTION = "How many days do I have to report a claim?"
TENANT, EMAIL, PASSWORD = f"acme-{secrets.token_hex(3)}", "ann@acme.example", secrets.token_urlsafe(24)


async def prepare(experience: str, solution: str) -> str:
    """A tenant with something to see; the execution to look at."""
    async with SymphainyClient(experience, solution) as client:
        await client.register(TENANT, EMAIL, PASSWORD)
        await client.login(TENANT, EMAIL, PASSWORD)
        created = await client.solution.create(SOLUTION)
        await client.solution.deploy(created.name, created.version)
        for path in sorted((SOLUTION / "knowledge").iterdir()):
            sent = await client.upload(path)
            await client.result(sent.execution_id, wait=60)
        await client.run("first.ask", {"question": QUESTION}, solution=created.name)
        return sent.execution_id


def shoot(window: Browser, name: str) -> None:
    """The window as a small picture: 64 colours are enough for a page."""
    time.sleep(0.6)
    picture = Image.open(io.BytesIO(window.driver.get_screenshot_as_png())).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def ask(window: Browser, field: str, text: str) -> None:
    """Type and send."""
    window.named(field).send_keys(text, Keys.ENTER)


def look(window: Browser, execution: str) -> None:
    """Page by page."""
    window.login(TENANT, EMAIL, PASSWORD)
    window.open("/console/")
    window.says("Smart City")
    shoot(window, "console-home")
    window.open("/console/content")
    ask(window, "Words or a question", "reporting a claim")
    window.one(".cite")
    shoot(window, "console-content")
    window.open("/console/insights")
    ask(window, "Question", QUESTION)
    window.one(".cite").click()
    window.one(".sheet mark")
    shoot(window, "console-insights")
    window.open(f"/console/runs/{execution}")
    window.one(".graph svg .node")
    shoot(window, "console-run")
    window.open("/console/solutions")
    window.named("Check").click()
    window.says("is sound")
    shoot(window, "console-solutions")
    window.open("/console/chat")
    ask(window, "Say something", QUESTION)
    window.one(".bubble .cite")
    shoot(window, "console-chat")
    window.open("/console/runs")
    window.one("table[aria-label=Executions]")
    window.named("Light / dark").click()
    shoot(window, "console-runs-dark")


def main() -> None:
    """Make them all."""
    experience, solution = sys.argv[1:3]
    IMAGES.mkdir(exist_ok=True)
    execution = asyncio.run(prepare(experience, solution))
    with tempfile.TemporaryDirectory() as profile, browser(solution, Path(profile), "--window-size=1200,820") as window:
        look(window, execution)


if __name__ == "__main__":
    main()
