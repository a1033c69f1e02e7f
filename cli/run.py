"""``symphainy run``: one OWS document, compiled and run; on the running instance, else on a throw-away one."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from symphainy.cli.checks import free_port_base
from symphainy.cli.credentials import signed_in
from symphainy.cli.files import read_json, read_text
from symphainy.cli.instance import Instance
from symphainy.cli.output import complain, emit, say
from symphainy.cli.validate import catalog
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.experience import Result
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings

PROBLEM_FIELDS = ("type", "status", "title", "detail", "instance")


def run(data_dir: Path, file: Path, payload: str, *, as_json: bool, timeout: float) -> int:
    """Run it. 0 completed, 1 faulted or cancelled (or still open after ``timeout`` seconds), 2 invalid."""
    text, value = read_text(file), read_json(payload)
    compiled = compile_text(text, file=str(file), catalog=catalog())
    if compiled.plan is None:
        for diagnostic in compiled.diagnostics:
            complain(str(diagnostic))
        return 2
    if not isinstance(value, dict):
        raise Invalid("--input must be a JSON object: it becomes the payload of an intent.")
    from symphainy.cli.up import ended_by_sigterm

    result = ended_by_sigterm(_run(data_dir, text, str(file), compiled.plan.definition, value, timeout))
    told = answer(result)
    if as_json:
        emit(told)
    else:
        _show(told)
    return 0 if result.status == "completed" else 1


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


async def _run(data_dir: Path, text: str, file: str, definition: str, value: dict[str, Any], timeout: float) -> Result:
    async with _somewhere(data_dir) as instance, signed_in(instance) as platform:
        await platform.solution.register(text, Path(file).name)
        return await platform.run(definition, value, timeout=timeout)


@asynccontextmanager
async def _somewhere(data_dir: Path) -> AsyncIterator[Instance]:
    """The instance that runs, or one in a temporary folder that is gone afterwards."""
    found = Instance.load(data_dir)
    if found is not None and found.alive and found.state == "running":
        yield found
        return
    async with throwaway() as instance:
        yield instance


@asynccontextmanager
async def throwaway() -> AsyncIterator[Instance]:
    """A whole platform in a temporary folder, on free ports, with one worker; ended and removed afterwards."""
    from symphainy.cli.up import Options, instance

    folder = Path(tempfile.mkdtemp(prefix="symphainy-"))
    try:
        settings = Settings(data_dir=folder, port_base=free_port_base(), workers=1)
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
