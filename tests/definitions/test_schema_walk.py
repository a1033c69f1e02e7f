"""Walks the official schema: each property is read by the interpreter, refused by name, or told here to say nothing to a run."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.schema import official
from symphainy.foundations.language.contract import Catalog

ROOT = Path(__file__).resolve().parents[2]
READERS = ("foundations/definitions", "activities/protocols")
"""What checks a definition, walks it, and performs its calls."""
TOLD = {
    "document": {"title", "summary", "tags", "metadata"},
    "taskBase": {"metadata"},
    "externalResource": {"name"},
    "transport": {"options"},
    "endpoints": {"introspection", "revocation"},
    "eventProperties": {"datacontenttype", "dataschema"},
}
"""What changes nothing that a run does: annotations; options that the specification leaves open; attributes of events, which are all
carried alike; and where an authority introspects and revokes tokens: a run asks for one and does neither."""

HEAD = {"dsl": "1.0.3", "namespace": "t", "name": "n", "version": "1.0.0"}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "schema/resource": ({"input": {"schema": {"resource": {"endpoint": "https://x.org/s.json"}}}}, "DOC008"),
    "evaluate/language": ({"evaluate": {"language": "js"}}, "EXP007"),
    "evaluate/mode": ({"evaluate": {"mode": "loose"}}, "EXP007"),
    "lifetime/after": (
        {"do": [{"a": {"run": {"container": {"image": "i", "lifetime": {"cleanup": "eventually", "after": "PT1H"}}}}}]},
        "LNK004",
    ),
}
"""Property → a document that uses it, and the code that refuses it."""


def properties(node: Any, owner: str) -> Iterator[tuple[str, str]]:
    """(owner, property) of every property in a schema; the owner is the nearest definition or property above."""
    if isinstance(node, dict):
        for name, inner in (node.get("properties") or {}).items():
            yield owner, name
            yield from properties(inner, name)
        for key, inner in node.items():
            if key in ("oneOf", "anyOf", "allOf", "items", "then", "else", "additionalProperties", "not"):
                yield from properties(inner, owner)
    elif isinstance(node, list):
        for inner in node:
            yield from properties(inner, owner)


def all_properties() -> list[tuple[str, str]]:
    schema = official()
    found = set(properties(schema, ""))
    for name, definition in schema["$defs"].items():
        found |= set(properties(definition, name))
    return sorted(found)


@cache
def words() -> frozenset[str]:
    """Every name and every text in the code that reads definitions."""
    found: set[str] = set()
    for folder in READERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
                    found |= set(node.value.split("/"))
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                    found.add(node.target.id)
    return frozenset(found)


def refused(owner: str, name: str) -> bool:
    return {f"{owner}/{name}", name} & set(REFUSED) != set()


def test_each_property_of_the_schema_is_read_or_refused_or_an_annotation():
    left = [
        f"{owner}/{name}"
        for owner, name in all_properties()
        if name not in words() and not refused(owner, name) and name not in TOLD.get(owner, ())
    ]
    assert len(all_properties()) > 200
    assert left == []


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_refused_by_its_code(what: str):
    given, code = REFUSED[what]
    document = {"document": HEAD, "do": [{"a": {"set": {"x": 1}}}], **given}
    assert code in {d.code for d in compile_text(json.dumps(document), catalog=Catalog()).errors}
