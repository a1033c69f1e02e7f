"""What is laid over the shipped policy: a tenant's own Cedar files and numbers, or the installation's, under one digest.

A tenant may be stricter than the installation, never laxer: its Cedar files cannot open the wall between tenants (no permit can),
and a number of its own above the installation's is refused before it is kept.
"""

import hashlib
import json
from functools import cached_property
from typing import Any, Literal

from limits import parse
from pydantic import ConfigDict

from symphainy.foundations.language.errors import Invalid
from symphainy.foundations.language.model import Message
from symphainy.governance.bundle import Bundle, Orchestration, Rates, Retention, SessionTerms
from symphainy.governance.cedar import Compiled, compile_bundle

__all__ = ["EVERYONE", "Overlay", "laid_over", "laid_under"]

EVERYONE = "*"
"""The tenant of the installation's own overlay."""
_REMEDY = "Lower it: a tenant may be stricter than the installation, never laxer."


class Overlay(Message):
    """Cedar files (name → text) and tables. In a table, ``"*"`` means all of the tenant's, any other key one solution of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    version: str = ""
    policies: dict[str, str] = {}
    orchestration: dict[str, dict[str, Any]] = {}
    rates: dict[str, dict[str, Any]] = {}
    sessions: dict[Literal["*"], dict[str, Any]] = {}
    personal: dict[str, dict[str, Any]] = {}
    retention: dict[Literal["*"], dict[str, Any]] = {}

    @cached_property
    def body(self) -> str:
        """Its canonical JSON: what is kept, and what the digest is of."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """``sha256:<hex>`` of the body."""
        return "sha256:" + hashlib.sha256(self.body.encode()).hexdigest()


def laid_over(base: Bundle, tenant: str, overlay: Overlay) -> Compiled:
    """The base with a tenant's overlay, compiled; Invalid names the file or the number that does not fit, and nothing changes."""
    tables: dict[str, Any] = {}
    for table in ("orchestration", "rates", "sessions", "personal", "retention"):
        added = {_key(tenant, name): values for name, values in getattr(overlay, table).items()}
        tables[table] = {**getattr(base, table), **_merged(getattr(base, table), added)}
    if tenant == EVERYONE:
        tables["policies"] = {**base.policies, **{f"installation/{n}": t for n, t in overlay.policies.items()}}
    else:
        tables["extra_policies"] = {**base.extra_policies, tenant: dict(overlay.policies)}
    version = f"{base.version}+{overlay.version or overlay.digest[7:19]}"
    compiled = compile_bundle(Bundle.model_validate({**base.model_dump(), **tables, "version": version}))
    if tenant != EVERYONE:
        _not_laxer(base, compiled.bundle, tenant, overlay)
    return compiled


def laid_under(base: Bundle, tenant: str, overlay: Overlay) -> Compiled:
    """The same after the base has changed: numbers of the tenant's that are above the new ones give way to them."""
    try:
        return laid_over(base, tenant, overlay)
    except Invalid:
        numbers = {
            "rates": {}, "sessions": {}, "retention": {},
            "orchestration": {k: {n: v for n, v in t.items() if n != "limits"} for k, t in overlay.orchestration.items()},
        }  # fmt: skip
        return laid_over(base, tenant, overlay.model_copy(update=numbers))


def _key(tenant: str, name: str) -> str:
    if tenant == EVERYONE:
        if name != "*":
            raise Invalid(f"The installation's tables have the key '*' only, not {name!r}.", remedy="Use '*'.")
        return "*"
    return tenant if name == "*" else f"{tenant}/{name}"


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    return {key: {**below.get(key, {}), **values} for key, values in above.items()}


def _not_laxer(base: Bundle, made: Bundle, tenant: str, overlay: Overlay) -> None:
    for name in {*overlay.orchestration, *overlay.rates, "*"}:
        solution = None if name == "*" else name
        _ceilings(base.orchestration_of(tenant), made.orchestration_of(tenant, solution))
        _rates(base.rates_of(tenant), made.rates_of(tenant, solution))
    _sessions(base.sessions_of(tenant), made.sessions_of(tenant))
    _retention(base.retention_of(tenant), made.retention_of(tenant))


def _ceilings(ours: Orchestration, theirs: Orchestration) -> None:
    for name in type(ours.limits).model_fields:
        if getattr(theirs.limits, name) > getattr(ours.limits, name):
            raise Invalid(
                f"orchestration.limits.{name} is above the installation's {getattr(ours.limits, name)}.", remedy=_REMEDY
            )


def _rates(ours: Rates, theirs: Rates) -> None:
    for name in ("tenant", "principal", "reads"):
        most, wanted = parse(getattr(ours, name)), parse(getattr(theirs, name))
        if wanted.amount * most.get_expiry() > most.amount * wanted.get_expiry():
            raise Invalid(f"rates.{name} is above the installation's {getattr(ours, name)}.", remedy=_REMEDY)


def _sessions(ours: SessionTerms, theirs: SessionTerms) -> None:
    for name in SessionTerms.model_fields:
        if getattr(theirs, name) > getattr(ours, name):
            raise Invalid(f"sessions.{name} is above the installation's {getattr(ours, name)}.", remedy=_REMEDY)


def _retention(ours: Retention, theirs: Retention) -> None:
    if ours.days is not None and (theirs.days is None or theirs.days > ours.days):
        raise Invalid(f"retention.days is above the installation's {ours.days}.", remedy=_REMEDY)
