"""docker-compose.yml against the official schema, and against what the files beside it say. No engine is needed."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from symphainy.cli.temporal import DYNAMIC
from symphainy.foundations.settings import PREFIX, Settings

SCHEMA = Path(__file__).with_name("compose-spec.json")
"""github.com/compose-spec/compose-spec, schema/compose-spec.json at 170098b (23 June 2026), Apache-2.0."""


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((root / "docker-compose.yml").read_text())
    return found


def test_it_is_valid_under_the_compose_schema(compose: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    assert [f"{list(e.instance_path)}: {e.message}" for e in validator.iter_errors(compose)] == []


def test_the_schema_bites(compose: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    broken = {**compose, "services": {**compose["services"], "worker": {"imagee": "x"}}}
    assert not validator.is_valid(broken)


def test_it_has_every_part_of_the_platform(compose: dict[str, Any]) -> None:
    assert {
        "postgres", "redis", "objects", "temporal", "temporal-ui", "collector", "migrations", "worker", "relay", "solution", "experience",
    } <= set(compose["services"])  # fmt: skip


def test_every_published_port_is_on_loopback(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_waits_for_health_waits_for_something_that_has_a_check(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}, which is not there"
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[other], f"{name} waits for the health of {other}, which has no check"


def test_experience_is_bound_last(compose: dict[str, Any]) -> None:
    order: list[str] = []

    def visit(name: str) -> None:
        for other in compose["services"][name].get("depends_on", {}):
            visit(other)
        if name not in order:
            order.append(name)

    visit("experience")
    ours = [name for name in order if name in ("migrations", "worker", "solution", "experience")]
    assert ours == ["migrations", "worker", "solution", "experience"]


def test_every_setting_is_one_that_exists(compose: dict[str, Any]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    told = {name for s in compose["services"].values() for name in s.get("environment", {}) if name.startswith(PREFIX)}
    assert told <= known


def test_the_settings_make_a_production_platform(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {"SYMPHAINY_MASTER_KEY": "qL8Zr1vX2cB3nM4aS5dF6gH7jK8lP9oI0uY1tR2eW3Q=", "*": "9f1c77ab03de"}
    for name, value in compose["services"]["worker"]["environment"].items():
        filled = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda m: secrets.get(m[1], secrets["*"]), value)
        monkeypatch.setenv(name, filled)
    monkeypatch.chdir(tmp_path)
    settings = Settings()
    assert settings.environment == "production"
    assert settings.sql_url.startswith("postgresql+asyncpg://symphainy_owner:9f1c77ab03de@postgres")


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    text = json.dumps(compose)
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "OBJECTS_PASSWORD", "SYMPHAINY_MASTER_KEY"):
        uses = re.findall(rf"\$\{{{name}[^}}]*\}}", text)
        assert uses
        assert all(use.startswith(f"${{{name}:?") for use in uses)


def test_its_temporal_has_the_settings_of_the_embedded_one(root: Path) -> None:
    told = yaml.safe_load((root / "deploy" / "temporal" / "dynamicconfig.yaml").read_text())
    flat = {f"{name}={json.dumps(values[0]['value'])}" for name, values in told.items()}
    assert flat == set(DYNAMIC)


def test_every_file_that_it_mounts_is_there(compose: dict[str, Any], root: Path) -> None:
    assert compose["configs"]
    for config in compose["configs"].values():
        assert (root / config["file"]).is_file()


def test_our_processes_run_without_rights(compose: dict[str, Any], root: Path) -> None:
    for name in ("worker", "relay", "solution", "experience"):
        service = compose["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
    stages = (root / "Dockerfile").read_text().split("\nFROM ")
    assert re.search(r"^USER symphainy$", stages[-1], re.MULTILINE)
