"""The capabilities that random programs call, and what they have done; the plan of a program that calls them."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

from support.machine_driver import Fault

from model.programs import Node, tasks
from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.plan import Plan
from symphainy.foundations.language.contract import Catalog, Contract, Effects


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
