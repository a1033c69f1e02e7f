"""Doctor on what the client brings: does each part that is named by URL answer, is the experience one that can be bound."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from symphainy.cli.byoh import experience
from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.finding import Finding
from symphainy.cli.instance import Instance
from symphainy.foundations.language.errors import SymphainyError
from symphainy.foundations.settings import Settings
from symphainy.foundations.settings.client import Surface

PATIENCE = 5.0
"""Seconds for one part to answer."""
Probe = Callable[[Settings], Awaitable[None]]


async def client(settings: Settings) -> list[Finding]:
    """The document, and every part that is not embedded, whoever named it."""
    path = settings.client_file
    findings = [
        Finding("client config", "ok" if path else "note", str(path) if path else "none: all parts by settings")
    ]
    probes: list[tuple[str, str, Probe]] = [
        ("sql", settings.sql_url, _sql), ("redis", settings.redis_url, _redis), ("objects", settings.objects_url, _objects),
        ("temporal", settings.temporal_address, _temporal), ("model", settings.model_url or "", _model),
    ]  # fmt: skip
    named = [(name, probe) for name, url, probe in probes if url not in ("", "embedded")]
    if named:
        import symphainy.bindings.works  # noqa: F401  takes seconds the first time: not out of a probe's patience
    findings += await asyncio.gather(*(_reached(name, probe, settings) for name, probe in named))
    return [*findings, *await _experience(settings)]


async def _reached(name: str, probe: Probe, settings: Settings) -> Finding:
    check, remedy = f"client {name}", f"Start it, or correct {name} in client.yaml or its SYMPHAINY_ variable."
    try:
        await asyncio.wait_for(probe(settings), PATIENCE)
    except SymphainyError as error:
        return Finding(check, "wrong", error.detail, error.remedy or remedy)
    except TimeoutError:
        return Finding(check, "wrong", f"no answer within {PATIENCE:.0f} s", remedy)
    except Exception as error:  # a vendor's own errors may repeat the URL, which may hold a password
        return Finding(check, "wrong", f"does not answer ({type(error).__name__})", remedy)
    return Finding(check, "ok", "answers")


async def _sql(settings: Settings) -> None:
    from symphainy.bindings.works import sql

    await _pinged(sql(settings))


async def _redis(settings: Settings) -> None:
    from symphainy.bindings.works import hot_state

    await _pinged(hot_state(settings))


async def _objects(settings: Settings) -> None:
    from symphainy.bindings.works import objects

    await objects(settings).ping()


async def _temporal(settings: Settings) -> None:
    host, _, port = settings.temporal_address.rpartition(":")
    await _connected(host, int(port))


async def _model(settings: Settings) -> None:
    at = urlsplit(settings.model_url or "")
    await _connected(at.hostname or "", at.port or (443 if at.scheme == "https" else 80))


async def _pinged(part: Any) -> None:
    try:
        await part.ping()
    finally:
        await part.close()


async def _connected(host: str, port: int) -> None:
    _, writer = await asyncio.open_connection(host, port)
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _experience(settings: Settings) -> list[Finding]:
    """Surfaces against those there are; solutions against those handed in to the running instance."""
    said = experience(settings)
    findings = [
        Finding("client surfaces", "wrong", f"{name}: {fault}", remedy)
        for name, each in said.items() for bound in each.bind for fault, remedy in _faults(bound)
    ]  # fmt: skip
    if not said:
        return findings
    if not findings:
        findings.append(Finding("client surfaces", "ok", ", ".join(f"{n}: {_told(e.bind)}" for n, e in said.items())))
    instance = Instance.load(settings.data_dir.resolve())
    if instance is None or not instance.alive or Credentials.load(instance.layout) is None:
        detail = f"not asked for {', '.join(said)}: nothing runs, or nobody is logged in"
        return [*findings, Finding("client solutions", "note", detail)]
    async with signed_in(instance) as platform:
        known = {solution.name for solution in (await platform.solution.solutions()).items}
    return [*findings, *(_solution(name, known) for name in said)]


def _faults(bound: Surface) -> list[tuple[str, str]]:
    """What the compiler would refuse in it, whatever solution it is bound to; each with the way out."""
    from symphainy.foundations.definitions.surfaces import WORDS, Binding, faults

    if bound.surface not in WORDS:
        return [(f"{bound.surface} is no surface", f"It may be {', '.join(WORDS)}.")]
    try:
        binding = Binding.model_validate(bound.model_dump(exclude_none=True))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        words = f"{bound.surface} {bound.name}: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        return [(words, "Correct it in client.yaml.")]
    has = f"It may have {', '.join(WORDS[bound.surface])}."
    return [(f"{bound.surface} {bound.name}: {fault}", has) for _, fault in faults(binding)]


def _told(bind: Any) -> str:
    return ", ".join(f"{b.surface} {b.name}" for b in bind) or "nothing added"


def _solution(name: str, known: set[str]) -> Finding:
    if name in known:
        return Finding("client solutions", "ok", f"{name} is there")
    remedy = (
        f"Correct it, or `symphainy deploy` it; there {'are ' + ', '.join(sorted(known)) if known else 'is none yet'}."
    )
    return Finding("client solutions", "wrong", f"there is no solution {name}", remedy)
