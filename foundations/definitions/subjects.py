"""Whom a value is about: the fields that its schema marks with ``x-subject`` (DECISIONS.md 20).

A field so marked names one person: a customer number, an address, any text or whole number that stays the same for that person.
What a run about one person leaves behind is sealed with that person's key, and can be erased.
"""

from typing import Any

from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

__all__ = ["MARK", "subject_of", "subjects"]

MARK = "x-subject"
_LONGEST = 512
_DEPTH = 32


def subject_of(plan: Plan, value: Json) -> str:
    """The one person whom an input is about, as the plan's own input schema marks it; empty for nobody.

    Raises Invalid when it names several: what one of them has erased would be lost to the others.
    """
    given = plan.document.get("input")
    schema = given.get("schema") if isinstance(given, dict) else None
    document = schema.get("document") if isinstance(schema, dict) else None
    found = subjects(document, value)
    if len(found) > 1:
        raise Invalid(
            f"the input names {len(found)} data subjects; a run is about one", code="subjects",
            remedy="submit one intent per person, or hand the values of many over as an artifact",
        )  # fmt: skip
    return next(iter(found), "")


def subjects(schema: Any, value: Json, root: Any = None, depth: int = 0) -> frozenset[str]:
    """Everybody whom a value names in a marked field.

    >>> schema = {"properties": {"claimant": {"properties": {"id": {"x-subject": True}}}, "to": {"items": {"x-subject": True}}}}
    >>> sorted(subjects(schema, {"claimant": {"id": "C-17"}, "to": ["ann", " ann ", 9], "other": "x"}))
    ['9', 'C-17', 'ann']
    """
    if not isinstance(schema, dict) or depth > _DEPTH:
        return frozenset()
    root, found = root or schema, set[str]()
    if schema.get(MARK) is True and (named := _name(value)):
        found.add(named)
    if isinstance(value, dict):
        properties = schema.get("properties")
        for name, part in (properties if isinstance(properties, dict) else {}).items():
            if name in value:
                found |= subjects(part, value[name], root, depth + 1)
    elif isinstance(value, list):
        for each in value:
            found |= subjects(schema.get("items"), each, root, depth + 1)
    for part in _beside(schema, root):
        found |= subjects(part, value, root, depth + 1)
    return frozenset(found)


def _beside(schema: dict[str, Any], root: Any) -> list[Any]:
    """Schemas that hold for the same value: branches, and what a reference into the same document names."""
    found = [
        part for word in ("allOf", "anyOf", "oneOf") if isinstance(schema.get(word), list) for part in schema[word]
    ]
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/"):
        node = root
        for name in reference[2:].split("/"):
            node = node.get(name) if isinstance(node, dict) else None
        found.append(node)
    return found


def _name(value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value).strip()[:_LONGEST]
