"""The Temporal binary: found, or fetched, or built. No Linux wheel carries one.

In order: the setting, PATH, our cache, Go's own folder, the SDK's download, ``go install``. Whatever is found must answer
``--version``; the last two put it in the user's cache folder, never in the repository.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import platformdirs

from symphainy.foundations.language.errors import Unavailable

GO_PACKAGE = "github.com/temporalio/cli/cmd/temporal@v1.5.1"
"""The newest plain tag without a ``replace`` directive: ``go install`` refuses later ones."""
GO_PLACES = (Path("/usr/local/go/bin/go"),)
"""Where Go's own installer puts it, which is not on everybody's PATH."""
DOWNLOAD_HOST = "temporal.download"
DOWNLOAD_PATIENCE = 300.0
_FETCH = """
import asyncio, sys
from temporalio.testing import WorkflowEnvironment
async def main():
    env = await WorkflowEnvironment.start_local(download_dest_dir=sys.argv[1])
    await env.shutdown()
asyncio.run(main())
"""
"""Runs in a process of its own: the SDK's native threads have no business in ours. Starting a server proves the download."""

Progress = Callable[[str], None]


def cache_dir() -> Path:
    """Where a fetched or built binary is kept for every project of this user."""
    return Path(platformdirs.user_cache_dir("symphainy")) / "temporal"


def find(setting: str | None = None) -> Path | None:
    """A binary that is already there and works; None when there is none.

    Raises:
        Unavailable: ``setting`` names one that does not work: a choice is never silently replaced.
    """
    if setting:
        chosen = shutil.which(setting)
        if chosen is None or not version(Path(chosen)):
            raise Unavailable(
                f"SYMPHAINY_TEMPORAL_CLI names {setting}, which is not a working Temporal binary. "
                "Correct it, or unset it to have one found or fetched.",
                code="temporal_binary",
            )
        return Path(chosen)
    return next((path for path in _places() if path.is_file() and os.access(path, os.X_OK) and version(path)), None)


def obtain(setting: str | None = None, *, progress: Progress = lambda _: None) -> Path:
    """A working binary, whatever it takes.

    Raises:
        Unavailable: no way worked; the message names each one tried and what would help.
    """
    if found := find(setting):
        return found
    tried: list[str] = ["not on PATH", f"not in {cache_dir()}"]
    cache_dir().mkdir(parents=True, exist_ok=True)
    for attempt in (_download, _build):
        said = attempt(progress)
        if (found := find()) is not None:
            progress(f"Temporal: {found}, {version(found)}")
            return found
        tried.append(said)
    raise Unavailable(
        "There is no Temporal server on this machine: "
        + "; ".join(tried)
        + ". Any of these helps: install the Temporal CLI "
        "(https://docs.temporal.io/cli) so that `temporal` is on PATH; name one in SYMPHAINY_TEMPORAL_CLI; "
        f"install Go 1.23 or newer and run `go install {GO_PACKAGE}`; or use a server of your own with SYMPHAINY_TEMPORAL_ADDRESS.",
        code="temporal_binary",
    )


def version(binary: Path) -> str:
    """What it says of itself, e.g. ``0.0.0-DEV (Server 1.29.1, UI 2.42.1)``; empty when it does not run."""
    try:
        said = subprocess.run([str(binary), "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    if said.returncode != 0 or "Server" not in said.stdout:
        return ""
    return said.stdout.strip().removeprefix("temporal version ")


def _places() -> Iterator[Path]:
    if on_path := shutil.which("temporal"):
        yield Path(on_path)
    yield cache_dir() / "temporal"
    yield from sorted(cache_dir().glob("temporal-sdk-python-*"), reverse=True)  # the SDK's name for its download
    if gobin := os.environ.get("GOBIN"):
        yield Path(gobin) / "temporal"
    gopath = os.environ.get("GOPATH") or str(Path.home() / "go")
    for folder in gopath.split(os.pathsep):
        yield Path(folder) / "bin" / "temporal"


def _download(progress: Progress) -> str:
    try:
        socket.create_connection((DOWNLOAD_HOST, 443), timeout=3.0).close()
    except OSError:
        return f"{DOWNLOAD_HOST} cannot be reached"
    progress(f"Temporal: downloading from {DOWNLOAD_HOST} …")
    command = [sys.executable, "-P", "-c", _FETCH, str(cache_dir())]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return f"the download from {DOWNLOAD_HOST} did not end within {DOWNLOAD_PATIENCE:.0f} s"
    last = done.stderr.strip().splitlines()[-1:] or ["no message"]
    return f"the download from {DOWNLOAD_HOST} failed ({last[0][:200]})"


def _build(progress: Progress) -> str:
    go = shutil.which("go") or next((str(place) for place in GO_PLACES if place.exists()), None)
    if go is None:
        return "Go is not installed, so it cannot be built"
    progress(f"Temporal: building with `go install {GO_PACKAGE}` (about 3 minutes, 250 MB, once per user) …")
    environment = {**os.environ, "GOBIN": str(cache_dir())}
    last, count = "", 0
    with subprocess.Popen(
        [go, "install", "-v", GO_PACKAGE], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            last, count = line.strip(), count + 1
            if last.startswith("go: "):
                progress(f"Temporal: {last}")
            elif count % 100 == 0:
                progress(f"Temporal: {count} packages compiled, at {last}")
    code = process.returncode
    return f"`go install` ended with {code} ({last[:200]})" if code else "`go install` built nothing that runs"


def main() -> None:
    """Make sure that there is a binary: what `make test` does first, so that no test waits for a build."""
    from symphainy.cli.output import complain, fail

    try:
        obtain(os.environ.get("SYMPHAINY_TEMPORAL_CLI"), progress=complain)
    except Unavailable as error:
        fail(error)


if __name__ == "__main__":
    main()
