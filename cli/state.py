"""``symphainy state``, ``explain`` and ``status city``: what the record says, whether it is whole, under which rules."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from symphainy.cli.credentials import Credentials
from symphainy.cli.instance import Instance
from symphainy.cli.output import WIDTH, emit, say
from symphainy.cli.roles import WORKER, environment
from symphainy.foundations.language.errors import NotFound, Unavailable
from symphainy.foundations.settings import Settings

RECORDS = (sys.executable, "-P", "-m", "symphainy.cli.records")
CITY = (sys.executable, "-P", "-m", "symphainy.cli.city")


def verify(data_dir: Path, tenant: str | None = None, *, as_json: bool) -> int:
    """Compare; 1 when a row differs, and each is named."""
    return report(data_dir, "verify", tenant, as_json=as_json)


def report(data_dir: Path, role: str, tenant: str | None = None, *, as_json: bool) -> int:
    """What the process that verifies says."""
    told = ask(data_dir, *WORKER, role, *_alone(tenant))
    if as_json:
        emit(told)
        return 0 if told["ok"] else 1
    for finding in told["findings"]:
        say(f"{finding['table']} {finding['tenant']} {finding['row']}: {finding['problem']}")
    counts = ("executions", "journal", "decisions", "anchors", "events", "histories")
    say(", ".join(f"{told[name]} {name}" for name in counts) + " looked at")
    if told["forgotten"]:
        say(f"{told['forgotten']} executions are past their retention: they are held against their plans")
    if told["unsealed"]:
        say(f"{told['unsealed']} decisions are younger than the last anchor")
    say("in order" if told["ok"] else f"NOT in order: {told['wrong']} findings")
    return 0 if told["ok"] else 1


def rebuild(data_dir: Path, tenant: str | None = None, *, as_json: bool) -> int:
    """Repair what is a projection."""
    told = ask(data_dir, *WORKER, "rebuild", *_alone(tenant))
    if as_json:
        emit(told)
    else:
        names = {
            "executions": "executions read",
            "restored": "restored",
            "steps": "steps added",
            "closings": "closings added",
        }
        say(", ".join(f"{told.get(name, 0)} {words}" for name, words in names.items()))
    return 0


def explain(data_dir: Path, execution: str, step: str, as_json: bool) -> None:
    """The decisions about an execution, or about one of its steps (by name, path or capability).

    Raises:
        NotFound: there is none for the local user's tenant.
    """
    known = Credentials.load(Instance.running(data_dir).layout)
    if known is None:
        raise NotFound("Nobody is logged in here. Use `symphainy login` first.")
    found = [d for d in ask(data_dir, *RECORDS, known.tenant, execution) if _about(d, step)]
    if not found:
        what = f"the step {step} of " if step else ""
        raise NotFound(f"There is no decision about {what}{execution} in tenant {known.tenant}.")
    if as_json:
        emit(found)
        return
    for decision in found:
        say(f"{decision['verdict']:<10} {decision['action']} {decision['resource']}  {decision['effect_key']}")
        say(
            f"{'':<10} {decision['actor']}, {decision['at']}"
            + (f": {decision['reason']}" if decision["reason"] else "")
        )
        for ruling in decision["rulings"]:
            reason = f": {ruling['reason']}" if ruling["reason"] else ""
            say(f"{'':<10} {ruling['verdict']:<10} {ruling['service']} {ruling['rule']}{reason}")


def city(data_dir: Path, *, as_json: bool) -> None:
    """Governance's own document: the roll of eight, the bundle in force, the switches, who is under maintenance."""
    known = Credentials.load(Instance.running(data_dir).layout)
    told = ask(data_dir, *CITY, *([known.tenant] if known else []))["city"]
    if as_json:
        emit(told)
        return
    import yaml

    say(yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=WIDTH).rstrip())


def _about(decision: dict[str, Any], step: str) -> bool:
    path = decision["effect_key"]
    return (
        not step
        or step in (decision["resource"], decision["resource"].partition("@")[0])
        or step in path.split("/")
        or path.endswith(step)
    )


def _alone(tenant: str | None) -> tuple[str, ...]:
    return ("--tenant", tenant) if tenant else ()


def ask(data_dir: Path, *command: str) -> Any:
    """The last line of JSON that the process prints. A verification that finds something ends with 1 and prints all the same."""
    done = subprocess.run(command, env=environment_of(data_dir), capture_output=True, text=True, check=False)
    for line in reversed(done.stdout.splitlines()):
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, list) or (isinstance(told, dict) and "ok" in told):
            return told
    last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
    raise Unavailable(f"The record could not be read: {last[0][:500]}")


def environment_of(data_dir: Path) -> dict[str, str]:
    """As the instance's own processes have it; with parts of one's own (by URL) no instance needs to run."""
    settings = Settings(data_dir=data_dir)
    if "embedded" not in (settings.sql_url, settings.redis_url, settings.temporal_address):
        return {**os.environ, **settings.environment_for_child()}
    instance = Instance.running(data_dir)
    told = {name.removeprefix("SYMPHAINY_").lower(): value for name, value in instance.environment.items()}
    return environment(settings, instance.layout, told)
