"""BYOH: a solution handed in with the surfaces that the client's ``client.yaml`` binds; its sagas, and so its plans, stay as they are."""

import hashlib
from collections.abc import Mapping
from typing import Any

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.settings import Settings
from symphainy.foundations.settings.client import ClientFile, Experience


def experience(settings: Settings) -> dict[str, Experience]:
    """Solution → what this client says of its experience; empty without a document."""
    path = settings.client_file
    return dict(ClientFile.read(path).config.experience) if path else {}


def rebound(files: Mapping[str, str], said: Mapping[str, Experience]) -> dict[str, str]:
    """The files of a solution with the client's bindings. Another experience is another version: ``1.0.0-client.<digest>``.

    Raises:
        Invalid: the client goes without a binding that the solution does not have.
    """
    from symphainy.foundations.definitions.yaml12 import load

    head = load(files.get("solution.yaml", ""), file="solution.yaml").value
    wanted = said.get(str(head.get("name"))) if isinstance(head, dict) else None
    if wanted is None or not isinstance(head, dict) or not isinstance(head.get("bindings", []), list):
        return dict(files)  # nothing to bind, or nothing that could be bound: the compiler says what is wrong
    import yaml

    bindings = [b for b in head.get("bindings", []) if isinstance(b, dict)]
    unknown = set(wanted.without) - {b.get("name") for b in bindings}
    if unknown:
        raise Invalid(
            f"client.yaml: {head['name']} goes without {', '.join(sorted(unknown))}, which it does not bind",
            remedy=f"it binds {', '.join(str(b.get('name')) for b in bindings) or 'nothing'}",
        )
    changed = {**head, "bindings": merged(bindings, wanted)}
    mark = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()[:8]
    join = "." if "-" in str(head.get("version")) else "-"
    changed["version"] = f"{head.get('version')}{join}client.{mark}"
    return {**files, "solution.yaml": yaml.safe_dump(changed, sort_keys=False, allow_unicode=True)}


def merged(own: list[dict[str, Any]], wanted: Experience) -> list[dict[str, Any]]:
    """The solution's bindings, without those left out, overridden by surface and name, and those added behind them.

    >>> from symphainy.foundations.settings.client import Surface
    >>> ask = Surface(surface="rest", name="ask", intent="a.ask", path="/q")
    >>> merged([{"surface": "rest", "name": "ask"}, {"surface": "rest", "name": "read"}], Experience(bind=(ask,), without=("read",)))
    [{'surface': 'rest', 'name': 'ask', 'intent': 'a.ask', 'path': '/q'}]
    """
    mine = {(b.surface, b.name): b.model_dump(exclude_none=True) for b in wanted.bind}
    kept = [b for b in own if b.get("name") not in wanted.without]
    standing = [mine.pop((str(b.get("surface")), str(b.get("name"))), b) for b in kept]
    return [*standing, *mine.values()]
