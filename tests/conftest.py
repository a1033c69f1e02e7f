"""What all tests share: no network but loopback, no settings from the outside, the repository and the given test data."""

import gc
import os
import socket
import threading
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpcore2
import pytest
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["support.shared"]
ROOT = Path(__file__).resolve().parent.parent
gc.disable()  # until everything is loaded: nothing of it is garbage
_real_connect = socket.socket.connect
_real_connect_ex = socket.socket.connect_ex


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--ows-coverage", action="store_true", help="write docs/ows-coverage.md from the results of this run"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--ows-coverage"):
        config.pluginmanager.import_plugin("ctk.collecting")


class NetworkUsed(RuntimeError):
    """A test tried to leave the machine."""


def _refuse_unless_local(address: Any) -> None:
    if not isinstance(address, tuple):
        return  # a Unix socket
    host = str(address[0])
    if host not in ("localhost", "::1", "0.0.0.0", "") and not host.startswith("127."):
        raise NetworkUsed(f"a test tried to connect to {host}:{address[1]}; tests speak to loopback only")


def _connect(self: socket.socket, address: Any) -> None:
    _refuse_unless_local(address)
    _real_connect(self, address)


def _connect_ex(self: socket.socket, address: Any) -> int:
    _refuse_unless_local(address)
    return _real_connect_ex(self, address)


TOGETHER = frozenset({"e2e", "console", "content"})
"""Folders whose tests share what takes long to come up: a running platform each, or the pool that has read the embedder's weights."""


LONG = ("cli", "surface", "public_works", "workflows", "runtime")
"""Folders whose files take longest after those: begun late, one of them would run alone at the end."""


class Groups(LoadScopeScheduling):
    """Tests of such a folder go to one worker of a parallel run, all others file by file.

    Use it with ``--no-loadscope-reorder``: the number of tests in a file says nothing about its time.
    """

    def _split_scope(self, nodeid: str) -> str:
        place = nodeid.removeprefix("tests/")
        folder = place.split("/")[0]
        return folder if folder in TOGETHER else place.split("::")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Used with ``-n``."""
    return Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long groups first."""
    tests = Path(__file__).parent

    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(tests).parts[0]
        return -1 if folder in TOGETHER else LONG.index(folder) if folder in LONG else len(LONG)

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk it again and again, nor in the middle of a measured call."""
    import hypothesis  # noqa: F401 - its plugin loads it later, and it must find what the libraries it serves hold

    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)
    gc.enable()


HUNG = 90.0
"""Seconds after a test's own time, both tries of it, in which it has to be put away."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test's alarm rings once: where clearing up then waits for ever, its process ends, and a parallel run goes on without it."""
    marker = item.get_closest_marker("timeout")
    limit = float(marker.args[0] if marker and marker.args else item.config.getini("timeout"))
    end = threading.Timer(2 * limit + HUNG, os._exit, [3])
    end.daemon = True
    end.start()
    try:
        return (yield)
    finally:
        end.cancel()


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Nothing but loopback, for as long as tests run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _connect)
        patch.setattr(socket.socket, "connect_ex", _connect_ex)
        # A test's own client would read whom the machine trusts: 50 ms of processor time for each, and none is spoken to.
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_outside_settings() -> Iterator[None]:
    """A developer's own SYMPHAINY_* variables must not decide a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.upper().startswith("SYMPHAINY_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The given test data, beside the repository or where SHARED_DIR says; a test that needs it is skipped without it."""
    found = Path(os.environ.get("SHARED_DIR") or ROOT.parent / "shared")
    if not found.is_dir():
        pytest.skip(f"the given test data is not at {found}")
    return found
