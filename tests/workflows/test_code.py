"""Code-first sagas: a function's steps are governed activities, and what it did is taken back when it fails."""

import asyncio
import importlib.util
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.machine_driver import Fault
from support.saga_worker import World, connect
from temporalio.client import WorkflowFailureError
from temporalio.worker import Replayer

from symphainy.foundations.curator import Registry
from symphainy.foundations.definitions.compile import compile_document
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.contract import Catalog, Contract, Effects
from symphainy.foundations.language.errors import Invalid
from symphainy.workflows.code import CodeSaga, Run, StepFailed, saga
from symphainy.workflows.runner import sandbox

USES = ["pay.now", "pay.back", "pay.void", "look.up"]


def contract(name: str, **more: Any) -> Contract:
    effectful = name.startswith("pay.")
    return Contract(
        name=name, version="1", owner="t", input={}, output={}, effects=Effects() if effectful else None,
        determinism="effectful" if effectful else "deterministic", **more,
    )  # fmt: skip


CATALOG = Catalog(
    contracts=(contract("pay.now", undo="pay.back"), contract("pay.back"), contract("pay.void"), contract("look.up"))
)


@saga("t/settle:1.0.0", uses=USES, title="Settle")
async def settle(run: Run, data: Any) -> Any:
    begun = run.now
    await run.call("pay.now", {"n": 1})
    await run.call("pay.now", {"n": 2}, name="second", compensate=("pay.void", {"n": 2}))
    await run.wait(timedelta(milliseconds=50))
    assert run.now > begun
    try:
        return await run.call("look.up", data)
    except StepFailed as failed:
        if failed.error.status == 404:
            return {"found": False}
        raise


def planned() -> Plan:
    made = compile_document(settle.document, catalog=CATALOG)
    assert made.plan is not None, made.diagnostics
    return made.plan


async def run(address: str, look_up: Any, **more: Any) -> tuple[World, Any]:
    functions = {
        "pay.now": lambda a: {"id": a["n"]},
        "pay.back": lambda a: None,
        "pay.void": lambda a: None,
        "look.up": look_up,
    }
    world = World(await connect(address), {**functions, **more})
    async with world.worker():
        handle = await world.start(planned(), {"q": 7})
        try:
            return world, await handle.result()
        except WorkflowFailureError as error:
            return world, error
        finally:
            await Replayer(
                workflows=[CodeSaga],
                data_converter=world.client.data_converter,
                workflow_runner=sandbox(),
                build_id="test",
            ).replay_workflow(await handle.fetch_history())


async def test_its_steps_are_governed_and_its_output_is_the_runs(temporal_address: str) -> None:
    world, output = await run(temporal_address, lambda a: {"said": a})
    assert output == {"said": {"q": 7}}
    assert world.log == ["/do/now", "/do/second", "/do/up"]
    (closing,) = world.closings
    assert (closing.status, closing.compensation, closing.steps) == ("completed", "none", 3)
    assert world.openings[0].definition == "t/settle:1.0.0"


async def test_a_failure_that_it_does_not_catch_takes_back_what_it_did(temporal_address: str) -> None:
    def broken(arguments: Any) -> Any:
        raise Fault(503, "away")

    world, error = await run(temporal_address, broken)
    assert isinstance(error, WorkflowFailureError)
    assert world.log[-2:] == ["/do/second/undo", "/do/now/undo"]
    (closing,) = world.closings
    assert (closing.status, closing.compensation, closing.owed) == ("faulted", "compensated", ())
    assert closing.problem is not None and (closing.problem.status, closing.problem.instance) == (503, "/do/up")


async def test_a_failure_that_it_catches_undoes_nothing(temporal_address: str) -> None:
    def missing(arguments: Any) -> Any:
        raise Fault(404, "no")

    world, output = await run(temporal_address, missing)
    assert output == {"found": False} and len(world.log) == 3


async def test_an_undo_that_fails_is_owed(temporal_address: str) -> None:
    def broken(arguments: Any) -> Any:
        raise Fault(503, "away")

    world, _ = await run(temporal_address, broken, **{"pay.void": broken})
    assert (world.closings[0].compensation, world.closings[0].owed) == ("partial", ("/do/second",))


async def test_a_cancelled_run_takes_back(temporal_address: str) -> None:
    there = asyncio.Event()

    async def slow(arguments: Any) -> Any:
        there.set()
        await asyncio.sleep(30)

    functions = {
        "pay.now": lambda a: {"id": 1},
        "pay.back": lambda a: None,
        "pay.void": lambda a: None,
        "look.up": slow,
    }
    world = World(await connect(temporal_address), functions)
    async with world.worker():
        handle = await world.start(planned(), {})
        await there.wait()
        await handle.cancel()
        with pytest.raises(WorkflowFailureError):
            await handle.result()
    assert world.log[-2:] == ["/do/second/undo", "/do/now/undo"] and world.closings[0].status == "cancelled"


def test_a_function_says_what_it_uses_and_has_one_name() -> None:
    made = planned()
    assert (
        made.workflow == "CodeSaga" and set(made.calls) == set(USES) and made.document["document"]["title"] == "Settle"
    )
    unknown = {"document": {**settle.document["document"], "metadata": {"code": {"uses": ["pay.nou"]}}}, "do": []}
    (error,) = compile_document(unknown, catalog=CATALOG).errors
    assert error.code == "LNK001" and "pay.now" in error.message
    with pytest.raises(Invalid, match="two functions"):
        saga("t/settle:1.0.0", uses=[])(lambda run, data: settle.function(run, data))


def test_the_example_of_the_documents_registers_and_compiles(root: Path) -> None:
    spec = importlib.util.spec_from_file_location("claims", root / "docs" / "examples" / "code-first" / "claims.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    registry = Registry()
    module.Manager().register(registry)
    registry.check()
    made = compile_document(registry.catalog().sagas["settle"], catalog=registry.catalog(), saga=True)
    assert made.plan is not None, made.diagnostics
    assert made.plan.capabilities["claims.reserve@1"].undo == "claims.release@1"
