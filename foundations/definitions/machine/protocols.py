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
from symphainy.foundations.definitions.protocols import ENDPOINTS, LATER, Way, at, policies
from symphainy.foundations.language.model import Json

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

_NAME = re.compile(r"\{([^{}]+)\}")
_SECRETS = ("secrets", "secret")


def arguments(m: "Machine", f: Frame, task: dict[str, Any]) -> dict[str, Json]:
    """``with``, ready for the capability. ``secrets`` maps a JSON pointer into it to the secret's name and the path inside it."""
    made = filled(m, f, task["call"], task.get("with", {}))
    if "$authorization" in json.dumps([task.get("output"), task.get("export")]):
        made["reveal"] = True
    return made


def filled(m: "Machine", f: Frame, call: str, given: Any) -> dict[str, Json]:
    """The arguments of a call or process: policies in their place, templates expanded, expressions evaluated, secrets named."""
    source = _with_policies(call, given, m.program.use.get("authentications", {}))
    later = {way: text for way in LATER.get(call, ()) if isinstance(text := at(source, way), str)}
    for way in later:
        source = _replaced(source, way, None)
    if isinstance(at(source, ("subscription", "foreach")), dict):
        source = _replaced(source, ("subscription", "foreach"), None)  # what is done with each message is done here
    secrets: dict[str, list[str | int]] = {}
    made: dict[str, Json] = _value(m, f, source, "", secrets)
    for way in _templates(call, source):
        text = at(source, way)
        if isinstance(text, str) and not expressions.is_expression(text):
            at(made, way[:-1])[way[-1]] = expand(text, f.input)
    if later:
        names = {name for text in later.values() for name in flow.names(text)}
        made["variables"] = flow.variables(m, f, names, {})
        for way, text in later.items():
            at(made, way[:-1])[way[-1]] = expressions.strip(text)
    if secrets:
        made["secrets"] = secrets
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


def _with_policies(call: str, given: Any, known: dict[str, Any]) -> Any:
    """``given`` with each named policy in its place."""
    made = given
    for way, policy in policies(call, given):
        if set(policy) == {"use"}:
            policy = known[policy["use"]]
        policy = {s: _Secret(c["use"]) if isinstance(c, dict) and set(c) == {"use"} else c for s, c in policy.items()}
        made = _replaced(made, way, policy)
    return made


def _templates(call: str, source: Any) -> list[Way]:
    """Where URI templates may stand."""
    places: list[Way] = []
    for way in ENDPOINTS.get(call, ()):
        places.append(way if isinstance(at(source, way), str) else (*way, "uri"))
    for way, policy in policies(call, source):
        places += [(*way, scheme, "authority") for scheme in ("oauth2", "oidc") if isinstance(policy.get(scheme), dict)]
    return [way for way in places if isinstance(at(source, way), str)]


def _replaced(value: Any, way: Way, new: Any) -> Any:
    """A copy of ``value`` in which ``new`` stands at ``way``; None removes it."""
    key, *rest = way
    if rest:
        return {**value, key: _replaced(value[key], tuple(rest), new)}
    return {k: v for k, v in value.items() if k != key} if new is None else {**value, key: new}
