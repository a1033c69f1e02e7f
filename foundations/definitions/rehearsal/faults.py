"""Fault injection: which steps of a rehearsed run may fail, and whether what happened then is in order."""

import re
from typing import Any

from symphainy.foundations.language.model import Json

_MARKS = re.compile(r"\[\d+\]|~(?![01](?!\d))\d+(?=$|[/\[])")
_INSIDE = ("/$expression", "/$tasks")
"""Steps of the interpreter's own."""


def place(path: str) -> str:
    """A step's place in the document, whatever round and visit it is.

    >>> place("/do/2/pay[17]~3/do/0/x"), place("/do/0/a~1b~2")
    ('/do/2/pay/do/0/x', '/do/0/a~1b')
    """
    return _MARKS.sub("", path)


def steps(trace: list[list[Json]]) -> list[str]:
    """The places of all steps that a run made, each once, in order."""
    made = [str(path) for _, what, _, path, _ in trace if what == "call"]
    return list(dict.fromkeys(place(path) for path in made if not any(part in path for part in _INSIDE)))


def undone(trace: list[list[Json]]) -> list[str]:
    """Paths of the effects that were taken back, in order."""
    return [str(path) for _, what, _, path, detail in trace if what == "undone" and detail == "ok"]


def judged(step: str, undo: str, run: dict[str, Any], irreversible: frozenset[str]) -> dict[str, Any]:
    """One faulty run: how it ended, and what is wrong with that; ``undo``: the path whose undo was made to fail as well."""
    closing, trace = run["closing"], run["trace"]
    refs = {str(path): str(ref) for _, what, _, path, ref in trace if what == "call"}
    owed, wrong = set(closing["owed"]), []
    if run["starved"] is not None:
        wrong.append("it came to a standstill: nothing that could happen would have let it go on")
    for path in sorted(owed - {undo}):
        if refs.get(path) not in irreversible:
            wrong.append(f"{path} ({refs.get(path, 'unknown')}) is not taken back")
    if undo and closing["status"] != "completed" and undo not in owed:
        wrong.append(f"the undo of {undo} failed, and the run does not say that it is owed")
    return {
        "fault": f"undo of {undo}" if undo else step, "step": step, "status": closing["status"],
        "compensation": closing["compensation"], "undone": undone(trace), "owed": sorted(owed), "wrong": wrong,
    }  # fmt: skip
