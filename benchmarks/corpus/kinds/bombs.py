"""Hostile files, through the pool that every upload is parsed in: each refused or bounded, and the pool alive after it.

The files are made by ``tests/files/bombs.py``, so this kind needs no folder; a short form is in the suite.
"""

import asyncio
import hashlib
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from corpus.given import ROOT, Corpus
from corpus.scored import Scored
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.public_works.pools import ComputePool
from symphainy.realms.content.models import Detected
from symphainy.realms.content.models.detection import sniff
from symphainy.realms.content.services.parse import parsed

NAME = "bombs"
TARGET = "Each refused with an error that names the way out, or read, within 5 s and 200 MB, and the next file is served: 100 %."
PASS = 1.0
SECONDS, MEGABYTES = 5.0, 200


def measure(corpus: Corpus) -> list[Scored]:
    sys.path.insert(0, str(ROOT / "tests" / "files"))
    return asyncio.run(_all())


async def _all() -> list[Scored]:
    import bombs

    pool = ComputePool(1)
    await pool.start()
    try:
        return [await _one(pool, name, make()) for name, make in bombs.BOMBS.items()]
    finally:
        await pool.close()


async def _one(pool: ComputePool, name: str, data: bytes) -> Scored:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        await pool.run(warm)
        before = _memory(pool, "VmRSS")
        _forget(pool)
        begun = time.perf_counter()
        outcome, told = await _upload(pool, file.name, data)
        seconds = time.perf_counter() - begun
        peak = (_memory(pool, "VmHWM") or before) - before
    alive = await pool.run(warm) == "warm"
    good = outcome != "crashed" and seconds <= SECONDS and peak <= MEGABYTES * 1024 and alive
    return Scored(
        file=name, parsed=True, score=float(good), bytes=len(data), seconds=seconds, note=told[:120],
        metrics={"refused": outcome == "refused", "peak_mb": round(peak / 1024), "worst_s": round(seconds, 2), "alive": alive},
    )  # fmt: skip


async def _upload(pool: ComputePool, path: str, data: bytes) -> tuple[str, str]:
    ref = ArtifactRef(key="", sha256=hashlib.sha256(data).hexdigest(), size=len(data), name="upload")
    try:
        found = await pool.run(sniff, path, timeout=SECONDS)
        detected = Detected(file=ref, **found._asdict())
        _, about = await pool.run(parsed, path, detected, timeout=SECONDS)
    except SymphainyError as error:
        return "refused", f"{error.code}: {error}"
    return "read", f"{about.media_type}, {about.characters:,} characters"


def warm() -> str:
    """Load every reader once, so that a bomb is measured and not the libraries."""
    from importlib import import_module

    from symphainy.realms.content.services.parse import READERS

    for line in READERS.values():
        import_module(f"symphainy.realms.content.services.parse.{line.partition(':')[0]}")
    import pdfplumber  # noqa: F401

    return "warm"


def _process(pool: ComputePool) -> Any:
    return pool._slots[0]._process


def _memory(pool: ComputePool, field: str) -> int:
    """Kilobytes of the pool's child."""
    try:
        status = Path(f"/proc/{_process(pool).pid}/status").read_text()
    except (OSError, AttributeError):
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith(field)), 0)


def _forget(pool: ComputePool) -> None:
    """Let the child's peak begin anew."""
    Path(f"/proc/{_process(pool).pid}/clear_refs").write_text("5")
