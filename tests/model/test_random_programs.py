"""Random programs on the real compiler and machine agree with the model: in outcome, and in every effect made and taken back."""

import json
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import Driver, Fault

from model.model import Model
from model.programs import Generator, Node, tasks
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.contract import Catalog, Contract, Effects

PROGRAMS = 50


def contract(name: str, **more: Any) -> Contract:
    return Contract(name=f"t.{name}", version="1", owner="t", input={}, output={}, **more)


CATALOG = Catalog(
    contracts=(
        contract("inc"), contract("fail"), contract("flaky"), contract("back", determinism="effectful", effects=Effects()),
        contract("pay", determinism="effectful", effects=Effects(), undo="t.back"),
        Contract(name="core.evaluate", version="1", owner="core", input={}, output={}, heartbeat=timedelta(seconds=2)),
    )
)  # fmt: skip


class Ledger:
    """The capabilities, and what they have done."""

    def __init__(self) -> None:
        self.done: list[tuple[str, int]] = []
        self.undone: list[tuple[str, int]] = []
        self.tries: Counter[str] = Counter()

    @property
    def functions(self) -> dict[str, Any]:
        return {"t.inc": lambda a: {"n": a["n"] + 1}, "t.pay": self.pay, "t.back": self.back, "t.fail": self.fail, "t.flaky": self.flaky,
                "core.evaluate": self.evaluate}  # fmt: skip

    def evaluate(self, asked: Any) -> Any:
        import jq

        return {"value": jq.compile(asked["expression"]).input_value(asked["data"]).first()}

    def pay(self, given: Any) -> Any:
        self.done.append((given["name"], given["n"]))
        return {"n": given["n"]}

    def back(self, given: Any) -> Any:
        self.undone.append((given["input"]["name"], given["input"]["n"]))
        return {}

    def fail(self, given: Any) -> Any:
        raise Fault(given["status"])

    def flaky(self, given: Any) -> Any:
        """Fails so many times before it answers, at each place of the loop anew."""
        self.tries[given["name"]] += 1
        if self.tries[given["name"]] <= given["fails"]:
            raise Fault(503)
        self.tries[given["name"]] = 0
        return {"n": given["n"]}


def compiled(program: tuple[Node, ...]) -> Plan:
    document = {"document": {"dsl": "1.0.3", "namespace": "t", "name": "t", "version": "1.0.0"}, "do": tasks(program)}
    made = compile_text(json.dumps(document), catalog=CATALOG)
    assert made.plan is not None, made.errors
    return made.plan


@pytest.mark.parametrize("lifo", [False, True], ids=["first-in", "last-in"])
@pytest.mark.parametrize("seed", range(PROGRAMS))
def test_agrees_with_the_model(seed: int, lifo: bool) -> None:
    program = Generator(random.Random(seed)).program()
    model, ledger = Model(), Ledger()
    status, value = model.run(program, seed % 5)
    ending = Driver(compiled(program), ledger.functions, {"n": seed % 5}, lifo=lifo).run()
    found = ending.output["n"] if ending.status == "completed" else ending.error["status"]  # type: ignore[index]
    assert (ending.status, found) == (status, value)
    assert Counter(ledger.done) == Counter(model.done)
    owed = model.done if status == "faulted" else []
    assert Counter(ledger.undone) == Counter(owed)
    if owed:
        assert ledger.undone == ledger.done[::-1], "undone in another order than last first"


def test_the_programs_are_worth_it() -> None:
    """Most things happen in some of them."""
    ops: Counter[str] = Counter()
    ends: Counter[str] = Counter()

    def count(nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            ops[node.op] += 1
            for part in node.parts:
                count(part)

    for seed in range(PROGRAMS):
        program = Generator(random.Random(seed)).program()
        count(program)
        ends[Model().run(program, seed % 5)[0]] += 1
    assert len(ops) == 13 and min(ops.values()) >= 5, ops
    assert min(ends.values()) >= 10, ends
