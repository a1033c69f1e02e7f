"""A solution's Cedar files are held against the city's vocabulary: by the compiler, and by a capability of a saga."""

import json
from typing import Any

import pytest

from symphainy.foundations.definitions.solution import load_solution
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import Catalog
from symphainy.foundations.language.errors import Invalid
from symphainy.governance import capabilities
from symphainy.governance.bundle import load_bundle
from symphainy.governance.solution_policies import PolicyCheck, findings

from .test_capabilities import a_step

GOOD = '@id("one")\npermit (principal in Role::"member", action == Action::"submit", resource);\n'
VOCABULARY = load_bundle().vocabulary


class Folder:
    """Tools that read one folder."""

    async def read(self, ref: ArtifactRef) -> bytes:
        return json.dumps({"policies/b.cedar": GOOD, "solution.yaml": "x"}).encode()


@pytest.mark.parametrize(
    ("text", "code", "line", "says"),
    [
        ("permit (principal, action resource);", "POL001", 1, "does not parse"),
        (GOOD.replace('@id("one")\n', ""), "POL002", 1, "no @id"),
        (GOOD + GOOD, "POL002", 1, "two policies are named 'one'"),
        (GOOD + GOOD.replace("one", "two").replace("submit", "fly"), "POL003", 3, "'two'"),
        (GOOD.replace(";", ' when { context.colour == "red" };'), "POL003", 1, "colour"),
        (GOOD.replace("principal in", "principal in ?principal, x"), "POL001", 1, "parse"),
    ],
)
def test_every_fault_has_a_code_a_line_and_a_sentence(text: str, code: str, line: int, says: str) -> None:
    found = findings("policies/a.cedar", text, VOCABULARY)
    assert {(d.code, d.severity) for d in found} == {(code, "error")}
    assert found[0].line == line and says in found[0].message and found[0].fix and found[0].file == "policies/a.cedar"


def test_a_good_file_has_no_finding_and_a_vocabulary_of_ones_own_is_one() -> None:
    assert findings("policies/a.cedar", GOOD, VOCABULARY) == []
    assert [d.code for d in findings("policies/a.cedarschema", "entity User;", VOCABULARY)] == ["POL004"]
    template = '@id("t")\npermit (principal == ?principal, action, resource);'
    assert "POL002" in [d.code for d in findings("policies/a.cedar", template, VOCABULARY)]


def test_the_compiler_refuses_a_solution_with_a_policy_that_does_not_fit() -> None:
    saga = "document: {dsl: '1.0.3', namespace: a, name: b, version: 1.0.0}\ndo:\n- one: {set: {a: 1}}\n"
    files = {
        "solution.yaml": "name: a\nversion: 1.0.0\nintents: {a.b: b}\n",
        "sagas/b.yaml": saga,
        "policies/a.cedar": GOOD,
    }
    assert load_solution(files, Catalog(), (PolicyCheck(VOCABULARY),)).definition is not None
    files["policies/a.cedar"] = GOOD.replace("Role", "Rule")
    found = load_solution(files, Catalog(), (PolicyCheck(VOCABULARY),))
    assert found.definition is None and "POL003" in {d.code for d in found.diagnostics}


async def test_the_capability_passes_good_files_and_names_every_fault() -> None:
    checked: Any = await capabilities.check(a_step(capabilities.check, policies={"policies/a.cedar": GOOD}))
    assert checked.files == ("policies/a.cedar",) and checked.bundle == load_bundle().digest
    assert (await capabilities.check(a_step(capabilities.check, policies={}))).files == ()
    folder = ArtifactRef.of(json.dumps({"policies/b.cedar": GOOD, "solution.yaml": "x"}).encode())
    of_folder: Any = await capabilities.check(a_step(capabilities.check, Folder(), folder=folder.model_dump()))
    assert of_folder.files == ("policies/b.cedar",)
    with pytest.raises(Invalid) as refused:
        await capabilities.check(
            a_step(capabilities.check, policies={"a.cedar": "permit;", "b.cedar": GOOD.replace("submit", "fly")})
        )
    assert refused.value.code == "policies" and {d["file"] for d in refused.value.extra["diagnostics"]} == {
        "a.cedar",
        "b.cedar",
    }
