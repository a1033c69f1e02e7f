"""Doctor on Temporal: the binary, and on a running server every setting that a feature of ours needs."""

import asyncio
import json
from pathlib import Path
from typing import Any

from symphainy.cli.finding import Finding
from symphainy.cli.instance import Instance
from symphainy.cli.temporal import DYNAMIC, server_version
from symphainy.cli.temporal_binary import find, version
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.settings import Settings

ATTRIBUTES = ("Status", "Compensation", "Tenant", "Intent", "Definition")
"""Search attributes that runs are found by."""
RETENTION_DAYS = 30
"""Closed runs stay this long, so that verify and rebuild find their histories (DECISIONS 13)."""


def binary(settings: Settings) -> list[Finding]:
    """The binary, where an embedded server would need it."""
    if settings.temporal_address != "embedded":
        return [Finding("temporal binary", "ok", "not needed: the server is SYMPHAINY_TEMPORAL_ADDRESS")]
    found = find(settings.temporal_cli)
    if found is None:
        return [Finding("temporal binary", "note", "none yet: `symphainy up` fetches or builds one")]
    return [Finding("temporal binary", "ok", f"{found}, server {server_version(version(found))}")]


async def server(settings: Settings) -> list[Finding]:
    """The server that runs, be it ours or another."""
    instance = Instance.load(settings.data_dir.resolve())
    running = instance is not None and instance.alive
    if settings.temporal_address == "embedded" and not running:
        return [Finding("temporal server", "note", "not running; start it with `symphainy up`")]
    address = settings.temporal_address
    if address == "embedded":
        assert instance is not None
        address = instance.environment["SYMPHAINY_TEMPORAL_ADDRESS"]
    try:
        cli = find(settings.temporal_cli)
    except SymphainyError as error:
        return [Finding("temporal server", "wrong", error.detail)]
    if cli is None:
        return [Finding("temporal server", "note", f"{address} was not examined: there is no `temporal` binary")]
    told = await _ask(cli, address, "operator", "cluster", "system")
    if told is None:
        return [
            Finding(
                "temporal server",
                "wrong",
                f"{address} does not answer",
                "Start it, or correct SYMPHAINY_TEMPORAL_ADDRESS.",
            )
        ]
    findings = [Finding("temporal server", "ok", f"{address}, version {told.get('serverVersion', 'unknown')}")]
    findings += await _namespace(cli, address, settings.temporal_namespace)
    if settings.temporal_address == "embedded" and instance is not None:
        findings.append(_tuning(instance))
    return findings


async def _namespace(cli: Path, address: str, namespace: str) -> list[Finding]:
    described = await _ask(cli, address, "operator", "namespace", "describe", "--namespace", namespace)
    if described is None:
        return [
            Finding("temporal namespace", "wrong", f"{namespace} does not exist", "A start of the worker creates it.")
        ]
    seconds = str(described.get("config", {}).get("workflowExecutionRetentionTtl", "0s")).rstrip("s")
    days = float(seconds) / 86_400
    findings = [
        Finding(
            "temporal namespace", "ok" if days >= RETENTION_DAYS else "wrong", f"{namespace}, retention {days:.0f} days",
            f"temporal operator namespace update --namespace {namespace} --retention {RETENTION_DAYS * 24}h",
        )
    ]  # fmt: skip
    listed = await _ask(cli, address, "operator", "search-attribute", "list", "--namespace", namespace) or {}
    missing = [name for name in ATTRIBUTES if name not in json.dumps(listed)]
    findings.append(
        Finding(
            "search attributes", "wrong" if missing else "ok",
            f"missing: {', '.join(missing)}" if missing else ", ".join(ATTRIBUTES),
            "A start of the worker registers them.",
        )
    )  # fmt: skip
    return findings


def _tuning(instance: Instance) -> Finding:
    """Whether the server of this instance was started with our settings: an older version may have left it running."""
    note = instance.note("temporal")
    command = note.command if note else ()
    missing = [setting for setting in DYNAMIC if setting not in command]
    if missing:
        return Finding(
            "temporal settings", "wrong", f"started without {', '.join(missing)}", "`symphainy down`, then `up`."
        )
    return Finding("temporal settings", "ok", f"{len(DYNAMIC)} settings: polling, one partition, eager start, fairness")


async def _ask(cli: Path, address: str, *words: str) -> dict[str, Any] | None:
    process = await asyncio.create_subprocess_exec(
        str(cli), *words, "--address", address, "--output", "json", "--command-timeout", "5s",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    said, _ = await process.communicate()
    if process.returncode != 0:
        return None
    try:
        value = json.loads(said)
    except ValueError:
        return None
    return value[0] if isinstance(value, list) and value else value if isinstance(value, dict) else {}
