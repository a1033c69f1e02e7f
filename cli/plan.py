"""``symphainy plan``: what a definition means for the runs of its name at the running instance, before it is deployed."""

import json
import tempfile
from pathlib import Path
from typing import Any

from symphainy.cli.credentials import Credentials
from symphainy.cli.files import read_text
from symphainy.cli.instance import Instance
from symphainy.cli.output import complain, emit, say
from symphainy.cli.roles import WORKER
from symphainy.cli.state import ask
from symphainy.cli.validate import catalog
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.language.errors import NotFound


def plan(data_dir: Path, file: Path, *, limit: int, as_json: bool) -> int:
    """The verdicts. 0 when nothing would break, 1 when something would, 2 when the definition is invalid."""
    compiled = compile_text(read_text(file), file=str(file), catalog=catalog())
    if compiled.plan is None:
        for diagnostic in compiled.errors:
            complain(str(diagnostic))
        return 2
    known = Credentials.load(Instance.running(data_dir).layout)
    if known is None:
        raise NotFound("Nobody is logged in here. Use `symphainy login` first.")
    with tempfile.NamedTemporaryFile("w", suffix=".json", prefix="symphainy-plan-") as job:
        json.dump({"plan": compiled.plan.model_dump(mode="json"), "tenant": known.tenant, "limit": limit}, job)
        job.flush()
        found = ask(data_dir, *WORKER, "plan", "--job", job.name)["findings"]
    if as_json:
        emit(found)
    else:
        _show(compiled.plan.definition, found)
    return 1 if any(each["verdict"] == "would break" for each in found) else 0


def _show(definition: str, found: list[dict[str, Any]]) -> None:
    for each in found:
        where = f" at {each['step']}" if each["step"] and each["verdict"] == "stays pinned" else ""
        where = f" behind {each['step']}" if each["step"] and each["verdict"] == "may move" else where
        why = f": {each['why']}" if each["why"] else ""
        say(f"{each['execution_id']}  {each['definition']}  {each['status']}  {each['verdict']}{where}{why}")
    counts: dict[str, int] = {}
    for each in found:
        counts[each["verdict"]] = counts.get(each["verdict"], 0) + 1
    said = ", ".join(f"{n} {verdict}" for verdict, n in sorted(counts.items())) or "no runs of this name"
    say(f"{definition}: {said}")
