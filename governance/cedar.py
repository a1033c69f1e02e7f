"""Cedar, compiled once: a bundle's policies against the city's vocabulary.

cedarpy returns errors instead of raising them, so the only answer that opens anything is ``Allow`` without an error.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import cedarpy

from symphainy.foundations.language.errors import Invalid
from symphainy.governance.bundle import Bundle

__all__ = ["Answer", "Compiled", "Question", "compile_bundle"]


@dataclass(frozen=True)
class Question:
    """May this principal do this to that, under these circumstances? Entity ids are data, never policy text."""

    principal: tuple[str, str]
    tenant: str
    roles: tuple[str, ...]
    action: str
    resource: tuple[str, str]
    resource_tenant: str
    owner: str = ""
    classes: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Answer:
    """``policies`` are the ``@id`` names that decided; ``errors`` is never empty when Cedar could not decide."""

    allowed: bool
    policies: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


class Compiled:
    """A bundle that has passed every check, ready to answer in tens of microseconds."""

    def __init__(
        self, bundle: Bundle, schema: cedarpy.Schema, base: cedarpy.PolicySet, extra: Mapping[str, cedarpy.PolicySet]
    ) -> None:
        self.bundle, self._schema, self._base, self._extra = bundle, schema, base, extra
        self._entities = lru_cache(maxsize=4096)(self._parse_entities)
        # The answer follows from policies, which never change here, and the question alone: the same one is decided once.
        self._answers = lru_cache(maxsize=4096)(self._decide)

    def ask(self, question: Question) -> Answer:
        """Allowed only on ``Allow`` without errors; anything else is no."""
        return self._answers(question)

    def _decide(self, question: Question) -> Answer:
        try:
            entities = self._entities(
                question.principal,
                question.tenant,
                question.roles,
                question.resource,
                question.resource_tenant,
                question.owner,
                question.classes,
            )
            result = cedarpy.is_authorized(
                {
                    "principal": _uid(*question.principal),
                    "action": _uid("Action", question.action),
                    "resource": _uid(*question.resource),
                    "context": dict(question.context),
                },
                self._extra.get(question.tenant, self._base),
                entities,
                schema=self._schema,
            )
        except (ValueError, TypeError, KeyError) as error:
            return Answer(False, errors=(str(error),))
        names, errors = result.diagnostics.id_annotations_by_reason, tuple(map(str, result.diagnostics.errors))
        policies = tuple(names.get(reason, reason) for reason in result.diagnostics.reasons)
        return Answer(result.decision == cedarpy.Decision.Allow and not errors, policies, errors)

    def _parse_entities(
        self, principal: tuple[str, str], tenant: str, roles: tuple[str, ...], resource: tuple[str, str], resource_tenant: str, owner: str,
        classes: tuple[str, ...],
    ) -> cedarpy.Entities:  # fmt: skip
        who = {
            "uid": _uid(*principal),
            "attrs": {"id": principal[1], "tenant": tenant},
            "parents": [_uid("Tenant", tenant), *(_uid("Role", r) for r in roles)],
        }
        what: dict[str, Any] = {
            "uid": _uid(*resource),
            "attrs": {"tenant": resource_tenant, "classes": sorted(classes), "owner": owner},
        }
        if resource[0] == "Tenant":
            what |= {"attrs": {**what["attrs"], "id": resource[1]}, "parents": []}
        else:
            what |= {"parents": [_uid("Tenant", resource_tenant)]}
        return cedarpy.Entities.from_json_str(json.dumps([who, what]), self._schema)


def compile_bundle(bundle: Bundle) -> Compiled:
    """Parse and validate everything in a bundle; Invalid names the file and the fault, and nothing is in force yet."""
    try:
        schema = cedarpy.Schema.from_str(bundle.vocabulary)
    except ValueError as error:
        raise Invalid(f"The Cedar vocabulary does not parse: {error}.", remedy="Correct city.cedarschema.") from error
    for name, text in bundle.policies.items():
        _check(name, text, bundle.vocabulary)
    base_text = "\n".join(bundle.policies.values())
    extra = {}
    for tenant, files in bundle.extra_policies.items():
        for name, text in files.items():
            _check(f"{tenant}/{name}", text, bundle.vocabulary)
        extra[tenant] = cedarpy.PolicySet.from_str("\n".join((base_text, *files.values())))
    for table, read in (
        ("orchestration", bundle.orchestration_of),
        ("rates", bundle.rates_of),
        ("personal", bundle.personal_of),
    ):
        for key in getattr(bundle, table):
            tenant, _, solution = key.partition("/")
            _read(key, partial(read, tenant, solution or None))
    for key in bundle.retention:
        _read(key, partial(bundle.retention_of, key))
    for key in bundle.sessions:
        _read(key, partial(bundle.sessions_of, key))
    return Compiled(bundle, schema, cedarpy.PolicySet.from_str(base_text), extra)


@lru_cache(maxsize=256)  # of what is in order alone: a fault is raised
def _check(name: str, text: str, vocabulary: str) -> None:
    try:
        parsed = cedarpy.policies_to_pst(text)
    except ValueError as error:
        raise Invalid(
            f"The policy file {name} does not parse: {error}.", remedy="Correct it; the bundle in force stays."
        ) from error
    if parsed.templates or not all(policy.annotations.get("id") for policy in parsed.static_policies.values()):
        raise Invalid(
            f"The policy file {name} has a policy without @id, or a template.",
            remedy='Write @id("name") above each policy.',
        )
    result = cedarpy.validate_policies(text, vocabulary)
    if not result.validation_passed:
        raise Invalid(f"The policy file {name} does not fit the vocabulary: {'; '.join(map(str, result.errors))}.")


def _read(key: str, read: Callable[[], object]) -> None:
    try:
        read()
    except ValueError as error:
        raise Invalid(
            f"The limits of {key!r} cannot be read: {error}.", remedy="Correct limits.yaml; the bundle in force stays."
        ) from error


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}
