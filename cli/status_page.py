"""``symphainy status`` for a person: the five sentences with which document 003 ends, then the processes; 100 columns."""

import textwrap
from typing import Any

from symphainy.cli.narration import agent, spoken, title
from symphainy.cli.output import WIDTH, say, table


def show(told: dict[str, Any]) -> None:
    """Print it."""
    say(f"Symphainy: {told['state']}" + (f" since {told['started_at']}" if told["state"] == "running" else ""))
    say(f"data folder {told['data_dir']}")
    if told["state"] == "never started":
        say("Start it with `symphainy up`.")
        return
    if told["error"]:
        say(f"error: {told['error']}")
    say()
    for line in five(told):
        say(line)
    say()
    table(
        ("process", "plane", "state", "pid", "restarts", "ready after"),
        [
            (title(p["name"]), p["stage"], p["state"], p["pid"] or "", p["restarts"] or "", _seconds(p["seconds"]))
            for p in told["processes"]
        ],
    )
    if told["state"] == "running":
        for name, url in told["urls"].items():
            say(f"  {name.replace('_', ' '):<16}{url}")


def five(told: dict[str, Any]) -> list[str]:
    """The five parts, each a sentence and what it stands on."""
    city, realms, agents = told["smart_city"], told["realms"], told["agents"]
    lines = [f"1. Runtime is {told['runtime']['state']}", f"2. Smart City is {city['state']}"]
    lines += _wrapped(", ".join(spoken(s).replace(" ", "\u00a0") for s in city["services"]))
    lines += [f"3. {_realms(realms)}", *(_realm(r) for r in realms)]
    if told["platform"]:
        own = " and ".join(f"{each['capabilities']} of {spoken(each['name'])}" for each in told["platform"])
        lines += _wrapped(f"besides capabilities that belong to no realm: {own}")
    lines.append(
        f"4. Agents are {agents['state']}" + (" as reasoning engines" if agents["state"] == "available" else "")
    )
    lines += _wrapped(", ".join(agent(each) for each in agents["roll"]))
    return lines + _experience(told["experience"])


def _realms(realms: list[dict[str, Any]]) -> str:
    if not realms:
        return "Realms: none is registered"
    if realms[0]["state"] != "registered":
        return f"Realms are {realms[0]['state']}"
    busy = [r["name"] for r in realms if r["activity"] == "busy"]
    if any(r["activity"] == "unknown" for r in realms):
        return "Realms are registered; whether they are idle is not known, since a worker did not answer"
    return f"Realms are registered, {', '.join(busy)} busy" if busy else "Realms are registered but idle"


def _realm(realm: dict[str, Any]) -> str:
    at_work = f", {realm['steps']} step{'s' if realm['steps'] != 1 else ''} under way" if realm["steps"] else ""
    return f"     {realm['name']:<12}{realm['capabilities']:>3} capabilities   {realm['activity']}{at_work}"


def _experience(about: dict[str, Any]) -> list[str]:
    if about["state"] != "attachable":
        return [f"5. Experience is {about['state']}"]
    lines = ["5. Experience can attach any front door"]
    for each in about["solutions"]:
        surfaces = ", ".join(f"{s['surface']} {s['name']}" for s in each["surfaces"]) or "no surface"
        first, *rest = textwrap.wrap(surfaces, WIDTH - 37)
        lines += [f"     {each['name'] + ' ' + each['version']:<30}  {first}", *(f"{'':<37}{part}" for part in rest)]
    if about["why"] or not about["solutions"]:
        lines += _wrapped(about["why"] or f"no solution of tenant {about['tenant']} is deployed")
    return lines


def _wrapped(text: str) -> list[str]:
    """Indented; a no-break space keeps a name whole and is printed as a space."""
    return [f"     {part}".replace("\u00a0", " ") for part in textwrap.wrap(text, WIDTH - 5)]


def _seconds(value: float | None) -> str:
    return f"{value:.1f} s" if value is not None else ""
