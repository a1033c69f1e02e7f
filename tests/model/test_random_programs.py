"""Random programs on the real compiler and machine agree with the model: in outcome, and in every effect made and taken back."""

import random
from collections import Counter

import pytest
from support.machine_driver import Driver

from model.capabilities import Ledger, compiled
from model.model import Model
from model.programs import Generator, Node

PROGRAMS = 50


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
