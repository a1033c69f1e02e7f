"""Files beside a document: a resource that a call names by a relative path is laid into the document as a ``data:`` URI. Pure."""

import base64
import copy
from collections.abc import Callable
from typing import Any

from symphainy.foundations.definitions.expressions import is_expression
from symphainy.foundations.definitions.protocols import ENDPOINTS, PROCESSES, at
from symphainy.foundations.definitions.tasks import all_tasks

Read = Callable[[str], bytes | None]


def laid_in(document: dict[str, Any], read: Read) -> dict[str, Any]:
    """A copy of ``document`` that needs no file: what ``read`` finds is inline, the rest as it was.

    >>> call = {"call": "grpc", "with": {"proto": {"endpoint": "a.proto"}}}
    >>> laid_in({"do": [{"x": call}]}, lambda path: b"hi")["do"][0]["x"]["with"]["proto"]["endpoint"]
    'data:;base64,aGk='
    """
    made = copy.deepcopy(document)
    for task in all_tasks(made):
        kind = (
            str(task.body.get("call"))
            if task.kind == "call"
            else next((k for k in PROCESSES if k in task.body.get("run", {})), "")
        )
        given = task.body.get("with") if task.kind == "call" else (task.body.get("run") or {}).get(kind)
        for way in ENDPOINTS.get(kind, ()):
            holder, key = at(given, way[:-1]), way[-1]
            if isinstance(at(given, way), dict):
                holder, key = at(given, way), "uri"
            path = holder.get(key) if isinstance(holder, dict) else None
            if (
                isinstance(path, str)
                and ":" not in path
                and not is_expression(path)
                and (data := read(path)) is not None
            ):
                holder[key] = "data:;base64," + base64.b64encode(data).decode()
    return made
