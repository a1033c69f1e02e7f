"""``symphainy run``: one OWS document, compiled and run; on the running instance, else on a throw-away one."""

import asyncio
import json
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from symphainy.cli.checks import free_port_base
from symphainy.cli.credentials import Credentials, signed_in
from symphainy.cli.files import read_json, read_text
from symphainy.cli.instance import Instance
from symphainy.cli.output import complain, emit, say
from symphainy.cli.profile import LocalProfile
from symphainy.cli.validate import catalog
from symphainy.foundations.definitions.beside import laid_in
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.machine.gathering import gather
from symphainy.foundations.definitions.schedule import triggers
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.experience import Result, SymphainyClient
from symphainy.foundations.language.errors import Invalid, Unavailable
from symphainy.foundations.language.model import Json
from symphainy.foundations.settings import Settings

PROBLEM_FIELDS = ("type", "status", "title", "detail", "instance")


LARGEST_FILE = 512 << 10
"""Bytes of a file that is laid into a document: beyond, an address serves it better."""
DEFAULT_TIMEOUT = 300.0
"""Seconds."""
STARTED_WITHIN = 10.0
"""Seconds: triggers are looked at every half."""


def run(data_dir: Path, file: Path, payload: str, *, as_json: bool, profile: LocalProfile) -> int:
    """Run it. 0 completed, 1 faulted or cancelled (or still open after the profile's timeout), 2 invalid."""
    text, value = read_text(file), read_json(payload)
    compiled = compile_text(text, file=str(file), catalog=catalog(profile.allow_run))
    if compiled.plan is None:
        for diagnostic in compiled.diagnostics:
            complain(str(diagnostic))
        return 2
    if not isinstance(value, dict):
        raise Invalid("--input must be a JSON object: it becomes the payload of an intent.")
    scheduled = triggers(compiled.plan.document)
    first = starting(scheduled["on"], value, profile) if "on" in scheduled else 0
    if scheduled and not as_json:
        say("runs once; its schedule is kept where it is registered or deployed, not by a run")
    from symphainy.cli.up import ended_by_sigterm

    text = with_files(text, file)
    result = ended_by_sigterm(_run(data_dir, text, str(file), compiled.plan.definition, value, profile, first))
    told = answer(result)
    if as_json:
        emit(told)
    else:
        _show(told)
    return 0 if result.status == "completed" else 1


def starting(trigger: dict[str, Any], value: dict[str, Json], profile: LocalProfile) -> int:
    """How many of the events given it takes until a document starts that events start; Invalid when they do not.

    >>> one = {"on": {"one": {"with": {"type": "paid"}}}, "read": "data"}
    >>> starting(one, {}, LocalProfile(event=({"type": "other"}, {"type": "paid"}, {"type": "paid"})))
    2
    """
    if value or not profile.event:
        raise Invalid(
            "events start this document, and are its input", remedy="give them with --event FILE, and no --input"
        )
    made = gather(trigger["on"], trigger["read"], profile.event)
    if not made.complete:
        raise Invalid("the events given with --event do not start this document", remedy="see its schedule.on")
    return min(max(places) for places, _ in made.complete) + 1


def with_files(text: str, file: Path) -> str:
    """The document with the files that its calls name laid in: those beside it, or below the current folder, and no others."""
    document = load(text, file=str(file)).value
    folders = [folder.resolve() for folder in (file.parent, Path.cwd())]

    def read(path: str) -> bytes | None:
        places = [(folder / path).resolve() for folder in folders]
        found = next((p for p, f in zip(places, folders, strict=True) if p.is_relative_to(f) and p.is_file()), None)
        return found.read_bytes() if found and found.stat().st_size <= LARGEST_FILE else None

    made = laid_in(document, read)
    return text if made == document else json.dumps(made, ensure_ascii=False)


def answer(result: Result) -> dict[str, Any]:
    """What ``--json`` prints: status, compensation, output, error (with the OWS fields), execution.

    >>> answer(Result(execution_id="exe_1", status="completed", output={"a": 1}))["output"]
    {'a': 1}
    """
    error = result.error.model_dump(mode="json") if result.error else None
    return {
        "status": result.status,
        "compensation": result.compensation,
        "output": result.output,
        "error": {name: error[name] for name in PROBLEM_FIELDS} if error else None,
        "execution": result.execution_id,
    }


async def _run(
    data_dir: Path, text: str, file: str, definition: str, value: dict[str, Any], profile: LocalProfile, first: int
) -> Result:
    """``first``: how many of the events come before the run, since they start it."""
    async with _somewhere(data_dir, profile, alone=first > 0) as instance, signed_in(instance) as platform:
        await _give_secrets(instance, profile)
        for other in profile.with_:
            await platform.solution.register(read_text(other), other.name, scheduled=False)
        await platform.solution.register(text, Path(file).name, scheduled=first > 0)
        timeout = profile.timeout or DEFAULT_TIMEOUT
        if not profile.event:
            return await platform.run(definition, value, timeout=timeout)
        if first:
            execution = await _started(platform, profile.event[:first])
        else:
            accepted = await platform.submit(definition, value)
            if isinstance(accepted, Result):
                return accepted
            execution = accepted.execution_id
        telling = asyncio.create_task(_tell(platform, execution, profile.event[first:]))
        try:
            return await platform.result(execution, wait=timeout)
        finally:
            telling.cancel()


async def _started(platform: SymphainyClient, events: Sequence[dict[str, Json]]) -> str:
    """Deliver the events that start the run; the run. Nothing else runs on a platform of its own."""
    for event in events:
        await platform.deliver(_whole(event))
    for _ in range(int(STARTED_WITHIN / 0.1)):
        for one in (await platform.solution.executions()).items:
            return one.execution_id
        await asyncio.sleep(0.1)
    raise Unavailable("the events were delivered, and no run has started", remedy="see the relay's log")


def _whole(event: dict[str, Json]) -> dict[str, Json]:
    """A CloudEvent: an id, a source and a version that a file leaves out are made."""
    return {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/symphainy/run", **event}


async def _tell(platform: SymphainyClient, execution: str, events: Sequence[dict[str, Json]]) -> None:
    """Deliver the events in order, each once the run waits for one: an id and a time that a file leaves out are made."""
    for event in events:
        while not (found := await platform.execution(execution)).closed_at:
            if any(wait.get("kind") == "event" for wait in found.waiting_for or ()):
                break
            await asyncio.sleep(0.1)
        else:
            return
        await platform.deliver(_whole(event))
        await asyncio.sleep(0.3)


async def _give_secrets(instance: Instance, profile: LocalProfile) -> None:
    """Into the throw-away platform's own store: they go with it."""
    if not profile.secret:
        return
    from symphainy.bindings import works
    from symphainy.foundations.public_works.abstractions.secrets import stored_name

    known = Credentials.load(instance.layout)
    assert known is not None
    store = works.secrets(Settings(data_dir=instance.layout.data_dir))
    for name, value in profile.secret.items():
        await store.put(known.tenant, stored_name(name), json.dumps(value).encode())


@asynccontextmanager
async def _somewhere(data_dir: Path, profile: LocalProfile, *, alone: bool) -> AsyncIterator[Instance]:
    """The instance that runs, or one in a temporary folder that is gone afterwards; always the latter for a special profile,
    and for a document whose schedule must not outlive its run (``alone``).
    """
    found = Instance.load(data_dir)
    if found is not None and found.alive and found.state == "running" and not profile.is_special and not alone:
        yield found
        return
    async with throwaway(**profile.settings) as instance:
        yield instance


@asynccontextmanager
async def throwaway(**more: Any) -> AsyncIterator[Instance]:
    """A whole platform in a temporary folder, on free ports, with one worker; ended and removed afterwards."""
    from symphainy.cli.up import Options, instance

    folder = Path(tempfile.mkdtemp(prefix="symphainy-"))
    try:
        settings = Settings(data_dir=folder, port_base=free_port_base(), workers=1, **more)
        async with instance(settings, Options(quiet=True)) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(told: dict[str, Any]) -> None:
    compensation = f" ({told['compensation']})" if told["compensation"] != "none" else ""
    say(f"{told['status']}{compensation}  {told['execution']}")
    if told["error"]:
        say(f"{told['error']['status']} {told['error']['title']}: {told['error']['detail']}")
        say(f"at {told['error']['instance']}")
    else:
        emit(told["output"])
