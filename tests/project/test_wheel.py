"""What people install is the wheel, not the checkout: built, put alone into a clean environment, and used."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

HELLO = """\
document: {dsl: 1.0.3, namespace: demo, name: hello, version: 1.0.0}
do:
  - greet:
      set: {hello: '${ "Hello, " + .name }'}
"""


def uv(*words: str, cwd: Path, **more: str) -> str:
    """uv, offline: everything it needs was put in its cache by the installation that runs this test."""
    found = shutil.which("uv") or str(cwd / "build" / "uv" / "bin" / "uv")
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run([found, *words], cwd=cwd, env=environment | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    uv("build", "--offline", "--wheel", "--out-dir", str(out), "--quiet", cwd=root)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(root: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment with the wheel and its locked requirements, and nothing of the checkout."""
    home = tmp_path_factory.mktemp("clean")
    chosen = {"UV_PROJECT_ENVIRONMENT": str(home / "venv")}
    # By the lock: it names each file, while an index is only in the cache where something has been resolved before.
    uv(
        "sync",
        "--offline",
        "--locked",
        "--no-dev",
        "--no-default-groups",
        "--no-install-project",
        "-q",
        cwd=root,
        **chosen,
    )
    uv(
        "pip",
        "install",
        "--offline",
        "-q",
        "-p",
        str(home / "venv" / "bin" / "python"),
        "--no-deps",
        str(wheel),
        cwd=root,
    )
    return home / "venv" / "bin"


def run(installed: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(installed), "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(installed / "symphainy"), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_it_holds_every_room_under_one_name(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"symphainy"}
    rooms = {name.split("/")[1] for name in names if name.startswith("symphainy/")}
    assert {
        "activities", "bindings", "cli", "experience_api", "foundations", "governance", "realms", "runtime", "solution_api",
        "worker.py", "workflows",
    } <= rooms  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        "foundations/curator/catalog.json",
        "governance/policies/city.cedarschema",
        "realms/content/sagas/",
        "runtime/migrations/versions/",
    ],
)
def test_it_holds_what_is_no_python(wheel: Path, data: str) -> None:
    assert any(name.startswith(f"symphainy/{data}") for name in zipfile.ZipFile(wheel).namelist())


@pytest.mark.timeout(120)
def test_alone_in_a_clean_environment_it_helps_and_validates(installed: Path, tmp_path: Path) -> None:
    helped = run(installed, tmp_path, "--help")
    assert helped.returncode == 0, helped.stderr
    assert "validate" in helped.stdout
    (tmp_path / "hello.yaml").write_text(HELLO)
    valid = run(installed, tmp_path, "validate", "hello.yaml")
    assert (valid.returncode, valid.stdout) == (0, "hello.yaml: valid\n"), valid.stderr
    (tmp_path / "broken.yaml").write_text(HELLO.replace("do:", "doo:"))
    broken = run(installed, tmp_path, "validate", "broken.yaml", "--json")
    assert broken.returncode == 2, broken.stderr
    assert {"code", "line", "column", "message"} <= set(json.loads(broken.stdout)[0])
