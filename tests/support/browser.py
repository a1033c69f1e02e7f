"""Debian's Chromium without a window, driven by its own driver; everything that it asks for is written down."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

Found = TypeVar("Found")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-prefers-reduced-motion", "--window-size=1280,860",
)  # fmt: skip
POLL = 0.15
"""Seconds between two looks: each makes the browser lay its page out anew, which on a busy machine slows what is waited for."""
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, [role=button], [role=combobox], [role=textbox]"

SAYING = """
const [css, name] = arguments;
const near = e => [e, ...(e.labels || []), e.closest("label, .q-field"), ...(e.getAttribute("aria-labelledby") || "").split(" ")
  .map(id => document.getElementById(id))];
const words = e => [e.innerText, e.textContent, e.value, e.getAttribute("aria-label"), e.title, e.placeholder, e.alt].join(" ");
return [...document.querySelectorAll(css)].filter(e => near(e).some(each => each && words(each).includes(name)));
"""


class Browser:
    """A browser at one address; ``path`` is always of it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def open(self, path: str) -> None:
        """Go there."""
        self.driver.get(self.url + path)

    @property
    def path(self) -> str:
        """Where we are."""
        return self.driver.current_url.removeprefix(self.url)

    def wait(self, holds: Callable[[], Found], what: str = "it", seconds: float = 30.0) -> Found:
        """Until ``holds`` gives something true."""
        patience = WebDriverWait(
            self.driver, seconds, POLL, ignored_exceptions=(NoSuchElementException, StaleElementReferenceException)
        )
        return patience.until(lambda _: holds(), f"{what} did not happen; the page says:\n{self.text[-1500:]}")

    def one(self, css: str) -> WebElement:
        """The first element that fits, once it is there."""
        return self.wait(lambda: self.driver.find_element(By.CSS_SELECTOR, css), f"an element {css}")

    def all(self, css: str) -> list[WebElement]:
        """All that fit now."""
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def named(self, name: str, css: str = CONTROLS) -> WebElement:
        """The control of this accessible name, once it is there."""
        return self.wait(
            lambda: next(
                (e for e in self._saying(name, css) if e.is_displayed() and e.accessible_name.startswith(name)), None
            ),
            f"a control {name!r}",
        )

    def _saying(self, name: str, css: str) -> list[WebElement]:
        """Those that hold the words anywhere: the browser is asked for the accessible names of these alone."""
        found: list[WebElement] = self.driver.execute_script(SAYING, css, name)
        return found

    def says(self, text: str, seconds: float = 30.0) -> None:
        """Wait until the page says so."""
        self.wait(lambda: text in self.text, f"the text {text!r}", seconds)

    @property
    def text(self) -> str:
        """What is on the page."""
        return str(self.driver.execute_script("return document.body.innerText"))

    @property
    def ready(self) -> bool:
        """Whether the page is alive: its socket is open."""
        return bool(self.driver.execute_script("return window.socket?.connected === true"))

    def login(self, tenant: str, email: str, password: str, to: str = "/console/") -> None:
        """As somebody else from now on."""
        self.nobody()
        self.open(to)
        for name, value in (("tenant", tenant), ("email", email), ("password", password)):
            self.one(f"input[name={name}]").send_keys(value)
        self.one("form button").click()
        self.wait(lambda: self.path.startswith("/console/"), "the log-in")

    def nobody(self) -> None:
        """Forget every log-in, also those for paths where we are not."""
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})

    def cookies(self) -> set[str]:
        """Names of the cookies that our pages would get now; no page of ours needs to be open."""
        told = self.driver.execute_cdp_cmd("Network.getCookies", {"urls": [self.url]})
        return {cookie["name"] for cookie in told["cookies"]}

    def complaints(self) -> list[str]:
        """What the browser's console has had to say since the last time."""
        return [e["message"] for e in self.driver.get_log("browser") if e["level"] in ("SEVERE", "WARNING")]

    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        """Every address that was asked since the last time, and the headers of what was answered."""
        found: list[tuple[str, dict[str, Any]]] = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append((message["params"]["request"]["url"], {}))
            elif message["method"] == "Network.responseReceived":
                answer = message["params"]["response"]
                found.append((answer["url"], {k.lower(): v for k, v in answer["headers"].items()}))
        return found


def missing() -> str:
    """What is not installed; empty when nothing is."""
    return " and ".join(name for name in ("chromium", "chromedriver") if shutil.which(name) is None)


@contextmanager
def browser(url: str, profile: Path, *flags: str) -> Iterator[Browser]:
    """A browser with a new profile, for the block."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for flag in (*FLAGS, f"--user-data-dir={profile}", *flags):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield Browser(driver, url)
    finally:
        driver.quit()
