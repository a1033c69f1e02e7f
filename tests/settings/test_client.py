"""Client Config: below the environment, above the defaults, strict, and never a secret in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import ClientFile, Settings

ROOT = Path(__file__).parents[2]
SECRETS = ("ACME_SQL_PASSWORD", "ACME_REDIS_PASSWORD", "ACME_TEMPORAL_KEY", "ACME_MODEL_KEY", "ACME_MASTER_KEY")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def given(text: str) -> Path:
    path = Path(".symphainy/client.yaml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_the_example_says_every_part_and_becomes_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, f"of-{name.lower()}")
    settings = Settings(client=ROOT / "client.example.yaml")
    assert settings.sql_url == "postgresql+asyncpg://symphainy:of-acme_sql_password@db.acme.example:5432/symphainy"
    assert settings.redis_url.startswith("rediss://:of-acme_redis_password@")
    assert settings.objects_url == "s3://acme-symphainy?region=eu-central-1"
    assert (settings.temporal_address, settings.temporal_namespace) == ("acme.tmprl.example:7233", "acme")
    assert settings.temporal_tls is True and settings.temporal_api_key is not None
    assert (settings.model_url, settings.model_name) == ("https://models.acme.example/v1", "acme-large")
    assert settings.model_api_key is not None and settings.model_api_key.get_secret_value() == "of-acme_model_key"
    assert settings.master_key is not None
    found = ClientFile.read(ROOT / "client.example.yaml").config.experience["first"]
    assert [(b.surface, b.name) for b in found.bind] == [("rest", "ask"), ("chat", "desk"), ("outgoing-webhook", "crm")]
    assert found.without == ("read",)


def test_the_environment_comes_before_it_and_the_defaults_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    given("infrastructure:\n  sql: postgresql+asyncpg://a@db/x\n  redis: ${ENV:NOBODY_SET_THIS}\n")
    monkeypatch.setenv("SYMPHAINY_REDIS_URL", "redis://mine")  # what comes before it need not resolve
    settings = Settings()
    assert (settings.sql_url, settings.redis_url) == ("postgresql+asyncpg://a@db/x", "redis://mine")
    assert settings.temporal_address == "embedded"
    assert Settings(sql_url="postgresql+asyncpg://b@db/y").sql_url == "postgresql+asyncpg://b@db/y"
    assert settings.client_file == Path(".symphainy/client.yaml")


def test_without_a_file_nothing_changes_and_a_named_one_must_be_there() -> None:
    assert Settings().client_file is None
    with pytest.raises(Invalid, match=r"nowhere\.yaml cannot be read"):
        Settings(client=Path("nowhere.yaml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("infrastructure:\n  sq1: x\n", r"client.yaml:2: sq1 is not a key of infrastructure; did you mean sql\?"),
        ("infrastucture:\n  sql: x\n", r"client.yaml:1: infrastucture is not a key; did you mean infrastructure\?"),
        ("infrastructure:\n  temporal:\n    adress: x\n", r":3: adress is not a key of infrastructure.temporal; did you mean address\?"),
        ("experience:\n  first:\n    bind:\n      - surfac: rest\n        name: a\n        intent: a.b\n", r"did you mean surface\?"),
        ("experience:\n  first:\n    wihtout: [a]\n", r"client.yaml:3: wihtout is not a key of experience.first; did you mean without\?"),
        ("infrastructure:\n  sql: sqlite://x\n", r"client.yaml:2: sql: String should match"),
        ("infrastructure:\n  sql: ${ENV:NOBODY_SET_THIS}\n", r"client.yaml:2: the variable NOBODY_SET_THIS is not set"),
        ("infrastructure:\n  sql: ${NOBODY}\n", r"client.yaml:2: infrastructure.sql: a reference is written \$\{ENV:NAME\}"),
        ("infrastructure:\n  sql: a\n  sql: b\n", r"client.yaml:3: sql stands twice; first in line 2"),
        ("infrastructure: [\n", r"client.yaml:2: this is no YAML"),
        ("infrastructure: &a {}\nexperience: *a\n", r"client.yaml:2: aliases"),
        ("- x\n", r"client.yaml:1: the file must be a map"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, said: str) -> None:
    given(text)
    with pytest.raises(Invalid, match=said):
        Settings()


@pytest.mark.parametrize(
    "part",
    [
        "sql: postgresql+asyncpg://a:canary-4711@db/x", "sql: postgresql+asyncpg://a:${ENV:X}canary-4711@db/x",
        "objects: s3://b?secret_access_key=canary-4711", "model: {api_key: canary-4711}", "temporal: {api_key: canary-4711}",
        "secrets: {master_key: canary-4711}", "redis: 'redis://:canary/4711@cache'",
    ],
)  # fmt: skip
def test_a_secret_written_inline_is_refused_and_not_repeated(part: str) -> None:
    given(f"infrastructure:\n  {part}\n")
    with pytest.raises(Invalid, match="name its variable as") as caught:
        Settings()
    assert "canary" not in str(caught.value) + repr(caught.value.problem())


def test_a_child_process_has_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    given("infrastructure:\n  objects: s3://kept\n  model: {url: 'https://m.example/v1', api_key: '${ENV:ACME_KEY}'}\n")
    monkeypatch.setenv("ACME_KEY", "k")
    told = Settings().environment_for_child()
    assert told["SYMPHAINY_OBJECTS_URL"] == "s3://kept" and told["SYMPHAINY_MODEL_API_KEY"] == "k"
    monkeypatch.delenv("ACME_KEY")  # the child needs no variable that its parent has resolved
    program = (
        "import sys; from symphainy.foundations.settings import Settings; "
        "sys.stdout.write(Settings().model_api_key.get_secret_value())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **told}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "k"
