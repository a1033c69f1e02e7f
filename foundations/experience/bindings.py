"""A solution's REST bindings: which method and path mean which intent. Matching is pure; the register holds the data."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import unquote

from pydantic import Field

from symphainy.foundations.language.model import Json, Message

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class RestBinding(Message):
    """One binding. ``path`` is relative to ``/v1/{solution}`` and may hold ``{name}`` parts, which become payload members."""

    intent: str
    method: Method = "POST"
    path: str
    title: str = ""
    wait: int = Field(0, ge=0, le=60)
    """Seconds to wait for the result where the caller does not say; 0: answer 202 at once."""

    @classmethod
    def of(cls, name: str, intent: str, about: Mapping[str, Json]) -> "RestBinding":
        """A binding from what a solution says about it: without a path it answers under its name."""
        known = {k: about[k] for k in ("method", "path", "title", "wait") if about.get(k) is not None}
        return cls.model_validate({"intent": intent, "path": f"/{name}", **known})

    def parameters(self) -> list[str]:
        """The names in the path.

        >>> RestBinding(intent="a.b", path="/claims/{claim}/notes").parameters()
        ['claim']
        """
        return re.findall(r"\{([a-z][a-z0-9_]*)\}", self.path)


def match(bindings: Iterable[RestBinding], method: str, path: str) -> tuple[RestBinding | None, dict[str, str]]:
    """The binding for a method and path, and what the path's parts say. Fixed words win over parts in braces.

    >>> found, given = match([RestBinding(intent="a.b", method="GET", path="/c/{id}")], "GET", "/c/7")
    >>> given
    {'id': '7'}
    """
    for binding in sorted(bindings, key=lambda b: len(b.parameters())):
        if binding.method != method:
            continue
        pattern = "".join(
            f"(?P<{p[1:-1]}>[^/]+)" if p.startswith("{") else re.escape(p)
            for p in re.split(r"(\{[^}]*\})", binding.path)
        )
        if found := re.fullmatch(pattern, path):
            return binding, {name: unquote(value) for name, value in found.groupdict().items()}
    return None, {}
