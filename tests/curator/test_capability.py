"""The mark: a contract from a function, and what it refuses."""

from datetime import timedelta

import pytest
from pydantic import BaseModel

from symphainy.foundations.curator import capability, mark_of
from symphainy.foundations.language.agent import ReasonedArtifact
from symphainy.foundations.language.artifact import ArtifactRef
from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Defect
from symphainy.foundations.language.step import Step


class Ask(BaseModel):
    file: ArtifactRef
    times: int = 1


class Told(BaseModel):
    text: str


def declared(name="demo.tell", **about):
    def tell(step: Step[Ask]) -> Told:
        """Tell it.

        In full.
        """
        return Told(text=step.input.file.name)

    return mark_of(capability(name, **{"input": Ask, "output": Told, **about})(tell))


def test_contract_is_derived_from_models_and_docstring():
    contract = declared().contract
    assert (contract.ref, contract.owner, contract.title) == ("demo.tell@1", "demo", "Tell it")
    assert contract.input["required"] == ["file"]
    assert contract.output["properties"]["text"]["type"] == "string"
    assert contract.start_to_close == timedelta(minutes=5)


def test_references_are_marked_so_that_nobody_looks_into_them():
    assert declared().contract.input["$defs"]["ArtifactRef"]["x-artifact"] is True
    assert declared(output=ArtifactRef).contract.output["x-artifact"] is True


def test_output_schema_is_of_what_is_given_not_of_what_is_taken():
    assert set(declared(output=Ask).contract.output["properties"]) == {"file", "times"}


@pytest.mark.parametrize(
    ("about", "mode", "queue"),
    [
        ({"duration": "short"}, "local", "symphainy-demo"),
        ({"duration": "long"}, "activity", "symphainy-demo"),
        ({"determinism": "effectful", "effects": Effects(), "duration": "short"}, "activity", "symphainy-demo"),
        ({"determinism": "grounded", "agent": True, "output": ReasonedArtifact}, "activity", "symphainy-demo"),
        ({"realm": "smart_city"}, "activity", "symphainy-smart-city"),
    ],
)
def test_mode_and_queue_follow_from_the_contract(about, mode, queue):
    contract = declared(**about).contract
    assert (contract.mode, contract.queue) == (mode, queue)


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ({"name": "Tell"}, "a name is"),
        ({"name": "tell"}, "a name is"),
        ({"version": "one"}, "a version is"),
        ({"determinism": "effectful"}, "go together"),
        ({"effects": Effects()}, "go together"),
        ({"undo": "demo.untell"}, "something to undo"),
        ({"agent": True}, "ReasonedArtifact"),
        (
            {"agent": True, "determinism": "effectful", "effects": Effects(), "output": ReasonedArtifact},
            "no side effects",
        ),
        ({"determinism": "grounded"}, "agent=True"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(about, says):
    with pytest.raises(Defect, match=says):
        declared(**about)


def test_a_function_takes_its_step_and_nothing_else():
    with pytest.raises(Defect, match="exactly one parameter"):
        capability("demo.two", input=Ask, output=Told)(lambda step, more: None)


def test_marking_changes_nothing_and_registers_nothing():
    def tell(step):
        return Told(text="x")

    marked = capability("demo.tell", input=Ask, output=Told)(tell)
    assert marked is tell
    with pytest.raises(Defect, match="put @capability"):
        mark_of(lambda step: step)
