"""Tasks of people in the machine: quorum, rejection, escalation, timeout, and everybody who is heard too late."""

from datetime import timedelta
from typing import Any

import pytest
from support.machine_driver import T0, Driver, Fault, plan

from symphainy.foundations.definitions.machine.people import task_id
from symphainy.foundations.language.errors import Conflict

ASK = "approval:1.0.0@default"
CALLS = {f"approval.{verb}": f"people.{verb}@1" for verb in ("ask", "decide", "escalate", "close")}
TASK = task_id("exe_1", "/do/0/ask")


class People:
    """The four capabilities, with a memory."""

    def __init__(self, refuse: str = "") -> None:
        self.told: list[Any] = []
        self.refuse = refuse
        self.functions = {f"people.{verb}": getattr(self, verb) for verb in ("ask", "decide", "escalate", "close")}

    def ask(self, a: Any) -> Any:
        self.told.append(("ask", a["approvers"], a["quorum"], a["due"]))
        return {"task_id": a["task_id"], "shown_digest": "d"}

    def decide(self, a: Any) -> Any:
        if a["principal"] == self.refuse:
            raise Fault(403, "authorization")
        self.told.append(("decide", a["principal"], a["choice"]))
        settled = "rejected" if a["choice"] == "reject" else "approved" if a["approvals"] + 1 >= a["quorum"] else ""
        return {"by": a["principal"], "choice": a["choice"], "value": a["value"], "settled": settled}

    def escalate(self, a: Any) -> Any:
        self.told.append(("escalate", a["approvers"]))
        return {"task_id": a["task_id"]}

    def close(self, a: Any) -> Any:
        self.told.append(("close", a["reason"]))
        return {"task_id": a["task_id"]}


def ask(people: People, proposals: list[tuple[str, str]], do: Any = None, **terms: Any) -> Driver:
    """A run that asks, and in which these people propose one after the other as soon as the task is open."""
    made = plan(do or [{"ask": {"call": ASK, "with": {"title": "Pay?", **terms}}}], people.functions)
    driver = Driver(made.model_copy(update={"calls": {**made.calls, **CALLS}}).sealed(), people.functions, {})
    waiting = list(proposals)

    def propose(d: Driver) -> Any:
        open_ = any(f.data.get("open") for f in d.machine.state.frames.values())
        while waiting and open_ and not d.open:
            who, choice = waiting.pop(0)
            sent = {"principal": who, "choice": choice, "value": None, "shown_digest": "d", "id": f"{who}-{choice}"}
            if commands := d.machine.proposed(sent | {"task_id": TASK}, d.machine.now):
                return commands
        return None

    driver.on_event = propose
    return driver


def test_one_approval_is_enough_and_the_output_says_who() -> None:
    people = People()
    ending = ask(people, [("bob", "approve")], roles=["boss"]).run()
    assert (ending.output["decision"], ending.output["reason"]) == ("approved", "decided")
    assert [(d["by"], d["choice"]) for d in ending.output["decisions"]] == [("bob", "approve")]
    assert people.told == [("ask", ["role:boss"], 1, None), ("decide", "bob", "approve")]


def test_a_quorum_needs_different_people() -> None:
    people = People()
    driver = ask(people, [("bob", "approve"), ("bob", "approve"), ("eve", "approve")], quorum=2)
    ending = driver.run()
    assert ending.output["decision"] == "approved" and [d["by"] for d in ending.output["decisions"]] == ["bob", "eve"]
    assert [t[1] for t in people.told if t[0] == "decide"] == ["bob", "eve"]


def test_one_rejection_rejects() -> None:
    ending = ask(People(), [("bob", "approve"), ("eve", "reject")], quorum=2).run()
    assert (ending.output["decision"], ending.output["reason"]) == ("rejected", "decided")


def test_what_a_step_refuses_moves_nothing() -> None:
    people = People(refuse="ann")
    driver = ask(people, [("ann", "approve"), ("bob", "reject")])
    ending = driver.run()
    assert ending.output["decision"] == "rejected" and [d["by"] for d in ending.output["decisions"]] == ["bob"]
    assert driver.machine.state.answers["ann-approve"]["problem"]["status"] == 403
    assert driver.machine.state.answers["bob-reject"]["value"]["settled"] == "rejected"


def test_a_timeout_rejects_and_never_approves() -> None:
    people = People()
    driver = ask(people, [("bob", "approve")], quorum=2, timeout="P3D")
    ending = driver.run()
    assert (ending.output["decision"], ending.output["reason"], ending.output["value"]) == ("rejected", "timeout", None)
    assert people.told[-1] == ("close", "timeout") and driver.machine.now >= T0 + timedelta(days=3)


def test_a_timeout_may_be_a_fault_that_catch_sees() -> None:
    inner = [{"ask": {"call": ASK, "with": {"timeout": "PT1H", "onTimeout": "fault"}}}]
    do = [
        {"t": {"try": inner, "catch": {"errors": {"with": {"status": 408}}, "do": [{"late": {"set": {"late": True}}}]}}}
    ]
    assert ask(People(), [], do=do).run().output == {"late": True}


def test_it_escalates_level_by_level_counted_from_its_start() -> None:
    people = People()
    levels = [{"after": "PT1H", "roles": ["boss"]}, {"after": "PT3H", "assignees": ["usr_x"]}]
    driver = ask(people, [], roles=["clerk"], escalate=levels, timeout="PT4H")
    driver.run()
    assert [t[1] for t in people.told if t[0] == "escalate"] == [["role:boss"], ["user:usr_x"]]
    assert T0 + timedelta(hours=4) <= driver.machine.now < T0 + timedelta(hours=4, minutes=1)


def test_the_form_is_asked_of_who_approves() -> None:
    form = {"type": "object", "required": ["reason"]}
    driver = ask(People(), [("bob", "approve"), ("eve", "reject")], form=form)
    assert driver.run().output["decision"] == "rejected"
    assert driver.machine.state.answers["bob-approve"]["problem"]["code"] == "form"


def test_a_task_that_nothing_waits_for_is_withdrawn_and_hears_nobody() -> None:
    people = People()
    do = [{"ask": {"call": ASK, "with": {"roles": ["boss"]}, "timeout": {"after": "PT1H"}}}]
    do = [{"t": {"try": do, "catch": {"do": [{"rest": {"wait": "PT1H"}}]}}}]
    driver = ask(people, [], do=do)
    assert driver.run().status == "completed" and people.told[-1] == ("close", "withdrawn")
    sent = {"task_id": TASK, "principal": "bob", "choice": "approve", "id": "late"}
    driver.machine.proposed(sent, driver.machine.now)
    assert driver.machine.state.answers["late"]["problem"]["code"] == "task_closed"


def test_cancelling_a_run_that_waits_for_people_ends_it() -> None:
    driver = ask(People(), [], timeout="P1D")
    driver.on_event = lambda d: (
        d.machine.cancel() if any(f.data.get("open") for f in d.machine.state.frames.values()) else None
    )
    assert driver.run().status == "cancelled"


@pytest.mark.parametrize(
    "terms", [{"quorum": 0}, {"onTimeout": "approve", "timeout": "PT1H"}, {"roles": "boss"}, {"what": 1}]
)
def test_terms_that_cannot_be_meant_end_the_task_with_an_error(terms: Any) -> None:
    ending = ask(People(), [], **terms).run()
    assert ending.status == "faulted" and ending.problem is not None and ending.problem.code == "approval"


def test_a_person_who_has_decided_is_told_so() -> None:
    driver = ask(People(), [("bob", "approve"), ("bob", "reject"), ("eve", "approve")], quorum=2)
    driver.run()
    assert driver.machine.state.answers["bob-reject"]["problem"]["code"] == Conflict("", code="already_decided").code
