"""``symphainy status``: the five parts in which document 003 says that a platform is alive, and the processes under them."""

from pathlib import Path
from typing import Any

from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.narration import NO_REALMS, spoken, title
from symphainy.cli.output import say, table

ORDER = ("runtime", "smart city", "realms", "solutions", "experience")
"""The start-up order of document 001."""


def status(data_dir: Path) -> dict[str, Any]:
    """Everything known of the instance under ``data_dir``, as data. ``state`` is the first thing to read.

    States: ``running``, ``starting``, ``stopping``, ``stopped``, ``failed``, ``killed`` (its supervisor is gone without a
    word) and ``never started``.
    """
    found = Instance.load(data_dir)
    if found is None:
        return {"state": "never started", "data_dir": str(data_dir), "processes": []}
    layout = found.layout
    state = found.state if found.alive or found.state in ("stopped", "failed") else "killed"
    worker = next((s.facts for s in found.services if s.name.startswith("worker")), {})
    up = state == "running"
    processes = [_process(s) for s in found.services]
    whole = all(p["state"] in ("ready", "done") for p in processes)
    return {
        "state": state,
        "error": found.error or None,
        "data_dir": found.data_dir,
        "started_at": found.started_at,
        "supervisor": {"pid": found.supervisor.pid, "alive": found.alive},
        "order": list(ORDER),
        "urls": {
            "experience_api": layout.url("experience_api"),
            "solution_api": layout.url("solution_api"),
            "temporal_ui": layout.url("temporal_ui"),
        },
        "runtime": {"state": "alive and authoritative" if up and whole else "degraded" if up else "down"},
        "smart_city": {
            "state": "observing and governing" if up else "down",
            "services": list(worker.get("city") or ()),
        },
        "realms": [{"name": n, "state": "registered" if up else "down", **m} for n, m in _realms(worker).items()],
        "agents": {"state": "available" if up else "down", "names": list(worker.get("agents") or ())},
        "experience": {"state": "bound" if up else "down", "solutions": _solutions(found)},
        "processes": processes,
    }


def _realms(worker: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Realm → what is known of it; the platform's own capabilities belong to no realm."""
    realms = {owner: refs for owner, refs in (worker.get("realms") or {}).items() if owner not in NO_REALMS}
    return {name: {"capabilities": refs if isinstance(refs, int) else len(refs)} for name, refs in realms.items()}


def _solutions(found: Instance) -> list[Any]:
    return [
        s
        for note in found.services
        if note.name.startswith(("solution", "experience"))
        for s in note.facts.get("solutions") or ()
    ]


def _process(note: ServiceNote) -> dict[str, Any]:
    identity = note.identity
    alive = identity is not None and identity.alive
    state = note.state if alive or note.state in ("done", "stopped", "restarting") else "dead"
    return {
        "name": note.name,
        "stage": note.stage,
        "state": state,
        "pid": note.pid if alive else None,
        "restarts": note.restarts,
        "seconds": note.seconds,
        "facts": note.facts,
    }


def show(told: dict[str, Any]) -> None:
    """The same for a person, 100 columns wide."""
    say(f"Symphainy: {told['state']}" + (f" since {told['started_at']}" if told["state"] == "running" else ""))
    say(f"data folder {told['data_dir']}")
    if told["state"] == "never started":
        say("Start it with `symphainy up`.")
        return
    if told["error"]:
        say(f"error: {told['error']}")
    rows: list[tuple[str, str]] = [
        ("runtime", told["runtime"]["state"]),
        ("smart city", _joined(told["smart_city"]["state"], [spoken(s) for s in told["smart_city"]["services"]])),
        ("realms", ", ".join(f"{r['name']} ({r['state']})" for r in told["realms"]) or "none registered"),
        ("agents", _joined(told["agents"]["state"], told["agents"]["names"])),
        ("experience", _joined(told["experience"]["state"], told["experience"]["solutions"])),
    ]
    table(("plane", "state"), rows)
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


def _joined(state: str, names: list[Any]) -> str:
    return f"{state}: {', '.join(str(n) for n in names)}" if names else state


def _seconds(value: float | None) -> str:
    return f"{value:.1f} s" if value is not None else ""
