"""``symphainy status``: the five parts in which document 003 says that a platform is alive, and the processes under them."""

from pathlib import Path
from typing import Any

from symphainy.cli import alive
from symphainy.cli.instance import Instance, ServiceNote
from symphainy.cli.narration import NO_REALMS

ORDER = ("runtime", "smart city", "realms", "solutions", "experience")
"""The start-up order of document 001."""


def status(data_dir: Path) -> dict[str, Any]:
    """Everything known of the instance under ``data_dir``, as data. ``state`` is the first thing to read.

    States: ``running``, ``starting``, ``stopping``, ``stopped``, ``failed``, ``killed`` (its supervisor is gone without a
    word) and ``never started``. Five parts: ``runtime``, ``smart_city``, ``realms``, ``agents``, ``experience``; capabilities of
    the platform's own, which belong to no realm, stand in ``platform``.
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
        "realms": _realms(worker, alive.steps(found.services) if up else None, "registered" if up else "down"),
        "platform": [{"name": n, "capabilities": c} for n, c in _owned(worker).items() if n in NO_REALMS],
        "agents": {"state": "available" if up else "down", **_agents(worker)},
        "experience": {"state": "attachable" if up else "down", **(alive.experience(found) if up else _nothing())},
        "processes": processes,
    }


def _owned(worker: dict[str, Any]) -> dict[str, int]:
    """Owner → how many capabilities it has."""
    return {n: refs if isinstance(refs, int) else len(refs) for n, refs in (worker.get("realms") or {}).items()}


def _realms(worker: dict[str, Any], steps: dict[str, int] | None, state: str) -> list[dict[str, Any]]:
    """Each realm: idle, or busy with so many steps at this moment; unknown when a worker could not be asked."""
    return [
        {
            "name": name, "state": state, "capabilities": count, "steps": None if steps is None else steps.get(name, 0),
            "activity": "unknown" if steps is None else "busy" if steps.get(name, 0) > 0 else "idle",
        }
        for name, count in _owned(worker).items() if name not in NO_REALMS
    ]  # fmt: skip


def _nothing() -> dict[str, Any]:
    return {"tenant": None, "solutions": [], "why": None}


def _agents(worker: dict[str, Any]) -> dict[str, Any]:
    """The roll of agents: names, and for each its kind and the realm that it is attached to."""
    roll = [each if isinstance(each, dict) else {"name": str(each)} for each in worker.get("agents") or ()]
    return {"names": [each["name"] for each in roll], "roll": roll}


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
