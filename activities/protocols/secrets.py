"""Puts secrets into a call's arguments: fetched here and now, never journaled (DECISIONS.md 33)."""

import copy
import json
from typing import Any

from symphainy.foundations.language.errors import NotFound, Refused
from symphainy.foundations.language.model import Json
from symphainy.foundations.public_works.abstractions.secrets import Secrets, stored_name

References = dict[str, tuple[str | int, ...]]
"""JSON pointer into the arguments → the secret's name, then the path inside its value."""


async def filled(
    arguments: dict[str, Json], references: References, secrets: Secrets | None, tenant: str
) -> dict[str, Json]:
    """A copy of ``arguments`` with every secret in its place.

    Refused (OWS: authorization, 403) when the tenant has no such secret, or it has no such part.
    """
    made = copy.deepcopy(arguments)
    for pointer, (name, *path) in references.items():
        _put(made, pointer, _inside(await _value(secrets, tenant, str(name)), path, str(name)))
    return made


async def _value(secrets: Secrets | None, tenant: str, name: str) -> Json:
    try:
        if secrets is None:
            raise NotFound("this process keeps no secrets")
        raw = await secrets.get(tenant, stored_name(name))
    except NotFound:
        raise Refused(
            f"the secret '{name}' is not there", code="secret_missing", remedy="store it for the tenant"
        ) from None
    try:
        return json.loads(raw)
    except ValueError:
        return raw.decode()


def _inside(value: Json, path: list[str | int], name: str) -> Json:
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            raise Refused(f"the secret '{name}' has no part '{step}'", code="secret_missing") from None
    return value


def _put(made: Any, pointer: str, value: Json) -> None:
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for key in way:
        made = made[int(key)] if isinstance(made, list) else made[key]
    made[int(last) if isinstance(made, list) else last] = value
