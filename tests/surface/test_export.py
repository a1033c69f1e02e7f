"""A record that is exported is verified without the platform, by its lines and a public key alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from symphainy.cli.__main__ import app
from symphainy.foundations.experience.audit import verify_export
from symphainy.foundations.language.errors import Invalid
from symphainy.governance.security_guard.signatures import Signatures
from symphainy.runtime.anchors import seal_anchors
from symphainy.runtime.audit import export
from symphainy.runtime.store.unit import Store
from symphainy.runtime.surface import StateSurface

from ..store.database import Moving
from .making import call, entry, new, opening, passport
from .test_receive import decision

OURS = Signatures(b"k" * 32)


@pytest.fixture
async def lines(surface: StateSurface, store: Store, clock: Moving, tenant: str) -> list[str]:
    run = new()
    await surface.open(opening(tenant, run), passport(tenant, run))
    for n in range(4):
        await surface.commit([entry(call(tenant, run, f"/do/{n}/a"), n)])
        await surface.door(decision(tenant))
        if n % 2:
            await seal_anchors(store, OURS.sign, clock)
    await surface.door(decision(tenant))
    made: list[str] = []
    assert await export(store, tenant, OURS.public, clock.now(), made.append) == 10
    return made


async def test_it_is_whole_and_any_line_lost_doubled_exchanged_or_altered_is_found(
    lines: list[str], tenant: str
) -> None:
    told = verify_export(lines, OURS.public)
    assert (told.findings, told.tenant, told.decisions, told.anchors, told.streams) == ([], tenant, 10, 2, 2)
    assert told.unsealed == 1
    for at in range(1, len(lines)):
        lost, doubled, cut = lines[:at] + lines[at + 1 :], [*lines[:at], *lines[at - 1 :]], lines[:at]
        assert [verify_export(forged, OURS.public).ok for forged in (lost, doubled, cut)] == [False] * 3, at
        if _same_chain(lines[at - 1], lines[at]):
            exchanged = [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]]
            assert not verify_export(exchanged, OURS.public).ok, at
    for word in ('\\"verdict\\":\\"allow', '"hash":"', '"evidence":"', '"signature":"', '"length":', '"head":"'):
        at, line = next((n, line) for n, line in enumerate(lines[1:], 1) if word in line)
        assert not verify_export([*lines[:at], line.replace(word, word + "7", 1), *lines[at + 1 :]], OURS.public).ok, (
            word
        )


def _same_chain(one: str, other: str) -> bool:
    a, b = json.loads(one), json.loads(other)
    return a["kind"] == b["kind"] != "head" and a.get("stream") == b.get("stream")


async def test_another_key_and_another_file_are_told(lines: list[str], tmp_path: Path) -> None:
    assert not verify_export(lines, Signatures(b"x" * 32).public).ok
    with pytest.raises(Invalid, match="no exported record"):
        verify_export(['{"a": 1}'])
    file = tmp_path / "record.jsonl"
    file.write_text("".join(lines))
    good = CliRunner().invoke(app, ["audit", "verify", str(file), "--key", OURS.public])
    assert (good.exit_code, good.output.splitlines()[-1]) == (0, "in order")
    file.write_text("".join(lines[:-3]))
    bad = CliRunner().invoke(app, ["audit", "verify", str(file), "--key", OURS.public])
    assert bad.exit_code == 1
    assert "the file breaks off before its end" in bad.output
