"""The Cedar files of a solution: do they parse, is each policy named, do they fit the city's vocabulary?

WHAT: ``PolicyCheck``, which the compiler is given (DECISIONS.md 7), and ``findings``, which the capability ``policy.check`` answers.
HOW: the same questions that a bundle's own files are asked, answered with all findings instead of the first.
"""

from collections.abc import Iterable, Mapping

import cedarpy

from symphainy.foundations.definitions.compile import Check
from symphainy.foundations.definitions.diagnostics import Diagnostic

__all__ = ["PolicyCheck", "findings"]


class PolicyCheck(Check):
    """The compiler's check of ``policies/*.cedar`` against a vocabulary."""

    def __init__(self, vocabulary: str) -> None:
        self._vocabulary = vocabulary

    def policy(self, file: str, text: str) -> Iterable[Diagnostic]:
        """Everything that keeps this file from being a policy of the city's."""
        return findings(file, text, self._vocabulary)


def findings(file: str, text: str, vocabulary: str) -> list[Diagnostic]:
    """What is wrong with one file; nothing for a good one.

    >>> [found.code for found in findings("policies/a.cedar", "permit (principal, action);", "entity User;")]
    ['POL001']
    """
    if file.endswith(".cedarschema"):
        return [
            _found("POL004", file, "a solution brings no vocabulary of its own", "Write policies in the city's words.")
        ]
    try:
        parsed = cedarpy.policies_to_pst(text)
    except ValueError as error:
        return [_found("POL001", file, f"the file does not parse: {error}", "Mend the syntax.")]
    found = [
        _found("POL002", file, message, 'Write @id("name") above each policy; write a slot as a plain policy.')
        for message in _unnamed(parsed.static_policies, bool(parsed.templates))
    ]
    result = cedarpy.validate_policies(text, vocabulary)
    names = {number: policy.annotations.get("id") or number for number, policy in parsed.static_policies.items()}
    for fault in () if result.validation_passed else result.errors:
        name = str(names.get(fault.policy_id, fault.policy_id))
        said = str(fault.error).replace(f"policy `{fault.policy_id}`", f"policy '{name}'")
        fix = "Use the entities, actions and context of governance/policies/city.cedarschema."
        found.append(_found("POL003", file, said, fix, line=_line(text, name)))
    return found


def _unnamed(policies: Mapping[str, cedarpy.pst.Template], templates: bool) -> list[str]:
    names = [policy.annotations.get("id") for policy in policies.values()]
    said = ["a policy has no @id: the record could not say what decided"] if None in names or "" in names else []
    twice = sorted({name for name in names if name and names.count(name) > 1})
    said += [f"two policies are named '{name}'" for name in twice]
    return said + (["a policy is a template, and nothing links it"] if templates else [])


def _line(text: str, name: str) -> int:
    """The line on which the policy called ``name`` begins, from 1."""
    at = text.find(f'@id("{name}")') if name else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _found(code: str, file: str, message: str, fix: str, line: int = 1) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, fix=fix, file=file, line=line)
