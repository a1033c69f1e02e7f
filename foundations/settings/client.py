"""Client Config: one document, ``client.yaml``, for what a client brings. Infrastructure (BYOI) becomes settings; experience
(BYOH) is bound when a solution is deployed. Environment variables come before it, defaults behind it.
"""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Message
from symphainy.foundations.settings import references
from symphainy.foundations.settings.lined_yaml import Lined, load_lined
from symphainy.foundations.settings.lined_yaml import Path as Place

FILE = "client.yaml"
Text = Annotated[str, AfterValidator(references.plain)]
Url = Annotated[str, AfterValidator(references.url)]
Secret = Annotated[str, AfterValidator(references.secret)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


class Temporal(Message):
    """A Temporal of the client's own."""

    address: Text | None = None
    namespace: Text | None = None
    tls: bool | None = None
    tls_ca: Text | None = None
    tls_cert: Text | None = None
    tls_key: Text | None = None
    """A path; the key itself stays in its file."""
    api_key: Secret | None = None


class Model(Message):
    """A language model of the client's own, OpenAI-compatible."""

    url: Url | None = None
    name: Text | None = None
    api_key: Secret | None = None


class Secrets(Message):
    """Secrets of the installation, all by reference."""

    master_key: Secret | None = None
    oidc_client_secret: Secret | None = None


class Infrastructure(Message):
    """BYOI: what is left out is embedded."""

    sql: Url | None = None
    redis: Url | None = None
    objects: Url | None = None
    temporal: Temporal = Temporal()
    model: Model = Model()
    secrets: Secrets = Secrets()


class Surface(Message):
    """One binding, as a solution writes it; it takes the place of the solution's own of that surface and name."""

    surface: Name
    name: Name
    intent: str
    path: str | None = None
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    every: str | None = None
    cron: str | None = None
    field: str | None = None
    url: str | None = None
    events: list[str] | None = None
    result: bool | None = None
    secret: str | None = None
    """A name in the tenant's secrets, never a secret."""
    verify: str | None = None


class Experience(Message):
    """BYOH, for one solution: surfaces that this client adds or overrides, and names of those it goes without."""

    bind: tuple[Surface, ...] = ()
    without: tuple[Name, ...] = ()


class ClientConfig(Message):
    """The document."""

    infrastructure: Infrastructure = Infrastructure()
    experience: dict[Name, Experience] = Field(default_factory=dict)


class ClientFile:
    """A read ``client.yaml``: the document, and where everything stands in it."""

    def __init__(self, config: ClientConfig, lined: Lined) -> None:
        self.config, self._lined = config, lined

    @classmethod
    def read(cls, path: Path) -> "ClientFile":
        """Read and check; Invalid with file and line, and for an unknown key with the nearest known."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(f"{path} cannot be read: {error}", remedy="correct SYMPHAINY_CLIENT") from None
        lined = load_lined(text, file=str(path))
        try:
            return cls(ClientConfig.model_validate(lined.value), lined)
        except ValidationError as error:
            raise _refusal(error, lined) from None

    def settings(
        self, fields: Mapping[str, FieldInfo], environment: Mapping[str, str], but: Collection[str] = ()
    ) -> dict[str, Any]:
        """The settings that it says, without those in ``but``: what comes before it need not resolve. Invalid with the line."""
        made: dict[str, Any] = {}
        for place, name, value in _said(self.config.infrastructure):
            if name in but:
                continue
            at = self._lined.at(("infrastructure", *place))
            try:
                made[name] = references.resolve(value, environment) if isinstance(value, str) else value
                _adapter(fields[name]).validate_python(made[name])
            except KeyError as missing:
                raise Invalid(
                    f"{at}: the variable {missing.args[0]} is not set", remedy=f"set {missing.args[0]} and start again"
                ) from None
            except ValidationError as error:
                said = error.errors(include_input=False, include_url=False, include_context=False)[0]["msg"]
                raise Invalid(
                    f"{at}: {'.'.join(place)}: {said}", remedy="correct it, or the variable it names"
                ) from None
        return made


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    """The check of one setting, as the contract has it."""
    kind: Any = field.annotation
    return TypeAdapter(Annotated[(kind, *field.metadata)] if field.metadata else kind)


def _said(given: Infrastructure) -> list[tuple[tuple[str, ...], str, Any]]:
    """Place in the document, name of the setting, value: of everything that is given."""
    flat: list[tuple[tuple[str, ...], str, Any]] = []
    for part, value in given:
        if not isinstance(value, BaseModel):
            flat.append(((part,), f"{part}_url", value))
            continue
        prefix = "" if part == "secrets" else f"{part}_"
        flat += [((part, name), prefix + name, inner) for name, inner in value]
    return [each for each in flat if each[2] is not None]


def _refusal(error: ValidationError, lined: Lined) -> Invalid:
    found = error.errors(include_input=False, include_url=False, include_context=False)
    first = next(
        (each for each in found if each["type"] == "extra_forbidden"), found[0]
    )  # a slip explains what is missing
    place: Place = tuple(part for part in first["loc"])
    at = lined.at(place)
    if first["type"] != "extra_forbidden":
        where = ".".join(str(part) for part in place)
        said = first["msg"].removeprefix("Value error, ")
        return Invalid(f"{at}: {where}: {said}", remedy="client.example.yaml shows every key")
    known = _keys(place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it may be {', '.join(known)}"
    inside = f" of {'.'.join(str(part) for part in place[:-1])}" if len(place) > 1 else ""
    return Invalid(f"{at}: {place[-1]} is not a key{inside}; {hint}", remedy=hint)


def _keys(place: Place) -> list[str]:
    """The keys that a model at this place knows. A solution's name and a list's index lead to what they hold."""
    here: Any = ClientConfig
    for part in place:
        if isinstance(here, type) and issubclass(here, BaseModel):
            here = here.model_fields[str(part)].annotation
        else:
            here = next(each for each in reversed(get_args(here)) if each is not Ellipsis)
    return list(here.model_fields)
