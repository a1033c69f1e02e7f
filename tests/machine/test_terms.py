"""Deadlines and budgets of a saga: no ``try`` holds them up, and what was done is taken back."""

from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import T0, Driver, plan

from symphainy.foundations.definitions.machine import Call, Ending
from symphainy.foundations.language.wire import StepResult

FUNCTIONS = {"pay": lambda a: {"n": 1}, "refund": lambda a: None, "think": lambda a: None}
UNDO = {"pay": "refund"}
CATCH = {"do": [{"late": {"set": {"caught": True}}}]}


class Costly(Driver):
    """Every thought costs tokens."""

    def _answer(self, call: Call) -> StepResult:
        result = super()._answer(call)
        return result.model_copy(update={"cost": {"tokens": 40.0}}) if call.ref == "think@1" else result


def run(do: list[Any], **more: Any) -> tuple[Ending, Driver]:
    made = plan(do, FUNCTIONS, UNDO).model_copy(update=more).sealed()
    driver = Costly(made, FUNCTIONS, {})
    return driver.run(), driver


def test_a_deadline_ends_a_run_whatever_tries_and_it_takes_back() -> None:
    do = [{"p": {"call": "pay"}}, {"t": {"try": [{"rest": {"wait": "P9D"}}], "catch": CATCH}}]
    ending, driver = run(do, deadline=timedelta(days=2))
    assert (ending.status, ending.compensation) == ("faulted", "compensated")
    assert ending.problem is not None and (ending.problem.status, ending.problem.code) == (408, "deadline")
    assert T0 + timedelta(days=2) <= driver.machine.now < T0 + timedelta(days=2, minutes=1)


def test_who_is_done_in_time_hears_nothing_of_it() -> None:
    ending, driver = run([{"rest": {"wait": "P1D"}}], deadline=timedelta(days=2))
    assert ending.status == "completed" and driver.timers == {}


@pytest.mark.parametrize(
    ("budget", "code", "thoughts"),
    [
        ({"tokens": 100.0}, "budget", 3),
        ({"steps": 2.0}, "budget", 2),
        ({"tokens": 120.0}, None, 3),
        ({"usd": 1.0}, None, 3),
    ],
)
def test_over_the_budget_a_run_fails_and_takes_back(budget: dict[str, float], code: str | None, thoughts: int) -> None:
    body = [{f"t{n}": {"call": "think"}} for n in range(3)]
    ending, driver = run([{"p": {"call": "pay"}}, {"t": {"try": body, "catch": CATCH}}], budget=budget)
    assert (ending.problem.code if ending.problem else None) == code
    assert ending.status == ("faulted" if code else "completed")
    assert (
        len(
            [
                name
                for name, _ in driver.log
                if "/t" in name.rpartition("/")[2] or name.rpartition("/")[2].startswith("t")
            ]
        )
        == thoughts
    )
    assert ("/do/0/p/undo" in [name for name, _ in driver.log]) == bool(code)


def test_branches_under_way_end_before_it_fails() -> None:
    branches = [{f"b{n}": {"call": "think"}} for n in range(4)]
    ending, _ = run([{"p": {"call": "pay"}}, {"f": {"fork": {"branches": branches}}}], budget={"tokens": 60.0})
    assert (ending.status, ending.compensation) == ("faulted", "compensated")


def test_a_plan_without_terms_has_the_digest_it_had() -> None:
    made = plan([{"p": {"call": "pay"}}], FUNCTIONS, UNDO)
    assert made.model_copy(update={"budget": {"steps": 1.0}}).sealed().digest != made.digest
    assert made.model_copy(update={"deadline": None, "budget": {}}).sealed().digest == made.digest
