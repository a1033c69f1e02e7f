"""The local profile: what one `symphainy run` may reach and what it is given. For a throw-away platform, never for a real one."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from symphainy.cli.files import read_text
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Json, Message
from symphainy.foundations.settings.rules import is_mapping

_HOST = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)(:\d{1,5})?$")


def _host(value: Any) -> Any:
    if not isinstance(value, str) or not _HOST.match(value):
        raise ValueError(f"'{value}' is not HOST or HOST:PORT")
    return value


def _place(value: Any) -> Any:
    """``localhost`` is written as the address it is."""
    if isinstance(value, str) and value.startswith("localhost:"):
        value = "127.0.0.1" + value.removeprefix("localhost")
    if not isinstance(value, str) or not is_mapping(f"host={value}"):
        raise ValueError(f"'{value}' is not ADDR:PORT")
    return value


class LocalProfile(Message):
    """Everything beside the document and its input. A profile file has these words, flags add to it."""

    allow_host: tuple[Annotated[str, BeforeValidator(_host)], ...] = ()
    """Private hosts that may be called."""
    map_host: dict[Annotated[str, BeforeValidator(_host)], Annotated[str, BeforeValidator(_place)]] = {}
    """Host → address and port that is called in its place, without TLS."""
    allow_run: tuple[Literal["script", "shell", "container", "mcp-stdio"], ...] = ()
    """Processes that the document may start, in the sandbox."""
    event: tuple[dict[str, Json], ...] = ()
    """CloudEvents, delivered in order once the run waits."""
    with_: tuple[Path, ...] = Field(default=(), alias="with")
    """Other definitions known to this run, for ``run: workflow``."""
    secret: dict[str, Json] = {}
    """Name → value."""
    timeout: float | None = Field(default=None, gt=0)
    """Seconds."""

    @property
    def is_special(self) -> bool:
        """Whether the run needs a platform of its own: hosts and secrets are nothing to change on one that serves others."""
        return bool(self.allow_host or self.map_host or self.secret or self.allow_run)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of its platform."""
        mapped = tuple(f"{host}={place}" for host, place in self.map_host.items())
        return {"outbound_allow": self.allow_host, "outbound_map": mapped, "run_allow": self.allow_run}


def profile(
    file: Path | None = None, *, allow_host: Sequence[str] = (), map_host: Sequence[str] = (), allow_run: Sequence[str] = (),
    event: Sequence[Path] = (),    with_: Sequence[Path] = (), secret: Sequence[str] = (), timeout: float | None = None,
) -> LocalProfile:  # fmt: skip
    """The profile of a file, and of flags added to it; Invalid names the word that is wrong.

    >>> profile(map_host=["petstore.swagger.io=localhost:8080"], secret=['key={"a": 1}']).map_host
    {'petstore.swagger.io': '127.0.0.1:8080'}
    """
    given = _from_file(file) if file else {}
    given["allow_host"] = [*given.get("allow_host", ()), *allow_host]
    given["allow_run"] = [
        *given.get("allow_run", ()),
        *(word for entry in allow_run for word in entry.split(",") if word),
    ]
    given["map_host"] = {**given.get("map_host", {}), **dict(_pair(entry, "--map-host") for entry in map_host)}
    given["secret"] = {**given.get("secret", {}), **dict(_secret(entry) for entry in secret)}
    given["with"] = [*given.get("with", ()), *with_]
    given["event"] = [*given.get("event", ()), *(one for path in event for one in _events(path))]
    if timeout is not None:
        given["timeout"] = timeout
    try:
        return LocalProfile.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else "the profile"
        raise Invalid(f"{where}: {first['msg'].removeprefix('Value error, ')}") from None


def _from_file(path: Path) -> dict[str, Any]:
    value = _data(path)
    if not isinstance(value, dict):
        raise Invalid(
            f"{path} must hold a map with the keys allow_host, map_host, allow_run, event, with, secret, timeout."
        )
    made = {str(key).replace("-", "_"): item for key, item in value.items()}
    made["with"] = [path.parent / str(other) for other in made.get("with", ())]
    return made


def _events(path: Path) -> list[Any]:
    value = _data(path)
    if not isinstance(value, list):
        raise Invalid(f"{path} must hold an array of CloudEvents.")
    return value


def _data(path: Path) -> Any:
    source = load(read_text(path), file=str(path))
    if source.faults:
        raise Invalid(f"{path} cannot be read: {source.faults[0].message}")
    return source.value


def _pair(entry: str, flag: str) -> tuple[str, str]:
    name, found, value = entry.partition("=")
    if not found or not name:
        raise Invalid(f"{flag} is written NAME=VALUE, not '{entry}'.")
    return name, value


def _secret(entry: str) -> tuple[str, Json]:
    name, value = _pair(entry, "--secret")
    try:
        return name, json.loads(value)
    except ValueError:
        raise Invalid(f"--secret {name}= is followed by JSON; a text is written in double quotes.") from None
