"""A rehearsed run against what was expected of it: coverage of its ways, its story, its compensation, and what is wrong."""

from typing import Any

from symphainy.foundations.definitions.rehearsal.coverage import taken, ways
from symphainy.foundations.definitions.rehearsal.faults import undone
from symphainy.foundations.definitions.rehearsal.scenario import Expect, Scenario
from symphainy.foundations.language.model import Json


def of(document: dict[str, Any], scenario: Scenario, run: dict[str, Any]) -> dict[str, Any]:
    """Everything that is printed of the scenario's own run. ``wrong`` is empty when all is as expected."""
    closing, trace = run["closing"], run["trace"]
    every, seen = ways(document), taken(document, trace)
    percent = round(100 * len(seen) / len(every)) if every else 100
    told = {
        "scenario": scenario.name, "status": closing["status"], "compensation": closing["compensation"],
        "output": closing["output"], "error": closing["problem"], "owed": closing["owed"], "path": _path(trace),
        "undone": undone(trace), "trace": trace, "began": trace[0][0] if trace else run["at"], "ended": run["at"],
        "coverage": {
            "taken": len(seen), "of": len(every), "percent": percent,
            "missing": [way._asdict() for way in every if way not in seen],
        },
        "cues": run["cues"], "took": run["took"],
    }  # fmt: skip
    return {**told, "wrong": [*_standstill(run), *_cues(run), *differences(scenario.expect, told)]}


def differences(expect: Expect, told: dict[str, Any]) -> list[str]:
    """Each thing that came out otherwise than expected, in a sentence.

    >>> differences(Expect(status="completed"), {"status": "faulted", "error": None})
    ['status is faulted, completed was expected']
    """
    found = []
    for name in ("status", "compensation", "path", "undone", "owed"):
        wanted = getattr(expect, name)
        wanted = list(wanted) if isinstance(wanted, tuple) else wanted
        if wanted is not None and told[name] != wanted:
            found.append(f"{name} is {_said(told[name])}, {_said(wanted)} was expected")
    for name in ("output", "error"):
        if (wanted := getattr(expect, name)) is not None:
            found += [f"{name}{where}" for where in _unlike(wanted, told[name])]
    if expect.coverage is not None and told["coverage"]["percent"] < expect.coverage:
        found.append(f"{told['coverage']['percent']} % of the ways were taken, {expect.coverage} % are wanted")
    return found


def _unlike(wanted: Json, got: Json, where: str = "") -> list[str]:
    """Of maps only the keys that are named are compared."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return [line for key in wanted for line in _unlike(wanted[key], got.get(key), f"{where}.{key}")]
    return [] if wanted == got else [f"{where} is {_said(got)}, {_said(wanted)} was expected"]


def _path(trace: list[list[Json]]) -> list[str]:
    """Paths of the tasks that called something, in order; an approval, which makes several steps, once."""
    names = {str(path) for _, what, _, path, _ in trace if what == "enter"}
    called = [str(path) for _, what, _, path, _ in trace if what == "call" and "/$" not in str(path)]
    return list(dict.fromkeys(p if p in names else p.rpartition("/")[0] for p in called))


def _standstill(run: dict[str, Any]) -> list[str]:
    if run["starved"] is None:
        return []
    waits = [f"{w['kind']} at {w.get('path', w.get('due', ''))}" for w in run["starved"]] or ["nothing"]
    return [
        f"it came to a standstill, waiting for {', '.join(waits)}: nothing of the scenario was left that could happen"
    ]


def _cues(run: dict[str, Any]) -> list[str]:
    found = []
    for each in run["cues"]:
        cue, said = each["cue"], each["said"]
        what = f"{cue['by']}'s {cue.get('choice', cue['do'])}"
        if not said["ok"] and not cue.get("refused"):
            found.append(f"{what} was turned away: {said['problem']['detail']}")
        elif said["ok"] and cue.get("refused"):
            found.append(f"{what} was to be turned away, and was taken")
    if run["starved"] is None:
        found += [f"{cue['by']}'s {cue.get('choice', cue['do'])} never had its moment" for cue in run["unused"]]
    return found


def _said(value: Json) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 200 else text[:197] + "…"
