"""A compensation that a definition names itself: granted with its step, run by the right of whoever runs the saga (ADR 0010)."""

import pytest

from symphainy.foundations.language.contract import Effects
from symphainy.foundations.language.errors import Refused
from symphainy.governance.security_guard.grant import DECLARED
from symphainy.governance.security_guard.rights import Rights

from .parts import CONTRACT, Scene

PAY = CONTRACT.model_copy(
    update={"name": "bank.pay", "determinism": "effectful", "effects": Effects(), "undo": "bank.refund"}
)
VOID = PAY.model_copy(update={"name": "bank.void", "undo": None})
WIPE = VOID.model_copy(update={"name": "bank.wipe", "action": "administer"})
KEY = "acme/exe_1/do/1/pay"
UNDO = {"kind": "undo", "effect_key": f"{KEY}/undo", "grant_key": KEY}


async def declared(scene: Scene, ref: str) -> None:
    """A step that declares it has run: its grant is kept."""
    record = await scene.step(PAY, undo=ref)
    assert record.grant is not None and record.grant.capability == ref and DECLARED in record.grant.policies
    scene.grants.owed["acme", KEY] = record.grant


async def test_it_takes_the_place_of_the_contracts_undo(scene: Scene) -> None:
    await declared(scene, "bank.void@1")
    assert (await scene.step(VOID, **UNDO)).verdict == "allow"
    with pytest.raises(Refused):
        await scene.step(PAY.model_copy(update={"name": "bank.refund"}), **UNDO)
    assert scene.runs == 2


async def test_it_needs_the_right_to_run_it_at_that_moment(scene: Scene) -> None:
    await declared(scene, "bank.void@1")
    scene.directory.people["acme", "ann"] = Rights(roles=())
    scene.city.forget("acme")
    with pytest.raises(Refused, match="run"):
        await scene.step(VOID, **UNDO)
    assert scene.runs == 1


async def test_naming_it_gives_no_right_that_is_greater(scene: Scene) -> None:
    await declared(scene, "bank.wipe@1")
    with pytest.raises(Refused, match="administer"):
        await scene.step(WIPE, **UNDO)
    assert scene.runs == 1
