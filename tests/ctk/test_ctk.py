"""The specification's conformance kit, every scenario: compiled by the real compiler, walked by the real machine, real capabilities."""

import re
from typing import Any

import pytest
from definitions.examples import ROOT, needs_examples
from support.live_driver import Live, Run

from ctk.gherkin import Scenario, StepText, scenarios
from ctk.petstore import PetStore
from symphainy.foundations.definitions.yaml12 import load

ALL = scenarios(ROOT / "ctk") if ROOT.is_dir() else []
pytestmark = needs_examples


def data(block: str) -> Any:
    source = load(block)
    assert not source.faults, source.faults
    return source.value


def at(value: Any, path: str) -> Any:
    for key in path.split("."):
        assert isinstance(value, dict) and key in value, f"{path}: {value}"
        value = value[key]
    return value


def check(step: StepText, run: Run) -> None:  # noqa: C901 - one arm per sentence of the kit
    """One ``Then``; a step that is not known here fails."""
    ending, ran = run.ending, run.machine.ran
    quoted = re.findall(r"'([^']*)'", step.text)
    match step.text.partition(" should ")[2]:
        case "complete" | "complete with output:":
            assert ending.status == "completed", ending.error
            assert not step.block or ending.output == data(step.block)
        case "fault" | "fault with error:":
            assert ending.status == "faulted" and ending.error is not None
            for key, value in (data(step.block) if step.block else {}).items():
                assert ending.error[key] == value
        case said if said.startswith("have properties"):
            for path in quoted:
                at(ending.output, path)
        case said if said.endswith("property with value:"):
            assert at(ending.output, quoted[0]) == data(step.block)
        case said if match := re.search(r"property containing (\d+) items?", said):
            assert len(at(ending.output, quoted[0])) == int(match[1])
        case "run first":
            assert ran[0] == step.text.split()[0]
        case "run last":
            assert ran[-1] == step.text.split()[0]
        case said if match := re.fullmatch(r"run (before|after) (\S+)", said):
            mine, other = ran.index(step.text.split()[0]), ran.index(match[2])
            assert mine < other if match[1] == "before" else mine > other
        case said:
            raise AssertionError(f"the kit has a step that is not known here: {said!r}")


@pytest.mark.parametrize("scenario", ALL, ids=str)
async def test_scenario(scenario: Scenario) -> None:
    text, given, run = "", None, None
    with PetStore() as store:
        world = Live(store.map())
        try:
            for step in scenario.steps:
                if step.text.startswith("a workflow with definition"):
                    text = step.block
                elif step.text.startswith("given the workflow input is"):
                    given = data(step.block)
                elif step.text == "the workflow is executed":
                    compiled = world.compile(text)
                    assert compiled.plan is not None, compiled.diagnostics
                    run = await world.run(compiled.plan, {} if given is None else given)
                else:
                    assert run is not None
                    check(step, run)
        finally:
            await world.close()


def test_every_scenario_ends_in_a_check() -> None:
    assert ALL and all(any(" should " in step.text for step in scenario.steps) for scenario in ALL)
