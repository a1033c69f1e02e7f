"""The rules that no reviewer should have to remember: imports, links, sizes, layout."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = (
    "activities", "bindings", "cli", "experience_api", "foundations", "governance", "realms", "runtime", "solution_api", "worker.py",
    "workflows",
)  # fmt: skip
ROOT_FILES = {
    "AGENTS.md", "CHANGELOG.md", "Dockerfile", "Makefile", "README.md", "client.example.yaml",
    "docker-compose.yml", "pyproject.toml", "uv.lock",
    "worker.py",
}  # fmt: skip
ROOT_FOLDERS = {
    "activities", "benchmarks", "bindings", "cli", "deploy", "docs", "experience_api", "foundations", "governance", "realms", "runtime",
    "solution_api", "solutions", "src", "tests", "workflows",
}  # fmt: skip
LONGEST = 400
MEDIAN = 100
REALM = {"__init__.py", "manager.py", "orchestrator.py", "models.py", "models", "services", "agents", "sagas"}
SERVICES = {
    "city_manager", "conductor", "data_steward", "librarian", "nurse", "post_office", "security_guard", "traffic_cop",
}  # fmt: skip


def sources(root: Path) -> list[Path]:
    """Every Python file of ours that ships."""
    found = [root / room for room in ROOMS if room.endswith(".py")]
    for room in ROOMS:
        found += [p for p in (root / room).rglob("*.py") if "__pycache__" not in p.parts]
    return sorted(found)


def test_import_contracts_are_kept(root: Path) -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:]


def test_every_link_leads_to_its_room(root: Path) -> None:
    links = {
        p.name: p
        for p in (root / "src" / "symphainy").iterdir()
        if p.name not in ("__init__.py", "py.typed", "__pycache__")
    }
    assert sorted(links) == sorted(ROOMS)
    for name, link in links.items():
        assert link.is_symlink(), f"{name} is no link"
        assert not link.readlink().is_absolute(), f"{name} is an absolute link: it breaks in every other checkout"
        assert link.resolve() == (root / name).resolve()


def test_the_root_holds_what_the_architecture_says(root: Path) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    )
    names = {line.partition("/")[0] for line in tracked.stdout.splitlines() if not line.startswith(".")}
    assert names == ROOT_FILES | ROOT_FOLDERS


def test_no_file_is_long_and_most_are_short(root: Path) -> None:
    lines = sorted((len(p.read_text().splitlines()), str(p.relative_to(root))) for p in sources(root))
    assert lines[-1][0] <= LONGEST, f"split it: {lines[-1]}"
    assert lines[len(lines) // 2][0] <= MEDIAN


def test_every_module_says_what_it_is_for(root: Path) -> None:
    silent = [
        str(p.relative_to(root))
        for p in sources(root)
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


@pytest.mark.parametrize(
    "folder",
    [
        "activities",
        "cli",
        "experience_api",
        "foundations",
        "governance",
        "realms",
        "runtime",
        "solution_api",
        "workflows",
    ],
)
def test_every_plane_opens_with_what_and_how(root: Path, folder: str) -> None:
    text = ast.get_docstring(ast.parse((root / folder / "__init__.py").read_text())) or ""
    assert "WHAT:" in text
    assert "HOW:" in text


def test_every_city_service_opens_with_what_and_how(root: Path) -> None:
    for name in SERVICES:
        text = ast.get_docstring(ast.parse((root / "governance" / name / "__init__.py").read_text())) or ""
        assert "WHAT:" in text, name
        assert "HOW:" in text, name


def test_realms_have_the_same_rooms(root: Path) -> None:
    for realm in (p for p in (root / "realms").iterdir() if p.is_dir() and p.name != "__pycache__"):
        names = {p.name for p in realm.iterdir() if p.name != "__pycache__"}
        assert {"manager.py", "orchestrator.py"} <= names, realm.name
        assert names <= REALM, f"{realm.name} has a room of its own: {names - REALM}"


def test_nothing_is_left_for_later(root: Path) -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X:")
    found = [f"{p.relative_to(root)}: {word}" for p in sources(root) for word in words if word in p.read_text()]
    assert found == []


def test_only_the_command_line_prints(root: Path) -> None:
    for path in sources(root):
        calls = (
            n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        )
        assert not any(call.func.id == "print" for call in calls if isinstance(call.func, ast.Name)), path
