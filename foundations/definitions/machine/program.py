"""A plan made ready to run: tasks found by pointer, schemas compiled once. Shared by all runs of one digest in a process."""

from functools import cached_property
from typing import Any
from weakref import WeakValueDictionary

import jsonschema_rs

from symphainy.foundations.definitions.builtins import builtin
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.model import Json

KINDS = ("do", "set", "call", "switch", "for", "fork", "try", "raise", "wait", "emit", "listen", "run")
"""Task kinds, by the key that tells them; ``for`` before ``do``, since a loop has both."""

_BY_DIGEST: WeakValueDictionary[str, "Program"] = WeakValueDictionary()


def escape(name: str) -> str:
    """A name as a JSON Pointer segment (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def kind_of(task: dict[str, Json]) -> str:
    """The kind of a task.

    >>> kind_of({"for": {"in": ".x"}, "do": []})
    'for'
    """
    if "for" in task:
        return "for"
    if (own := builtin(task)) is not None:
        return own
    for kind in KINDS:
        if kind in task:
            return kind
    raise Defect(f"a plan holds a task of no kind this interpreter knows: {sorted(task)}")


class Program:
    """One plan, indexed."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.heavy = frozenset(plan.heavy)
        self._nodes: dict[str, Any] = {}
        self._lists: dict[str, list[tuple[str, str]]] = {}
        self._validators: dict[str, Any] = {}
        self.patterns: dict[str, Any] = {}
        """Compiled patterns of event filters."""

    @classmethod
    def of(cls, plan: dict[str, Json] | Plan) -> "Program":
        """The program of a plan: made once per digest and process, kept while a run holds it."""
        digest = plan.digest if isinstance(plan, Plan) else str(plan.get("digest", ""))
        known = _BY_DIGEST.get(digest)
        if known is None:
            known = cls(plan if isinstance(plan, Plan) else Plan.model_validate(plan))
            _BY_DIGEST[digest] = known
        return known

    @classmethod
    def find(cls, digest: str) -> "Program":
        """The program that a run in this process holds."""
        try:
            return _BY_DIGEST[digest]
        except KeyError:
            raise Defect(f"no run in this process holds the plan {digest}") from None

    @cached_property
    def lifecycle(self) -> str:
        """Which lifecycle events the document asks for (``machine/lifecycle.py``)."""
        return str((self.plan.document["document"].get("metadata") or {}).get("lifecycle") or "")

    @cached_property
    def use(self) -> dict[str, Any]:
        """The document's ``use`` section."""
        return dict(self.plan.document.get("use") or {})

    def node(self, pointer: str) -> Any:
        """What stands at a JSON pointer of the document."""
        if pointer not in self._nodes:
            here: Any = self.plan.document
            for part in pointer.split("/")[1:]:
                key = part.replace("~1", "/").replace("~0", "~")
                here = here[int(key)] if isinstance(here, list) else here[key]
            self._nodes[pointer] = here
        return self._nodes[pointer]

    def tasks(self, pointer: str) -> list[tuple[str, str]]:
        """Name and pointer of each task of the list at ``pointer``; asked twice per step, and as long as the list is."""
        if (known := self._lists.get(pointer)) is None:
            items = enumerate(self.node(pointer))
            known = self._lists[pointer] = [
                (name, f"{pointer}/{i}/{escape(name)}") for i, item in items for name in item
            ]
        return known

    def named(self, section: str, value: Any) -> Any:
        """``value``, or what it names in a section of ``use`` (timeouts, retries, errors)."""
        return self.use.get(section, {}).get(value, value) if isinstance(value, str) else value

    def validator(self, pointer: str, document: Any) -> Any:
        """The compiled JSON Schema standing at ``pointer``."""
        if pointer not in self._validators:
            self._validators[pointer] = jsonschema_rs.validator_for(document)
        return self._validators[pointer]
