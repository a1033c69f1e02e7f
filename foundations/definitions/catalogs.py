"""What a ``call`` names beside functions and capabilities: a function of a catalog of ``use.catalogs``, or one at an address. Pure."""

from typing import Any


def parts(call: str) -> tuple[str, str, str]:
    """Name, version and catalog of a ``call``; empty where it does not say.

    >>> parts("content.parse:1@default"), parts("content.parse@1"), parts("log:1.0.0@global")
    (('content.parse', '1', 'default'), ('content.parse', '1', ''), ('log', '1.0.0', 'global'))
    """
    head, _, tail = call.partition("@")
    name, _, version = head.partition(":")
    return (name, version, tail) if version else (name, tail, "")


def place(call: str, catalogs: dict[str, Any]) -> dict[str, Any] | None:
    """Where the function is; None when the call names nothing of the kind.

    >>> place("log:1.0.0@mine", {"mine": {"endpoint": "https://x.org"}})
    {'endpoint': 'https://x.org', 'name': 'log', 'version': '1.0.0'}
    """
    if "://" in call:
        return {"endpoint": call}
    name, version, catalog = parts(call)
    if catalog in ("", "default") or catalog not in catalogs:
        return None
    return {"endpoint": catalogs[catalog]["endpoint"], "name": name, "version": version}
