"""Makes the pictures of docs/console.md: ``python docs/screenshots.py http://127.0.0.1:7300 http://127.0.0.1:7301``.

Give it the two addresses of a running platform (`symphainy up`). It works as a customer's program and a browser would: a tenant of
its own, three documents and two tables, one solution, one question, a mapping, a mash, a decision, one turn with the guide.
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
HOLDERS = "Policy No,holder,city\n000451,Ada Byron,Dresden\n000977,Alan Moss,Hamburg\n000112,Grace Hall,Weimar\n009999,Nobody,Bonn\n"
MODEL = "claim number\nclaim amount: what is paid, in euro\nreported date\nadjuster\n"
APPROVAL = """document: {dsl: 1.0.3, namespace: claims, name: pay, version: 1.0.0}
do:
  - approve:
      call: approval:1.0.0@default
      with:
        title: Pay this claim?
        show: '${ {claim: .claim, peril: .peril, amount: .amount} }'
        form: {type: object, required: [reason], properties: {reason: {type: string, title: Reason}}}
"""
TENANT, EMAIL, PASSWORD = f"acme-{secrets.token_hex(3)}", "ann@acme.example", secrets.token_urlsafe(24)


def payments() -> str:
    """A table as tables are: a plain rule, and a few cells that break it."""
    cities = {"01067": "Dresden", "20095": "Hamburg", "80331": "Munich", "50667": "Cologne"}
    rows = [
        [f"P-{n:04}", zip_, city, f"{40 + n * 7.5:.2f}"] for n, (zip_, city) in enumerate(list(cities.items()) * 12, 1)
    ]
    rows[6][2], rows[17][2], rows[29][3], rows[33][0], rows[40][3] = "Colonge", "Bonn", "N/A", "P0034", "€ 350.00"
    return "\n".join(",".join(row) for row in [["payment", "postcode", "city", "amount"], *rows]) + "\n"


async def prepare(experience: str, solution: str, folder: Path) -> str:
    """A tenant with something to see; the execution to look at."""
    (folder / "holders.csv").write_text(HOLDERS, "utf-8")
    (folder / "payments.csv").write_text(payments(), "utf-8")
    async with SymphainyClient(experience, solution) as client:
        await client.register(TENANT, EMAIL, PASSWORD)
        await client.login(TENANT, EMAIL, PASSWORD)
        created = await client.solution.create(SOLUTION)
        await client.solution.deploy(created.name, created.version)
        for path in (*sorted(folder.iterdir()), *sorted((SOLUTION / "knowledge").iterdir())):
            sent = await client.upload(path)
            await client.result(sent.execution_id, wait=60)
        await client.run("first.ask", {"question": QUESTION}, solution=created.name)
        await client.solution.register(APPROVAL, "pay.yaml")
        async with SymphainyClient(experience, solution) as clerk:
            await clerk.register(TENANT, "bob@acme.example", PASSWORD)
            await clerk.login(TENANT, "bob@acme.example", PASSWORD)
            await clerk.submit("claims/pay:1.0.0", {"claim": "0001214", "peril": "fire", "amount": 27600})
        return sent.execution_id


def shoot(window: Browser, name: str) -> None:
    """The window as a small picture: 64 colours are enough for a page."""
    time.sleep(0.6)
    picture = Image.open(io.BytesIO(window.driver.get_screenshot_as_png())).convert("RGB")
    picture.quantize(64, dither=Image.Dither.NONE).save(IMAGES / f"{name}.png", optimize=True)


def ask(window: Browser, field: str, text: str) -> None:
    """Type and send."""
    window.named(field).send_keys(text, Keys.ENTER)


def choose(window: Browser, label: str, option: str) -> None:
    """Choose in a select."""
    window.wait(
        lambda: next((e for e in window.all(".q-select") if e.text.split("\n")[0] == label), None), label
    ).click()
    window.wait(lambda: [e for e in window.all("[role=option]") if e.text == option], option)[0].click()
    window.wait(lambda: not window.all("[role=option]"), "the choice")


def tools(window: Browser) -> None:
    """The tools of Insights beside asking."""
    window.open("/console/insights/quality")
    choose(window, "Document", "payments.csv")
    window.named("Measure").click()
    window.one("table[aria-label='Columns of the table'] tbody tr")
    shoot(window, "console-quality")
    window.open("/console/insights/map")
    choose(window, "From", "claims.csv")
    window.named("… or onto these fields").send_keys(MODEL)
    window.wait(lambda: window.named("Propose a mapping").is_enabled(), "both sides")
    window.named("Propose a mapping").click()
    window.one("table[aria-label='Target columns'] tbody tr")
    shoot(window, "console-mapping")
    window.open("/console/insights/mash")
    choose(window, "Table", "claims.csv")
    window.named("Join another table").click()
    choose(window, "Joined table", "holders.csv")
    window.wait(lambda: "holders.holder" in window.text, "the columns of both")
    window.named("Create the data set").click()
    window.one("table[aria-label=Joins]")
    window.driver.execute_script(
        "arguments[0].scrollIntoView({block: 'center'})", window.one("table[aria-label=Joins]")
    )
    shoot(window, "console-mash")


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
    tools(window)
    window.open(f"/console/runs/{execution}")
    window.one(".graph svg .node")
    shoot(window, "console-run")
    window.named("Lineage", "main a").click()
    window.one(".tree li")
    shoot(window, "console-lineage")
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
    window.named("Light / dark").click()
    window.named("Decide").click()
    window.one(".sheet dl")
    shoot(window, "console-decision")


def main() -> None:
    """Make them all."""
    experience, solution = sys.argv[1:3]
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        execution = asyncio.run(prepare(experience, solution, Path(folder)))
    with tempfile.TemporaryDirectory() as profile, browser(solution, Path(profile), "--window-size=1200,820") as window:
        look(window, execution)


if __name__ == "__main__":
    main()
