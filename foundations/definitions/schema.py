"""The schema stage: the official schema of the specification, with its errors as short sentences at their place.

The specification's schema nests ``oneOf`` twelve wide; a plain "is not valid under any of the given schemas" helps nobody. The branch
that the author meant is found by the error that is least about shape, and that branch's innermost errors are reported.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from symphainy.foundations.definitions.diagnostics import Diagnostic, diagnostic, quote
from symphainy.foundations.definitions.tasks import kind_of
from symphainy.foundations.definitions.yaml12 import Source, escape


@cache
def official() -> dict[str, Any]:
    """The official schema, as shipped with this package."""
    text = (files("symphainy.foundations.definitions") / "data" / "workflow.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def validator() -> Any:
    """The official schema, compiled (7 ms, once per process)."""
    import jsonschema_rs

    return jsonschema_rs.validator_for(official())


def check(source: Source, known_bad: frozenset[str] = frozenset()) -> list[Diagnostic]:
    """Schema errors of a loaded document; those at or below ``known_bad`` pointers have been said already."""
    found: dict[tuple[str, str], Diagnostic] = {}
    for error in validator().iter_errors(source.value):
        for leaf in _leaves(error):
            pointer = "".join(f"/{escape(part)}" for part in leaf.instance_path)
            if any(pointer == bad or pointer.startswith(bad + "/") for bad in known_bad):
                continue
            code, message = _say(leaf)
            if code == "SCH002":
                pointer += f"/{escape(next(iter(leaf.kind.unexpected), ''))}"
            line, column = source.place(pointer, value=code == "SCH001")
            found.setdefault(
                (pointer, code), diagnostic(code, message, file=source.file, line=line, column=column, pointer=pointer)
            )
    # "unexpected key" about a place whose inside is wrong only repeats it: unevaluatedProperties sees no key as evaluated then
    return [d for (pointer, code), d in found.items() if code != "SCH002" or not _echo(pointer, found)]


def _echo(pointer: str, found: Iterable[tuple[str, str]]) -> bool:
    place = pointer.rpartition("/")[0]
    return any(
        other.startswith(place + "/") and (code != "SCH002" or other.count("/") > pointer.count("/"))
        for other, code in found
    )


def _leaves(error: Any) -> list[Any]:
    """The innermost errors that explain ``error``."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        return [error]
    depth = len(list(error.instance_path))
    meant = _meant(list(error.schema_path)[-2:], error.instance)
    if meant is not None and branches[meant]:
        best = branches[meant]
    else:
        best = min((branch for branch in branches if branch), key=lambda branch: _distance(branch, depth), default=None)
    if best is None:
        return [error]
    leaves = [leaf for inner in best for leaf in _leaves(inner)]
    real = [leaf for leaf in leaves if leaf.kind.name != "unevaluatedProperties"]
    return real or leaves


def _meant(where: list[Any], instance: Any) -> int | None:
    """The branch of a task's ``oneOf`` that its own keys name, where they do."""
    if not isinstance(instance, dict) or where[-1:] != ["oneOf"]:
        return None
    if where[0] == "task" and (kind := kind_of(instance)) is not None:
        return _branches().index(f"#/$defs/{kind}Task")
    if where[0] == "callTask":
        calls = [*PROTOCOL_ORDER, instance.get("call")]
        return calls.index(instance.get("call"))
    return None


PROTOCOL_ORDER = ("asyncapi", "grpc", "http", "openapi", "a2a", "mcp")
"""The order in which the official schema lists the kinds of call; the last is a function."""


@cache
def _branches() -> list[str]:
    return [str(branch["$ref"]) for branch in official()["$defs"]["task"]["oneOf"]]


def _distance(branch: list[Any], depth: int) -> tuple[int, int]:
    """How far a branch is from what was meant: errors about the place itself weigh most, deeper ones show that the branch fits."""
    weight, deepest = 0, 0
    for error in branch:
        at = len(list(error.instance_path))
        deepest = max(deepest, at)
        name = error.kind.name
        nested = getattr(error.kind, "context", None)
        if nested and at == depth:
            weight += min((_distance(inner, depth)[0] for inner in nested if inner), default=10)
        elif at == depth:
            weight += {"type": 100, "not": 60, "required": 20, "unevaluatedProperties": 5}.get(name, 10)
        elif name == "const" and at == depth + 1 or name == "not" and at == depth + 1:
            weight += 60
        else:
            weight += 1
    return weight, -deepest


def _say(error: Any) -> tuple[str, str]:
    """Code and sentence of one schema error."""
    name, kind = error.kind.name, error.kind
    where = "/".join(str(part) for part in list(error.instance_path)[-2:]) or "the document"
    if name == "required":
        return "SCH003", f"{where} needs the key '{kind.property}'"
    if name in ("unevaluatedProperties", "additionalProperties"):
        return "SCH002", f"{where} has keys that may not stand here: {quote(kind.unexpected)}"
    if name in ("minProperties", "maxProperties") and isinstance(error.instance, dict):
        return (
            "SCH005",
            f"an item of this list holds {len(error.instance)} entries ({quote(error.instance)}), it must hold one",
        )
    if name == "type":
        wanted = kind.types if isinstance(kind.types, list) else [kind.types]
        return "SCH001", f"{where} must be {' or '.join(_article(t) for t in wanted)}, not {_kind(error.instance)}"
    if name == "enum":
        return "SCH001", f"{where} must be one of {quote(kind.options)}, not {_short(error.instance)}"
    if name == "const":
        return "SCH001", f"{where} must be {_short(kind.expected_value)}, not {_short(error.instance)}"
    if name == "pattern":
        return "SCH001", f"{where}: {_short(error.instance)} has not the required form ({kind.pattern[:80]})"
    if name in ("oneOf", "anyOf"):
        return "SCH001", f"{where} fits several of the allowed forms at once, or none"
    return "SCH001", f"{where}: {error.message[:200]}"


def _article(type_: str) -> str:
    return {"object": "a map", "array": "a list", "null": "null", "integer": "a whole number"}.get(type_, f"a {type_}")


def _kind(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names = ((str, "a string"), (int, "a whole number"), (float, "a number"), (dict, "a map"))
    return next((name for kind, name in names if isinstance(value, kind)), "a list")


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"
