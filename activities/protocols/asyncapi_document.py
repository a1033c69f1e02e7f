"""Reads an AsyncAPI document, 2.6 or 3.0: where a channel is, by which protocol, at which server."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from symphainy.activities.protocols.request import text
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json

PORTS = {"http": 80, "https": 443, "redis": 6379}
PREFERRED = ("https", "http", "redis")


@dataclass(frozen=True)
class Place:
    """A channel at a server."""

    protocol: str
    host: str
    port: int
    address: str
    url: str = ""
    method: str = "POST"


def place(
    document: dict[str, Any],
    *,
    channel: str | None,
    operation: str | None,
    server: dict[str, Json],
    protocol: str | None,
) -> Place:
    """The place of a channel (2.6) or of an operation's channel (3.0); Invalid says what the document does not have."""
    newer = str(document.get("asyncapi", "")).startswith("3")
    address, bindings, allowed = (_newer if newer else _older)(document, channel, operation)
    servers = {n: s for n, s in _map(document.get("servers")).items() if isinstance(s, dict) and n in (allowed or [n])}
    name = server.get("name")
    fitting = {
        n: s
        for n, s in servers.items()
        if name in (None, n) and (protocol is None or _protocol(s) in (protocol, f"{protocol}s"))
    }
    if not fitting:
        asked = " ".join(str(one) for one in (name, protocol) if one) or "that carries the channel"
        raise Invalid(f"the AsyncAPI document has no server {asked}", code="asyncapi_server")
    chosen = min(fitting.values(), key=lambda s: PREFERRED.index(p) if (p := _protocol(s)) in PREFERRED else 9)
    return _at(chosen, _map(server.get("variables")), address, _map(bindings.get("http")))


def _at(server: dict[str, Any], variables: dict[str, Json], address: str, http: dict[str, Any]) -> Place:
    protocol = _protocol(server)
    host = str(server.get("host") or server.get("url") or "")
    declared = _map(server.get("variables"))
    path = str(server.get("pathname") or "")
    for name in {*declared, *variables}:
        default = declared[name].get("default", "") if isinstance(declared.get(name), dict) else ""
        value = text(variables.get(name, default))
        host, path = host.replace("{" + name + "}", value), path.replace("{" + name + "}", value)
    parts = urlsplit(host if "://" in host else f"{protocol}://{host}")
    try:
        port = parts.port or PORTS.get(protocol, 0)
    except ValueError:
        raise Invalid(
            "the server of the AsyncAPI document has no port that is a number", code="asyncapi_server"
        ) from None
    if not parts.hostname:
        raise Invalid("the server of the AsyncAPI document has no host", code="asyncapi_server")
    base = f"{protocol}://{parts.netloc}{(parts.path + path).rstrip('/')}"
    url = f"{base}/{address.lstrip('/')}" if address else base
    return Place(protocol, parts.hostname, port, address, url, str(http.get("method") or "POST").upper())


def _older(
    document: dict[str, Any], channel: str | None, operation: str | None
) -> tuple[str, dict[str, Any], list[str]]:
    """AsyncAPI 2: a channel's key is its address; an operation is found by its id."""
    channels = {name: one for name, one in _map(document.get("channels")).items() if isinstance(one, dict)}
    for name, one in channels.items():
        for kind in ("publish", "subscribe"):
            found = _map(one.get(kind))
            if name == channel or (operation is not None and found.get("operationId") == operation):
                return name, _map(found.get("bindings")), [str(s) for s in one.get("servers") or []]
    raise Invalid(f"the AsyncAPI document has no channel '{channel or operation}'", code="asyncapi_channel")


def _newer(
    document: dict[str, Any], channel: str | None, operation: str | None
) -> tuple[str, dict[str, Any], list[str]]:
    """AsyncAPI 3: an operation refers to a channel, a channel names its servers."""
    channels = _map(document.get("channels"))
    found = _map(_map(document.get("operations")).get(operation or ""))
    name = channel or str(_map(found.get("channel")).get("$ref", "")).rpartition("/")[2]
    one = _map(channels.get(name.replace("~1", "/").replace("~0", "~")))
    if not one:
        what = f"operation '{operation}'" if operation else f"channel '{channel}'"
        raise Invalid(f"the AsyncAPI document has no {what}", code="asyncapi_channel")
    servers = [str(s.get("$ref", "")).rpartition("/")[2] for s in one.get("servers") or [] if isinstance(s, dict)]
    return str(one.get("address") or name), _map(found.get("bindings")), servers


def _protocol(server: dict[str, Any]) -> str:
    return str(server.get("protocol", "")).lower()


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
