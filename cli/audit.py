"""``symphainy audit``: the decisions' chains and anchors, verified in place or in an exported file that needs no platform."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from symphainy.cli.credentials import Credentials
from symphainy.cli.instance import Instance
from symphainy.cli.output import emit, say
from symphainy.cli.state import environment_of, report
from symphainy.foundations.language.errors import Conflict, Invalid, NotFound, Unavailable

__all__ = ["export", "verify", "write"]


def verify(data_dir: Path, file: Path | None, key: str | None, *, as_json: bool) -> int:
    """Every chain and anchor of the instance, or of a file; 1 when something is wrong."""
    if file is None:
        return report(data_dir, "audit", as_json=as_json)
    from symphainy.foundations.experience.audit import verify_export

    try:
        with file.open(encoding="utf-8") as lines:
            told = verify_export(lines, key)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{file} cannot be read: {error}") from error
    if as_json:
        emit({"ok": told.ok, **asdict(told)})
        return 0 if told.ok else 1
    for finding in told.findings:
        say(finding)
    say(f"{told.decisions} decisions in {told.streams} chains under {told.anchors} anchors of tenant {told.tenant}")
    if told.unsealed:
        say(f"{told.unsealed} decisions are younger than the last anchor")
    if key is None:
        say(f"checked with the file's own key {told.key}: compare it with the one that you know, or give it with --key")
    say("in order" if told.ok else f"NOT in order: {told.wrong} findings")
    return 0 if told.ok else 1


def export(data_dir: Path, file: Path, *, as_json: bool) -> None:
    """The local user's tenant, all of its decisions, into a new file."""
    known = Credentials.load(Instance.running(data_dir).layout)
    if known is None:
        raise NotFound("Nobody is logged in here. Use `symphainy login` first.")
    if file.exists():
        raise Conflict(f"{file} exists.", remedy="Give another name: an export never replaces one.")
    command = (sys.executable, "-P", "-m", "symphainy.cli.audit", known.tenant, str(file.resolve()))
    done = subprocess.run(command, env=environment_of(data_dir), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise Unavailable(f"The record could not be exported: {last[0][:500]}")
    told = json.loads(done.stdout.splitlines()[-1])
    emit(told) if as_json else say(f"{told['decisions']} decisions written to {file}; key {told['key']}")


async def write(tenant: str, file: Path) -> dict[str, object]:
    """In a process of its own: what it opens stays out of the command line."""
    from symphainy.bindings.platform import platform
    from symphainy.foundations.settings import Settings
    from symphainy.runtime import audit

    async with platform(Settings(), "audit") as parts:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            seen = await audit.export(parts.store, tenant, parts.signatures.public, parts.clock.now(), out.write)
        return {"decisions": seen, "tenant": tenant, "key": parts.signatures.public}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(write(sys.argv[1], Path(sys.argv[2])))) + "\n")
