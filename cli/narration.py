"""What ``up`` says while the planes come up, one line for each thing that a person would ask about."""

import textwrap
from collections.abc import Callable
from typing import Any

from symphainy.cli.instance import ServiceNote

TITLES = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "temporal": "Temporal",
    "migrations": "Schema",
    "relay": "Event relay",
    "solution": "Solution API",
    "experience": "Experience API",
}


NO_REALMS = ("core", "smart_city", "experience")
"""Owners of capabilities that are no realm."""


def narrate(tell: Callable[[str], None]) -> Callable[[ServiceNote], None]:
    """A listener for the supervisor: tells each change of state.

    The city and the realms are no processes: they stand up inside the first worker, which reports them when it is ready.
    """
    told_planes = False

    def announce(note: ServiceNote) -> None:
        nonlocal told_planes
        if note.state == "restarting":
            tell(line(note.stage, f"{title(note.name)} ended and is started again ({note.restarts})", None))
        elif note.state in ("ready", "done"):
            tell(line(note.stage, _named(note), note.seconds))
            if note.name.startswith("worker") and not told_planes:
                told_planes = True
                for stage, words in planes(note.facts):
                    tell(line(stage, words, None))

    return announce


def title(name: str) -> str:
    """The name of a service as people write it: ``worker-2`` → ``Worker 2``."""
    family, _, number = name.partition("-")
    words = TITLES.get(family, family.capitalize())
    return f"{words} {number}" if number else words


def spoken(name: object) -> str:
    """A city service's name as people say it.

    >>> spoken("city_manager")
    'City Manager'
    """
    return str(name).replace("_", " ").title()


def agent(about: Any) -> str:
    """An agent of the worker's roll: its name, its kind, and its realm where the name does not say that.

    >>> agent({"name": "insights.ask", "kind": "grounded", "realm": "insights"})
    'insights.ask (grounded)'
    """
    if not isinstance(about, dict) or "kind" not in about:
        return str(about["name"] if isinstance(about, dict) else about)
    realm = str(about.get("realm") or "")
    where = "" if str(about["name"]).startswith(f"{realm}.") else f", {realm}"
    return f"{about['name']} ({about['kind']}{where})"


def line(stage: str, words: str, seconds: float | None) -> str:
    """A line in columns: plane, words, seconds."""
    took = f"{seconds:6.1f} s" if seconds is not None else ""
    return f"{stage:<12}{words:<70}{took}".rstrip()


def planes(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Smart City, realms and agents as the worker reports them, in the words of document 003."""
    told: list[tuple[str, str]] = []
    city = facts.get("city") or ()
    if city:
        told.append(("smart city", f"{len(city)} services observing and governing"))
        told += [("", part) for part in textwrap.wrap(", ".join(spoken(name) for name in city), 80)]
    for name, refs in (facts.get("realms") or {}).items():
        if name in NO_REALMS:
            continue
        told.append(("realms", f"{name} registered, {refs if isinstance(refs, int) else len(refs)} capabilities"))
    agents = facts.get("agents") or ()
    if agents:
        told.append(("agents", f"{len(agents)} available"))
        told += [("", part) for part in textwrap.wrap(", ".join(agent(each) for each in agents), 80)]
    return told


def _named(note: ServiceNote) -> str:
    """What is ready: what the server says it is, else the name of the service, with what is worth knowing at once."""
    facts = note.facts
    words = str(facts.get("kind") or title(note.name))
    if note.name == "migrations":
        return f"{words} at {facts['head']}" if facts.get("head") else f"{words} at its newest"
    if version := facts.get("version"):
        words += f" {version}"
    if solutions := facts.get("solutions"):
        words += f", serving {', '.join(str(s) for s in solutions)}"
    return words
