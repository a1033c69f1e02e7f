"""A person with two documents, and a browser in which they are logged in."""

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.browser import Browser, browser, missing
from support.instance import PASSWORD, Running

from symphainy.foundations.experience import SymphainyClient

KNOWLEDGE = Path(__file__).resolve().parents[2] / "solutions" / "first" / "knowledge"


@dataclass(frozen=True)
class Person:
    tenant: str
    email: str
    documents: dict[str, str]
    """File name → document id."""

    async def client(self, running: Running) -> SymphainyClient:
        """Ann's own program, beside her browser."""
        client = running.client()
        await client.login(self.tenant, self.email, PASSWORD)
        return client


async def _settled(running: Running, tenant: str) -> dict[str, str]:
    async with await running.login(tenant) as client:
        ids = {}
        for name in ("policy.pdf", "claims.csv"):
            uploaded = await client.upload(KNOWLEDGE / name)
            result = await client.result(uploaded.execution_id, wait=60)
            assert result.status == "completed", result
            ids[name] = result.output["document"]  # type: ignore[index,call-overload]
        return ids


@pytest.fixture(scope="session")
def ann(running: Running) -> Person:
    tenant = f"t{uuid.uuid4().hex[:10]}"
    return Person(tenant, "ann@example.com", asyncio.run(_settled(running, tenant)))


@pytest.fixture(scope="session")
def window(running: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if lacking := missing():
        pytest.skip(f"{lacking} not installed: sh deploy/setup.sh")
    with browser(running.solution_url, tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture
def page(window: Browser, ann: Person) -> Iterator[Browser]:
    """Ann's browser, with nothing said yet; an empty page behind, for a page that is left open goes on drawing."""
    if "symphainy" not in window.cookies() or getattr(window, "who", None) != ann.email:
        window.login(ann.tenant, ann.email, PASSWORD)
        window.who = ann.email  # type: ignore[attr-defined]
        window.driver.get("about:blank")
    window.complaints(), window.asked()
    yield window
    window.driver.get("about:blank")
