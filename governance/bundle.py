"""The policy bundle: every rule that is data (Cedar, ceilings, rates, session terms), under one digest.

A bundle is immutable; the one in force is swapped whole. What does not compile is never in force: the last good one stays.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

import yaml
from pydantic import ConfigDict, Field, PrivateAttr, StringConstraints, ValidationError

from symphainy.foundations.definitions.plan import Limits
from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Message

__all__ = [
    "SHIPPED",
    "Bundle",
    "Orchestration",
    "PersonalData",
    "Rates",
    "Retention",
    "SessionTerms",
    "load_bundle",
    "nearest",
]

T = TypeVar("T", bound=Message)
Rate = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}/(second|minute|hour|day)$")]
SHIPPED = Path(__file__).parent / "policies"


class Orchestration(Message):
    """What may be orchestrated, how much of it, and who may approve."""

    limits: Limits = Limits()
    capabilities: tuple[str, ...] = ("*",)
    approvers: tuple[str, ...] = ()
    requester_decides: bool = False
    """Whether whoever asked may also decide; an approver's role is asked for all the same."""


class Rates(Message):
    """Rates as ``<count>/<second|minute|hour|day>``."""

    tenant: Rate = "12000/minute"
    principal: Rate = "6000/minute"
    reads: Rate = "60000/minute"
    capabilities: dict[str, Rate] = {}


class PersonalData(Message):
    """What happens to personal data where the switch ``pii_masking`` is at enforce."""

    action: Literal["refuse", "mask"] = "refuse"
    """A step that would get it unmasked is refused, or gets it masked but for fields whose schema declares the class ``personal``."""
    kinds: tuple[str, ...] = ()
    """What is looked for (e-mail, card, person …); empty: everything that says who somebody is."""


class Retention(Message):
    """How long the payloads of a run are kept after it has closed."""

    days: Annotated[int, Field(ge=1, le=36_500, strict=True)] | None = None
    """None: for good."""


class SessionTerms(Message):
    """How long a session lives, and how many one principal may hold."""

    idle: timedelta = timedelta(hours=8)
    absolute: timedelta = timedelta(days=7)
    count: int = 1000


class Bundle(Message):
    """All policy as data. ``extra_policies`` holds a tenant's own approved Cedar files, tenant → file → text."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    version: str = "shipped"
    vocabulary: str
    policies: dict[str, str]
    extra_policies: dict[str, dict[str, str]] = {}
    orchestration: dict[str, dict[str, Any]] = {}
    rates: dict[str, dict[str, Any]] = {}
    sessions: dict[str, dict[str, Any]] = {}
    personal: dict[str, dict[str, Any]] = {}
    retention: dict[str, dict[str, Any]] = {}

    _held: dict[tuple[str, str, str | None], Any] = PrivateAttr(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """``sha256:<hex>`` over the canonical JSON of everything in it."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def orchestration_of(self, tenant: str, solution: str | None = None) -> Orchestration:
        """Conductor's part for a tenant and solution."""
        return self._read(Orchestration, "orchestration", tenant, solution)

    def rates_of(self, tenant: str, solution: str | None = None) -> Rates:
        """Traffic Cop's rates."""
        return self._read(Rates, "rates", tenant, solution)

    def personal_of(self, tenant: str, solution: str | None = None) -> PersonalData:
        """Data Steward's treatment of personal data."""
        return self._read(PersonalData, "personal", tenant, solution)

    def retention_of(self, tenant: str) -> Retention:
        """Data Steward's retention."""
        return self._read(Retention, "retention", tenant, None)

    def sessions_of(self, tenant: str) -> SessionTerms:
        """Traffic Cop's session terms."""
        return self._read(SessionTerms, "sessions", tenant, None)

    def _read(self, kind: type[T], table: str, tenant: str, solution: str | None) -> T:
        """Read through a small cache: this is asked at every step."""
        key = (table, tenant, solution)
        if (found := self._held.get(key)) is None:
            if len(self._held) >= 4096:
                self._held.clear()
            found = self._held[key] = kind.model_validate(nearest(getattr(self, table), tenant, solution))
        return cast("T", found)


def nearest(table: Mapping[str, Mapping[str, Any]], tenant: str, solution: str | None) -> dict[str, Any]:
    """Fields of "*", overlaid by the tenant's, overlaid by the solution's; nested objects field by field.

    >>> nearest({"*": {"a": 1, "b": {"x": 1, "y": 1}}, "acme": {"b": {"y": 2}}}, "acme", None)
    {'a': 1, 'b': {'x': 1, 'y': 2}}
    """
    found: dict[str, Any] = {}
    for key in ("*", tenant, f"{tenant}/{solution}"):
        found = _overlay(found, table.get(key, {}))
    return found


def _overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        merged[key] = (
            _overlay(merged[key], value)
            if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
            else value
        )
    return merged


def load_bundle(folder: Path = SHIPPED, version: str = "shipped") -> Bundle:
    """Read a folder of ``city.cedarschema``, ``*.cedar`` and ``limits.yaml``; Invalid names the file that does not fit."""
    try:
        tables = yaml.safe_load((folder / "limits.yaml").read_text("utf-8")) or {}
        policies = {file.name: file.read_text("utf-8") for file in sorted(folder.glob("*.cedar"))}
        vocabulary = (folder / "city.cedarschema").read_text("utf-8")
        return Bundle.model_validate({"version": version, "vocabulary": vocabulary, "policies": policies, **tables})
    except (OSError, yaml.YAMLError, ValidationError, TypeError) as error:
        raise Invalid(
            f"The policy bundle in {folder} cannot be read: {error}.",
            remedy="Correct that file; the bundle in force stays.",
        ) from error
