"""The one list of targets: complete and described."""

import subprocess
from pathlib import Path

import pytest

TARGETS = {
    "help",
    "demo",
    "test",
    "check",
    "bench",
    "chaos",
    "chaos-smoke",
    "corpus",
    "fuzz",
    "record",
    "clean",
    "install",
}


def make(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-s", *words], cwd=root, capture_output=True, text=True, check=False)


def test_help_lists_every_target_with_a_sentence(root: Path) -> None:
    done = make(root)
    assert done.returncode == 0
    lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    assert {line[1] for line in lines} >= TARGETS
    assert all(len(line) == 3 for line in lines)
    assert max(map(len, done.stdout.splitlines())) <= 110


def test_continuous_integration_runs_the_suite(root: Path) -> None:
    script = root / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "exec make test" in script.read_text()


@pytest.mark.parametrize("script", ["deploy/setup.sh", "deploy/secrets.sh", ".ci/run"])
def test_scripts_are_well_formed(root: Path, script: str) -> None:
    subprocess.run(["sh", "-n", str(root / script)], check=True)


def test_secrets_are_made_once_and_for_the_owner_alone(root: Path, tmp_path: Path) -> None:
    for words in ("made", "exists"):
        done = subprocess.run(
            ["sh", str(root / "deploy/secrets.sh")], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert words in done.stdout
    made = tmp_path / ".symphainy" / "compose.env"
    assert made.stat().st_mode & 0o777 == 0o600
    values = dict(line.split("=", 1) for line in made.read_text().splitlines())
    assert set(values) == {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "OBJECTS_PASSWORD", "SYMPHAINY_MASTER_KEY"}
    assert len(set(values.values())) == 4
