"""``symphainy doctor``: what is wrong, and what to do about it. Looks, never changes."""

import asyncio
import platform
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from symphainy.cli.finding import Finding
from symphainy.cli.output import emit, say
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.settings import Settings

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;,]+)$")  # no marker: extras are nobody's duty


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Look at everything; 1 when something is wrong."""
    findings = examine(settings)
    if as_json:
        emit({"healthy": not any(f.verdict == "wrong" for f in findings), "findings": [asdict(f) for f in findings]})
    else:
        for finding in findings:
            say(f"{finding.verdict:<6} {finding.check:<24} {finding.detail}")
            if finding.remedy and finding.verdict != "ok":
                say(f"{'':<31} {finding.remedy}")
    return int(any(f.verdict == "wrong" for f in findings))


def examine(settings: Settings) -> list[Finding]:
    """All findings. A check that cannot be made is itself a finding, never a stack trace."""
    from symphainy.cli import doctor_client, doctor_platform, doctor_temporal

    checks: list[Callable[[Settings], list[Finding]]] = [_python, _packages, _disk, _redis, doctor_temporal.binary]
    findings = [finding for check in checks for finding in _guarded(check, settings)]
    for running in (doctor_client.client, doctor_temporal.server, doctor_platform.database, doctor_platform.clock):
        try:
            findings += asyncio.run(running(settings))
        except Exception as error:
            findings.append(Finding(running.__name__, "wrong", f"the check itself failed: {error}"))
    return findings


def _guarded(check: Callable[[Settings], list[Finding]], settings: Settings) -> list[Finding]:
    name = check.__name__.strip("_")
    try:
        return check(settings)
    except SymphainyError as error:
        return [Finding(name, "wrong", error.detail, error.remedy or "")]


def _python(_: Settings) -> list[Finding]:
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    return [
        Finding("python", "ok" if supported else "wrong", platform.python_version(), "Use Python 3.11, 3.12 or 3.13.")
    ]


def _packages(_: Settings) -> list[Finding]:
    """Every requirement pinned to one version is that version: replay and the results of expressions rest on it."""
    from importlib import metadata

    remedy = "Run `uv sync --locked --all-extras`."
    try:
        requires = metadata.requires("symphainy") or []
    except metadata.PackageNotFoundError:
        return [Finding("packages", "wrong", "symphainy is not installed", remedy)]
    pins = [found.groups() for line in requires if (found := _PIN.match(line))]
    off = []
    for name, wanted in pins:
        try:
            if (version := metadata.version(name)) != wanted:
                off.append(f"{name} is {version}, wanted {wanted}")
        except metadata.PackageNotFoundError:
            off.append(f"{name} is missing")
    if off:
        return [Finding("packages", "wrong", "; ".join(off), remedy)]
    return [Finding("packages", "ok", f"symphainy {metadata.version('symphainy')}, {len(pins)} pins met")]


def _disk(settings: Settings) -> list[Finding]:
    from symphainy.cli.checks import check_disk

    folder = settings.data_dir.resolve()
    if not folder.exists():  # looking must not create it
        folder = next(parent for parent in folder.parents if parent.exists())
    return [Finding("disk", "ok", f"{check_disk(Path(folder)) / 2**30:.1f} GiB free under {folder}")]


def _redis(settings: Settings) -> list[Finding]:
    import shutil

    if settings.redis_url != "embedded":
        return [Finding("redis", "ok", "by SYMPHAINY_REDIS_URL")]
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return [Finding("redis", "ok", found)]
    return [
        Finding(
            "redis", "note", "no server on PATH: the in-process one is used, for development only",
            "Install redis-server or valkey-server, or set SYMPHAINY_REDIS_URL.",
        )
    ]  # fmt: skip
