"""``symphainy rehearse``: a definition and a scenario, on servers of their own that are gone afterwards."""

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from symphainy.cli.checks import free_port_base
from symphainy.cli.files import read_text
from symphainy.cli.output import complain, emit, say
from symphainy.cli.roles import WORKER, preparing
from symphainy.cli.service import Output, Service, ready_line
from symphainy.cli.validate import catalog
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.diagnostics import Diagnostic
from symphainy.foundations.definitions.rehearsal.scenario import Scenario, load_scenario
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.errors import Problem, from_problem
from symphainy.foundations.settings import Settings

OWN: dict[str, Any] = {
    "environment": "development", "sql_url": "embedded", "redis_url": "embedded", "temporal_address": "embedded", "objects_url": "",
    "fault": None, "temporal_tls": False, "temporal_api_key": None,
}  # fmt: skip
"""Whatever this process is set to use: a rehearsal never touches a server that serves."""
JOB, REPORT = "rehearsal.json", "rehearsal-report.json"
"""As the theatre has them (``bindings/rehearsal.py``)."""


def rehearse(file: Path, scenario: Path, *, others: Sequence[Path], with_faults: bool, as_json: bool) -> int:
    """Rehearse. 0 as expected, 1 not (or a fault was not survived), 2 the definition or the scenario is invalid."""
    began = time.monotonic()
    given, found = load_scenario(read_text(scenario), file=str(scenario))
    text = read_text(file)
    if given is None or (found := _compiled(text, file, given)):
        return _invalid(found, as_json)
    job = {
        "text": text, "file": str(file), "scenario": given.model_dump(mode="json", by_alias=True), "faults": with_faults,
        "with": {str(other): read_text(other) for other in others},
    }  # fmt: skip
    from symphainy.cli.up import ended_by_sigterm

    told = ended_by_sigterm(_on_stage(job))
    if "problem" in told:
        raise from_problem(Problem.model_validate(told["problem"]))
    if "status" not in told:
        return _invalid([Diagnostic.model_validate(d) for d in told["diagnostics"]], as_json)
    told["total_seconds"] = round(time.monotonic() - began, 2)
    emit(told) if as_json else _show(file, text, told)
    return 1 if told["wrong"] or any(fault["wrong"] for fault in told.get("faults", ())) else 0


def _compiled(text: str, file: Path, scenario: Scenario) -> tuple[Diagnostic, ...]:
    """Errors that need no server to be seen. A builder's own realms are known to the worker alone: it compiles then."""
    if Settings().realms:
        return ()
    known = catalog()
    declared = tuple(given.contract(ref) for ref, given in scenario.capabilities.items())
    whole = known.model_copy(update={"contracts": (*known.contracts, *declared)})
    return compile_text(text, file=str(file), catalog=whole).errors


def _invalid(found: Sequence[Diagnostic], as_json: bool) -> int:
    if as_json:
        emit({"diagnostics": [d.model_dump(mode="json") for d in found]})
    for diagnostic in found:
        complain(f"{diagnostic}\n    fix: {diagnostic.fix}" if diagnostic.fix else str(diagnostic))
    return 2


async def _on_stage(job: dict[str, Any]) -> dict[str, Any]:
    """Servers and one worker process in a temporary folder; what that process found."""
    from symphainy.cli.up import Options, instance

    folder = Path(tempfile.mkdtemp(prefix="symphainy-"))
    try:
        (folder / JOB).write_text(json.dumps(job))
        worker = Service(
            "rehearse",
            "runtime",
            (*WORKER, "rehearse"),
            ready_line("rehearse"),
            once=True,
            forked=True,
            start_patience=1800,
        )
        settings = Settings(data_dir=folder, port_base=free_port_base(), **OWN)
        progress = asyncio.create_task(_follow(folder / "logs" / "rehearse.log"))
        try:
            async with instance(settings, Options(quiet=True, planes=lambda *_, **__: [*preparing(), [worker]])):
                told: dict[str, Any] = json.loads((folder / REPORT).read_text())
                return told
        finally:
            progress.cancel()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _follow(log: Path) -> None:
    """Long jobs say how far they are."""
    shown = 0
    while True:
        await asyncio.sleep(0.5)
        lines = Output(log, 0).lines() if log.exists() else []
        for line in lines[shown:]:
            if line.startswith('{"progress"'):
                complain(json.loads(line)["progress"])
        shown = len(lines)


def _show(file: Path, text: str, told: dict[str, Any]) -> None:
    began = datetime.fromisoformat(told["began"])
    for at, what, _, path, detail in told["trace"]:
        if (line := _line(what, path, detail)) is not None:
            say(f"{_clock(datetime.fromisoformat(at) - began):>14}  {line}")
    compensation = f" ({told['compensation']})" if told["compensation"] != "none" else ""
    spent = _clock(datetime.fromisoformat(told["ended"]) - began)
    say(f"{told['status']}{compensation} after {spent} of its time")
    if told["error"]:
        say(f"  {told['error']['status']} {told['error']['title']}: {told['error']['detail']}")
    for name, words in (("undone", "taken back"), ("owed", "still owed")):
        if told[name]:
            say(f"  {words}, in this order: {', '.join(told[name])}")
    _coverage(file, text, told["coverage"])
    for fault in told.get("faults", ()):
        undone = f", taken back: {', '.join(fault['undone'])}" if fault["undone"] else ""
        say(f"fault in {fault['fault']}: {fault['status']} ({fault['compensation']}){undone}")
        for wrong in fault["wrong"]:
            say(f"  WRONG: {wrong}")
    for wrong in told["wrong"]:
        say(f"WRONG: {wrong}")
    say(f"{told['took']:.2f} s on the stage, {told['total_seconds']:.2f} s in all")


def _coverage(file: Path, text: str, coverage: dict[str, Any]) -> None:
    say(f"ways taken: {coverage['taken']} of {coverage['of']} ({coverage['percent']} %)")
    source = load(text, file=str(file))
    for way in coverage["missing"]:
        line, column = source.place(way["pointer"])
        say(f"  never: {file}:{line}:{column} {way['task']}: {way['label']}")


_WORDS = {
    "call": "{path}  calls {detail}", "answer": "{path}  answers {detail}", "case": "{path}  goes the way of {detail}",
    "skip": "{path}  is skipped", "caught": "{path}  catches {detail}", "retry": "{path}  tries again after {detail}",
    "decided": "{path}  is {detail}", "undo": "{path}  is taken back by {detail}", "undone": "{path}  taken back: {detail}",
    "timeout": "{path}  has taken too long", "cue": "{detail}",
}  # fmt: skip


def _line(what: str, path: str, detail: str) -> str | None:
    return _WORDS[what].format(path=path, detail=detail) if what in _WORDS else None


def _clock(span: timedelta) -> str:
    """A span as a person reads it.

    >>> _clock(timedelta(days=30, seconds=3661))
    '30d 01:01:01'
    """
    hours, rest = divmod(span.seconds, 3600)
    days = f"{span.days}d " if span.days else ""
    return f"{days}{hours:02}:{rest // 60:02}:{rest % 60:02}"
