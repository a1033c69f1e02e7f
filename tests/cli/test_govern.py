"""``symphainy city``, against a served Solution plane over parts with memory."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner

from symphainy.cli import govern
from symphainy.cli.__main__ import app
from symphainy.foundations.experience.solution import SolutionClient
from symphainy.foundations.language.errors import Invalid, SymphainyError
from symphainy.solution_api.app import create_app

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "solution_api"), str(TESTS / "experience")]

import solution_fakes  # noqa: E402

PASSWORD = "a long enough sentence"


@pytest.fixture
def parts() -> Any:
    return solution_fakes.parts()


@pytest.fixture
def city(parts: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs ``symphainy city …``; gives what it printed."""
    transport = httpx2.ASGITransport(create_app(parts))

    @asynccontextmanager
    async def signed_in(instance: object) -> AsyncIterator[Any]:
        guard = parts.guard
        if ("acme", "ann@acme.example") not in guard.users:
            await guard.register("acme", "ann@acme.example", PASSWORD)
        token = (await guard.login("acme", "ann@acme.example", PASSWORD)).access_token
        async with SolutionClient("http://plane.test", token, transport=transport) as plane:
            yield SimpleNamespace(solution=plane)

    monkeypatch.setattr(govern, "signed_in", signed_in)
    monkeypatch.setattr(govern.Instance, "running", lambda data_dir: data_dir)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["city", *words])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    return run


def test_switches_maintenance_and_the_document(city: Callable[..., str], parts: Any) -> None:
    assert json.loads(city("show"))["bundle"] == {"digest": "sha256:00"}
    assert "sla is enforce for first" in city("switch", "sla", "enforce", "--solution", "first")
    city("switch", "auto_heal", "observe")
    city("maintenance", "on", "--reason", "a move")
    city("maintenance", "off")
    assert parts.desk.told == [
        ("sla", "enforce", "acme", "first"),
        ("auto_heal", "observe", "acme", "*"),
        ("acme", True),
        ("acme", False),
    ]
    with pytest.raises(SymphainyError):
        city("switch", "passport", "off")
    with pytest.raises(Invalid, match="on or off"):
        city("maintenance", "perhaps")


def test_a_bundle_is_tried_applied_and_rolled_back(city: Callable[..., str], parts: Any, tmp_path: Path) -> None:
    (tmp_path / "own.cedar").write_text('@id("own") forbid (principal, action == Action::"erase", resource);')
    (tmp_path / "limits.yaml").write_text('rates: {"*": {principal: 10/minute}}')
    assert "0 newly denied" in city("bundle", "simulate", str(tmp_path))
    assert not parts.desk.overlays
    assert "in force: sha256:" in city("bundle", "apply", str(tmp_path))
    overlay = parts.desk.overlays["acme"]
    assert list(overlay.policies) == ["own.cedar"] and overlay.rates == {"*": {"principal": "10/minute"}}
    assert "shipped" in city("bundle", "rollback")
    assert not parts.desk.overlays
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid, match="neither"):
        city("bundle", "apply", str(tmp_path / "empty"))


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(city: Callable[..., str]) -> None:
    made = json.loads(city("keys", "issue", "robot", "--name", "reports", "--role", "service", "--days", "9", "--json"))
    listed = city("keys", "list")
    assert made["key_id"] in listed and "reports" in listed and made["key"] not in listed
    city("keys", "revoke", made["key_id"])
    assert made["key_id"] not in city("keys", "list")
