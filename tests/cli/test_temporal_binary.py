import subprocess
from pathlib import Path

import pytest

from symphainy.cli import temporal_binary as binary
from symphainy.cli.temporal import server_version
from symphainy.foundations.language.errors import Unavailable

SAYS = "#!/bin/sh\necho 'temporal version 1.2.3 (Server 1.29.1, UI 2.42.1)'\n"


def executable(path: Path, text: str = SAYS) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a binary, without Go and without a network."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GOBIN", raising=False)
    monkeypatch.delenv("GOPATH", raising=False)
    monkeypatch.setattr(binary, "GO_PLACES", ())
    monkeypatch.setattr(binary, "DOWNLOAD_HOST", "127.0.0.2")
    return tmp_path


def test_it_is_looked_for_in_order(bare: Path) -> None:
    assert binary.find() is None
    in_go = executable(bare / "home" / "go" / "bin" / "temporal")
    assert binary.find() == in_go
    in_cache = executable(binary.cache_dir() / "temporal")
    assert binary.find() == in_cache
    on_path = executable(bare / "bin" / "temporal")
    assert binary.find() == on_path
    chosen = executable(bare / "chosen")
    assert binary.find(str(chosen)) == chosen


def test_one_that_does_not_run_is_passed_over(bare: Path) -> None:
    executable(bare / "bin" / "temporal", "#!/bin/sh\nexit 1\n")
    works = executable(binary.cache_dir() / "temporal")
    assert binary.find() == works


def test_a_choice_that_does_not_work_is_never_replaced(bare: Path) -> None:
    executable(bare / "bin" / "temporal")
    with pytest.raises(Unavailable, match="SYMPHAINY_TEMPORAL_CLI names /nowhere/temporal"):
        binary.find("/nowhere/temporal")


def test_without_any_way_the_message_names_each_and_the_way_out(bare: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        binary.obtain()
    for words in (
        "not on PATH",
        "127.0.0.2 cannot be reached",
        "Go is not installed",
        "go install",
        "SYMPHAINY_TEMPORAL_CLI",
    ):
        assert words in caught.value.detail


def test_it_is_built_into_the_cache_and_progress_is_shown(bare: Path) -> None:
    build = '#!/bin/sh\necho "go: downloading go.temporal.io/server v1.29.1" >&2\n'
    build += "/bin/cat > \"$GOBIN/temporal\" <<'E'\n" + SAYS + 'E\n/bin/chmod 755 "$GOBIN/temporal"\n'
    executable(bare / "bin" / "go", build)
    said: list[str] = []
    assert binary.obtain(progress=said.append) == binary.cache_dir() / "temporal"
    assert any("building with `go install" in line for line in said)
    assert any("downloading go.temporal.io/server" in line for line in said)
    assert "1.29.1" in said[-1]


def test_a_failed_build_says_how_it_ended(bare: Path) -> None:
    executable(bare / "bin" / "go", "#!/bin/sh\necho 'go: no space left on device'\nexit 3\n")
    with pytest.raises(Unavailable, match=r"`go install` ended with 3 \(go: no space left on device\)"):
        binary.obtain()


def test_the_real_one_serves_the_flags_that_we_start_it_with() -> None:
    found = binary.find()
    assert found is not None
    known = subprocess.run(
        [str(found), "server", "start-dev", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for flag in (
        "--sqlite-pragma",
        "--dynamic-config-value",
        "--ui-codec-endpoint",
        "--ui-port",
        "--db-filename",
        "--ip",
    ):
        assert flag in known
    assert server_version(binary.version(found)).count(".") == 2
