"""The arguments of ``call: http`` and its like: URI templates expanded, policies of ``use.authentications`` put in their place, and
secrets left out: what travels is which secret belongs where, and the activity fetches it (DECISIONS.md 33).
"""

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from symphainy.foundations.definitions import expressions
from symphainy.foundations.definitions.jqlang.walk import plain_path
from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.program import escape
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

_NAME = re.compile(r"\{([^{}]+)\}")
_SECRETS = ("secrets", "secret")


def arguments(m: "Machine", f: Frame, task: dict[str, Any]) -> dict[str, Json]:
    """``with``, ready for the capability. ``secrets`` maps a JSON pointer into it to the secret's name and the path inside it."""
    source = _with_policies(task.get("with", {}), m.program.use.get("authentications", {}))
    secrets: dict[str, list[str | int]] = {}
    made: dict[str, Json] = _value(m, f, source, "", secrets)
    for holder, key in _endpoints(source):
        place = _at(made, holder)
        if isinstance(place, dict) and isinstance(text := _at(source, holder).get(key), str):
            if not expressions.is_expression(text):
                place[key] = expand(text, f.input)
    if secrets:
        made["secrets"] = secrets
    if "$authorization" in json.dumps([task.get("output"), task.get("export")]):
        made["reveal"] = True
    return made


def expand(template: str, data: Json) -> str:
    """A URI template with the top-level values of ``data``, percent-encoded; what is missing is empty (DSL.md 1.2).

    >>> expand("https://x.org/{a}/{b}?c={d e}", {"a": 1, "d e": "é"})
    'https://x.org/1/?c=%C3%A9'
    """

    def one(match: "re.Match[str]") -> str:
        value = data.get(match[1]) if isinstance(data, dict) else None
        if isinstance(value, dict | list):
            raise expressions.ExpressionError(
                f"the URI template's {{{match[1]}}} is an object or array, not a simple value"
            )
        if value is None:
            return ""
        return quote(value if isinstance(value, str) else json.dumps(value), safe="")

    return _NAME.sub(one, template)


def _value(m: "Machine", f: Frame, node: Json, pointer: str, secrets: dict[str, list[str | int]]) -> Any:
    if isinstance(node, str) and expressions.is_expression(node):
        path = plain_path(expressions.strip(node))
        if path is not None and path[0] in _SECRETS:
            secrets[pointer] = list(path[1])
            return None
        return flow.evaluate(m, f, node, f.input)
    if isinstance(node, _Secret):
        secrets[pointer] = [node.name]
        return None
    if isinstance(node, dict):
        return {k: _value(m, f, v, f"{pointer}/{escape(k)}", secrets) for k, v in node.items()}
    if isinstance(node, list):
        return [_value(m, f, v, f"{pointer}/{i}", secrets) for i, v in enumerate(node)]
    return node


class _Secret:
    """Stands for a whole policy that is a secret (``basic: {use: name}``)."""

    def __init__(self, name: str) -> None:
        self.name = name


def _with_policies(given: Any, known: dict[str, Any]) -> Any:
    """``given`` with each named policy in its place; policies stand at endpoints, and beside the document of ``openapi``."""
    if not isinstance(given, dict):
        return given
    made = dict(given)
    if isinstance(endpoint := made.get("endpoint"), dict):
        made["endpoint"] = _policy(endpoint, known)
    if isinstance(document := made.get("document"), dict) and isinstance(document.get("endpoint"), dict):
        made["document"] = {**document, "endpoint": _policy(document["endpoint"], known)}
    return _policy(made, known)


def _policy(holder: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    policy = holder.get("authentication")
    if not isinstance(policy, dict):
        return holder
    if set(policy) == {"use"}:
        policy = known[policy["use"]]
    policy = {s: _Secret(c["use"]) if isinstance(c, dict) and set(c) == {"use"} else c for s, c in policy.items()}
    return {**holder, "authentication": policy}


def _endpoints(source: Any) -> list[tuple[tuple[str, ...], str]]:
    """Where URI templates may stand: the path of the holder, and the key in it."""
    places: list[tuple[tuple[str, ...], str]] = []
    for holder in ((), ("document",)):
        at = _at(source, holder)
        if isinstance(at, dict):
            places.append(
                (holder, "endpoint") if isinstance(at.get("endpoint"), str) else ((*holder, "endpoint"), "uri")
            )
            for flow_ in ("oauth2", "oidc"):
                places.append(((*holder, "endpoint", "authentication", flow_), "authority"))
    return [(holder, key) for holder, key in places if isinstance(_at(source, holder), dict)]


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
