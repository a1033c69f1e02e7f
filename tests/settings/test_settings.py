"""The settings contract: what it takes, what it refuses, and that every process reads the same."""

import base64
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings, derive_key, ensure_master_key, read_master_key
from symphainy.foundations.settings.rules import as_text, known_secret, parse_duration, variable

ROOT = Path(__file__).parents[2]
KEY = base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "SYMPHAINY_ENVIRONMENT": "production",
    "SYMPHAINY_SQL_URL": "postgresql+asyncpg://owner:Zf0-long@db/app",
    "SYMPHAINY_REDIS_URL": "rediss://cache:6379/0",
    "SYMPHAINY_TEMPORAL_ADDRESS": "temporal:7233",
    "SYMPHAINY_OBJECTS_URL": "s3://kept",
    "SYMPHAINY_MASTER_KEY": KEY,
}


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("SYMPHAINY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return


def given_variables(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_the_defaults_run_on_loopback_with_the_measured_timeouts() -> None:
    settings = Settings()
    assert (settings.host, settings.environment) == ("127.0.0.1", "development")
    assert settings.workflow_task_timeout == timedelta(seconds=3)
    assert settings.sticky_timeout == timedelta(seconds=1)
    assert settings.heartbeat_timeout == timedelta(seconds=2)
    assert settings.continue_as_new_events == 2_000
    ports = settings.ports
    assert [
        ports.experience_api, ports.solution_api, ports.temporal, ports.temporal_ui, ports.redis, ports.metrics, ports.postgres
    ] == list(range(7300, 7307))  # fmt: skip
    assert settings.objects == f"file://{Path.cwd()}/.symphainy/objects"


@pytest.mark.parametrize("where", ["environment", "file"])
def test_an_unknown_variable_is_named_with_the_nearest_known(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    if where == "environment":
        monkeypatch.setenv("SYMPHAINY_PROT_BASE", "9000")
    else:
        Path(".env").write_text("SYMPHAINY_PROT_BASE=9000\n")
    with pytest.raises(Invalid, match="SYMPHAINY_PROT_BASE is not a setting; did you mean SYMPHAINY_PORT_BASE"):
        Settings()


def test_the_environment_overrides_the_file_and_others_variables_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("SYMPHAINY_PORT_BASE=9000\nSYMPHAINY_WORKERS=3\nOTHER=1\n")
    monkeypatch.setenv("SYMPHAINY_PORT_BASE", "9500")
    settings = Settings()
    assert (settings.port_base, settings.workers) == (9500, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT_BASE", "x"), ("PORT_BASE", "80"), ("HEARTBEAT_TIMEOUT", "0s"), ("HEARTBEAT_TIMEOUT", "-1s"), ("HEARTBEAT_TIMEOUT", "soon"),
        ("SQL_URL", "sqlite://x"), ("REDIS_URL", "http://x"), ("OBJECTS_URL", "ftp://x"), ("ENVIRONMENT", "staging"),
        ("PAYLOAD_MAX", "-1"), ("LOG_LEVEL", "loud"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_an_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SYMPHAINY_{name}", value)
    with pytest.raises(Invalid, match=f"^SYMPHAINY_{name}: "):
        Settings()


def test_an_error_does_not_repeat_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    given_variables(monkeypatch, {**PRODUCTION, "SYMPHAINY_SQL_URL": "mysql://me:canary-4711@db"})
    with pytest.raises(Invalid) as caught:
        Settings()
    assert "canary" not in str(caught.value) + repr(caught.value.problem())
    given_variables(monkeypatch, {**PRODUCTION, "SYMPHAINY_MODEL_API_KEY": "canary-4711"})
    assert "canary" not in repr(Settings())


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "SYMPHAINY_ENVIRONMENT"])
def test_production_names_what_is_missing(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    given_variables(monkeypatch, {name: value for name, value in PRODUCTION.items() if name != missing})
    with pytest.raises(Invalid, match=missing):
        Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SYMPHAINY_SQL_URL", "postgresql+asyncpg://postgres:postgres@db/app"),
        ("SYMPHAINY_REDIS_URL", "redis://:changeme@cache"),
        ("SYMPHAINY_MASTER_KEY", base64.b64encode(bytes(32)).decode()),
        ("SYMPHAINY_MASTER_KEY", "changeme"),
    ],
)
def test_production_refuses_published_secrets(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    given_variables(monkeypatch, PRODUCTION)
    assert Settings().environment == "production"
    monkeypatch.setenv(name, value)
    with pytest.raises(Invalid, match=f"{name} holds a published default secret"):
        Settings()


@pytest.mark.parametrize("text", ["postgresql+asyncpg://a:se@cret@h/x", "Xk2#-9"])
def test_a_secret_of_ones_own_is_none_of_them(text: str) -> None:
    assert not known_secret(text)


def test_a_child_process_reads_exactly_these_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(
        port_base=9100, seal_interval=timedelta(milliseconds=250), outbound_allow=("a.example", "10.0.0.0/8"),
        master_key=KEY, temporal_tls=True, data_dir=Path("kept").resolve(), model_url="https://models.example/v1",
    )  # fmt: skip
    program = "from symphainy.foundations.settings import Settings; import sys; sys.stdout.write(repr(Settings().environment_for_child()))"
    said = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **settings.environment_for_child()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert eval(said.stdout) == settings.environment_for_child()
    given_variables(monkeypatch, settings.environment_for_child())
    assert Settings() == settings


def test_the_example_lists_every_setting_with_its_default() -> None:
    listed = dict(re.findall(r"^# (SYMPHAINY_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert list(listed) == [variable(name) for name in Settings.model_fields]
    Path(".env").write_text("\n".join(f"{name}={value}" for name, value in listed.items() if value))
    assert Settings() == Settings(_env_file=None)
    assert {name for name, value in listed.items() if not value} == {
        variable(name) for name, field in Settings.model_fields.items() if field.default in (None, "", ())
    }


def test_the_master_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(Invalid, match="SYMPHAINY_MASTER_KEY is missing"):
        read_master_key(settings)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: ensure_master_key(settings), range(64)))
    assert len(keys) == 1 and len(keys.pop()) == 32
    assert stat.S_IMODE(settings.master_key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.master_key_file.parent.stat().st_mode) == 0o700
    assert [path.name for path in settings.master_key_file.parent.iterdir()] == ["master.key"]


def test_the_environment_holds_the_master_key_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    given_variables(monkeypatch, PRODUCTION)
    assert ensure_master_key(Settings()) == bytes(range(32))
    monkeypatch.setenv("SYMPHAINY_MASTER_KEY", "c2hvcnQtYnV0LW91cnM=")
    with pytest.raises(Invalid, match="is not 32 bytes in base64"):
        read_master_key(Settings())


def test_derived_keys_differ_by_purpose_and_by_master() -> None:
    purposes = ["sql/app", "sql/relay", "redis", "tokens"]
    keys = {derive_key(master, purpose) for master in (b"a" * 32, b"b" * 32) for purpose in purposes}
    assert len(keys) == 8 and all(len(key) == 32 for key in keys)


@given(st.integers(1, 10**12))
def test_a_duration_survives_its_text(millis: int) -> None:
    duration = timedelta(milliseconds=millis)
    assert parse_duration(as_text(duration)) == duration
