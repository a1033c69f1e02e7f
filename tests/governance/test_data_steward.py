import time
from typing import Any

import pytest

from symphainy.foundations.language.context import Intent
from symphainy.foundations.language.errors import Refused, TooLarge
from symphainy.foundations.language.records import EventDraft, Record
from symphainy.foundations.language.step import Outcome
from symphainy.governance.bundle import load_bundle
from symphainy.governance.data_steward.personal import find, mask
from symphainy.governance.data_steward.size import largest
from symphainy.governance.switches import SwitchSetting

from .parts import CONTRACT, Scene, Text

FAR = CONTRACT.model_copy(update={"duration": "long"})


def said(size: int) -> Outcome[Any]:
    return Outcome(output=Text(text="x" * size))


@pytest.mark.rule("data_steward.size", shows="bites")
async def test_a_local_result_over_64_kib_is_too_large_and_the_field_is_named(scene: Scene) -> None:
    await scene.step(outcome=said(65_000))
    record = Record()
    with pytest.raises(TooLarge, match=r"65536 are allowed\. Its largest field is /text") as caught:
        await scene.step(outcome=said(65_536), record=record)
    assert "artifact" in (caught.value.remedy or "")
    assert record.verdict == "deny"


async def test_an_activitys_result_may_have_a_mebibyte(scene: Scene) -> None:
    await scene.step(FAR, outcome=said(1_000_000))
    with pytest.raises(TooLarge, match="1048576"):
        await scene.step(FAR, outcome=said(1_048_576))


async def test_an_input_over_a_mebibyte_never_runs(scene: Scene) -> None:
    with pytest.raises(TooLarge, match="/rows"):
        await scene.step(FAR, arguments={"rows": ["x" * 1000] * 1_100})
    assert scene.runs == 0


async def test_an_intent_over_a_mebibyte_does_not_pass_the_door(scene: Scene) -> None:
    await scene.door(intent=Intent(type="a.b", payload={"text": "small"}))
    with pytest.raises(TooLarge, match="/text"):
        await scene.door(intent=Intent(type="a.b", payload={"text": "x" * 1_048_576}))


def test_the_largest_field_is_found_deep_down() -> None:
    assert largest({"a/b": {"c~": ["x" * 100, "y"]}}) == ("/a~1b/c~0/0", 102)
    assert largest([1, 2, 3])[0] == ""


@pytest.mark.rule("data_steward.classes", shows="bites")
async def test_declared_classes_are_in_the_record(scene: Scene) -> None:
    schema = {"properties": {"iban": {"type": "string", "x-class": "financial"}}}
    contract = CONTRACT.model_copy(
        update={"classes": ("internal",), "input": schema, "output": {"x-class": ["personal"]}}
    )
    assert (await scene.step(contract)).classes == {"internal", "financial", "personal"}
    assert (await scene.step()).classes == set()


# --- personal data

PERSONAL = {
    "who": ["write to Ann.Lee+x@mail.example.org!"],
    "bank": "IBAN DE89 3704 0044 0532 0130 00, thanks",
    "card": {"number": "4111-1111-1111-1111"},
}
HARMLESS = {
    "text": "at 12:30 @home, user@localhost, a@b",
    "iban": "DE89 3704 0044 0532 0130 01",
    "card": "4111 1111 1111 1112",
    "order": "0000 0000 0000 0000",
    "sha": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
}


def test_personal_data_is_found_by_validation_and_told_by_place() -> None:
    assert [(f.kind, f.pointer) for f in find(PERSONAL)] == [
        ("email", "/who/0"),
        ("iban", "/bank"),
        ("card", "/card/number"),
    ]
    assert find(HARMLESS) == []


def test_masking_replaces_findings_and_nothing_else() -> None:
    assert mask(PERSONAL) == {"who": ["write to [email]!"], "bank": "IBAN [iban], thanks", "card": {"number": "[card]"}}
    assert mask(HARMLESS) == HARMLESS
    assert mask("x" * 70_000 + " ann@mail.example.org").endswith("[email]")


@pytest.mark.rule("data_steward.pii", shows="bites")
@pytest.mark.rule("data_steward.pii", shows="off")
async def test_pii_is_observed_at_first_and_refused_under_enforce(scene: Scene) -> None:
    record = await scene.step(arguments=PERSONAL)
    ruling = next(r for r in record.rulings if r.rule == "pii")
    assert ruling.verdict == record.verdict == "would_deny"
    assert "email at /who/0" in ruling.reason
    for secret in ("Ann.Lee", "DE89", "4111"):
        assert secret not in ruling.model_dump_json()
    scene.city.manager.switches.set(SwitchSetting(switch="pii_masking", mode="enforce", tenant="acme"))
    with pytest.raises(Refused, match="unmasked"):
        await scene.step(arguments=PERSONAL)
    await scene.step(arguments=mask(PERSONAL))
    scene.city.manager.switches.set(SwitchSetting(switch="pii_masking", mode="off", tenant="acme"))
    assert "pii" not in [r.rule for r in (await scene.step(arguments=PERSONAL)).rulings]


HOSTILE = [
    "a" * 65_536,
    "a." * 32_768,
    "@" * 65_536,
    "1 " * 32_768,
    "a@" * 32_768,
    "DE89 " * 13_000,
    "x@a." + "a-" * 30_000,
]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_no_more_than_its_length(hostile: str) -> None:
    started = time.process_time()
    find(hostile)
    assert time.process_time() - started < 1.0


async def test_without_the_tenants_keys_nothing_runs(scene: Scene) -> None:
    scene.rows.away = True
    with pytest.raises(ConnectionError):
        await scene.step()
    assert scene.runs == 0


MASKING = {"personal": {"acme": {"action": "mask"}}}


@pytest.mark.rule("data_steward.pii", shows="bites")
async def test_a_policy_that_masks_gives_the_step_no_personal_data_but_what_its_schema_declares() -> None:
    scene = await Scene(bundle=load_bundle().model_copy(update=MASKING)).start()
    schema = {"properties": {"card": {"properties": {"number": {"type": "string", "x-class": "personal.card"}}}}}
    contract = CONTRACT.model_copy(update={"input": schema})
    observed = await scene.step(contract, arguments=PERSONAL)
    assert (observed.verdict, observed.masked) == ("would_deny", None)
    scene.city.manager.switches.set(SwitchSetting(switch="pii_masking", mode="enforce", tenant="acme"))
    record = await scene.step(contract, arguments=PERSONAL)
    assert record.masked == {**mask(PERSONAL), "card": PERSONAL["card"]}
    ruling = next(r for r in record.rulings if r.rule == "pii")
    assert (ruling.verdict, ruling.reason) == ("allow", "masked: email at /who/0, iban at /bank")


async def test_an_event_carries_no_personal_data_under_enforce(scene: Scene) -> None:
    draft = EventDraft(type="letter.sent", data={"to": "ann@mail.example.org", "n": 1})
    outcome = Outcome(output=Text(text="x"), events=(draft,))
    assert [e.data for e in (await scene.step(outcome=outcome)).events] == [draft.data]
    scene.city.manager.switches.set(SwitchSetting(switch="pii_masking", mode="enforce", tenant="acme"))
    assert [e.data for e in (await scene.step(outcome=outcome)).events] == [{"to": "[email]", "n": 1}]
