"""Rule ``classes``: which classes of data a step touches, as its contract and its schemas declare them (``x-class``)."""

from functools import lru_cache
from typing import Any

from symphainy.foundations.language.contract import Contract
from symphainy.foundations.language.model import Json
from symphainy.foundations.language.records import Ruling

__all__ = ["declared", "judge", "of_contract", "personal_fields"]


@lru_cache(maxsize=4096)
def _cached(ref: str, fingerprint: int, contract: "_ById") -> frozenset[str]:
    return frozenset(contract.it.classes) | declared(contract.it.input) | declared(contract.it.output)


class _ById:
    """A contract holds dicts and cannot be hashed: cached by identity of its schemas instead."""

    def __init__(self, it: Contract) -> None:
        self.it = it

    def __hash__(self) -> int:
        return hash(self.it.ref)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.it.input is self.it.input and other.it.output is self.it.output


def of_contract(contract: Contract) -> frozenset[str]:
    """All classes a contract declares."""
    return _cached(contract.ref, hash(contract.classes), _ById(contract))


def declared(schema: Json) -> frozenset[str]:
    """Every ``x-class`` in a JSON Schema.

    >>> sorted(declared({"properties": {"iban": {"type": "string", "x-class": "financial"}}, "x-class": ["personal"]}))
    ['financial', 'personal']
    """
    found: set[str] = set()
    stack: list[Any] = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            named = node.get("x-class", ())
            found.update(
                [named]
                if isinstance(named, str)
                else [n for n in named if isinstance(n, str)]
                if isinstance(named, (list, tuple))
                else []
            )
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
    return frozenset(found)


def personal_fields(schema: Json, pointer: str = "") -> frozenset[str]:
    """Where a schema declares the class ``personal`` (or ``personal.<kind>``): those fields are meant to hold it.

    >>> sorted(personal_fields({"properties": {"to": {"x-class": "personal.email"}, "all": {"items": {"x-class": "personal"}}}}))
    ['/all/*', '/to']
    """
    if not isinstance(schema, dict):
        return frozenset()
    named = schema.get("x-class", ())
    names = [named] if isinstance(named, str) else named if isinstance(named, (list, tuple)) else []
    if pointer and any(str(name).split(".")[0] == "personal" for name in names):
        return frozenset({pointer})
    found: set[str] = set()
    properties = schema.get("properties")
    for name, part in (properties if isinstance(properties, dict) else {}).items():
        found |= personal_fields(part, f"{pointer}/{name}")
    return frozenset(found | personal_fields(schema.get("items"), f"{pointer}/*"))


def judge(classes: frozenset[str]) -> Ruling:
    """Only a statement: the classes go into the decision record, and policies may ask for them."""
    return Ruling(service="data_steward", rule="classes", reason=", ".join(sorted(classes)) or "no classes declared")
