"""The pure machine: flow, data, failure, retries, compensation. Every run is dumped and loaded between any two events."""

from datetime import timedelta

import pytest
from support.machine_driver import T0, Driver, Fault, plan, run

INC = {"inc": lambda a: {"n": a["n"] + 1}}


def test_outputs_flow_from_task_to_task():
    ending, log = run(
        [{"a": {"call": "inc", "with": {"n": "${ .n }"}}}, {"b": {"call": "inc", "with": {"n": "${ .n }"}}}],
        INC,
        {"n": 1},
    )
    assert (ending.status, ending.output) == ("completed", {"n": 3})
    assert log == [("/do/0/a", {"n": 1}), ("/do/1/b", {"n": 2})]


def test_set_replaces_and_switch_jumps_back():
    do = [
        {"up": {"set": {"n": "${ .n + 1 }"}}},
        {"again": {"switch": [{"more": {"when": ".n < 4", "then": "up"}}, {"enough": {"then": "end"}}]}},
    ]
    assert run(do, data={"n": 0, "gone": 1})[0].output == {"n": 4}


def test_a_second_visit_has_a_path_of_its_own():
    do = [
        {"go": {"call": "inc", "with": {"n": "${ .n }"}}},
        {"again": {"switch": [{"more": {"when": ".n < 3", "then": "go"}}]}},
    ]
    assert [key for key, _ in run(do, INC, {"n": 0})[1]] == ["/do/0/go", "/do/0/go~2", "/do/0/go~3"]


def test_for_carries_and_names_each_iteration():
    body = [{"add": {"call": "inc", "with": {"n": "${ .n + $x - 1 }"}}}]
    ending, log = run(
        [{"loop": {"for": {"each": "x", "in": ".xs", "at": "i"}, "do": body, "input": {"from": "."}}}],
        INC,
        {"n": 0, "xs": [1, 2, 3]},
    )
    assert ending.output == {"n": 6}
    assert [key for key, _ in log] == [f"/do/0/loop[{i}]/do/0/add" for i in range(3)]


def test_while_is_asked_before_each_iteration():
    do = [
        {
            "loop": {
                "for": {"in": ".xs"},
                "while": "$index < 2",
                "do": [{"s": {"set": {"xs": "${ .xs }", "i": "${ $index }"}}}],
            }
        }
    ]
    assert run(do, data={"xs": [1, 2, 3]})[0].output["i"] == 1


@pytest.mark.parametrize("compete", [False, True])
def test_fork(compete):
    branches = [{"a": {"call": "inc", "with": {"n": 1}}}, {"b": {"call": "inc", "with": {"n": 10}}}]
    ending, _ = run([{"f": {"fork": {"compete": compete, "branches": branches}}}], INC)
    assert ending.output == ({"n": 2} if compete else [{"n": 2}, {"n": 11}])


def test_fork_keeps_to_its_window_and_its_order():
    from symphainy.foundations.definitions.plan import Limits

    branches = [{f"b{i}": {"call": "inc", "with": {"n": i}}} for i in range(9)]
    made = plan([{"f": {"fork": {"branches": branches}}}], INC, limits=Limits(window=4))
    driver = Driver(made, INC, lifo=True)
    most = 0

    def watch(d):
        nonlocal most
        most = max(most, len(d.open))
        return []

    driver.on_event = watch
    assert driver.run().output == [{"n": i + 1} for i in range(9)]
    assert most == 4


def test_a_failing_branch_cancels_the_others_and_their_effects_are_undone():
    functions = {
        "pay": lambda a: {"id": a["n"]},
        "back": lambda a: {},
        "boom": lambda a: (_ for _ in ()).throw(Fault()),
    }
    branches = [
        {"p": {"call": "pay", "with": {"n": 1}}},
        {"x": {"call": "boom"}},
        {"q": {"call": "pay", "with": {"n": 2}}},
    ]
    ending, log = run([{"f": {"fork": {"branches": branches}}}], functions, undo={"pay": "back"})
    assert (ending.status, ending.compensation) == ("faulted", "compensated")
    assert [key for key, _ in log] == [
        "/do/0/f/fork/branches/0/p",
        "/do/0/f/fork/branches/1/x",
        "/do/0/f/fork/branches/0/p/undo",
    ]


def test_exports_of_branches_are_merged_in_declared_order():
    branches = [
        {"a": {"set": {"v": 1}, "export": {"as": '${ $context + {a: .v, both: "a"} }'}}},
        {"b": {"set": {"v": 2}, "export": {"as": '${ $context + {b: .v, both: "b"} }'}}},
    ]
    ending, _ = run([{"f": {"fork": {"branches": branches}}}, {"out": {"set": "${ $context }"}}])
    assert ending.output == {"a": 1, "b": 2, "both": "b"}


def test_if_skips_and_does_not_follow_then():
    do = [{"a": {"if": "false", "set": {"x": 1}, "then": "end"}}, {"b": {"set": {"x": 2}}}]
    assert run(do)[0].output == {"x": 2}


def test_exit_leaves_the_list_and_end_the_run():
    inner = [{"a": {"set": {"x": 1}, "then": "exit"}}, {"b": {"set": {"x": 2}}}]
    assert run([{"block": {"do": inner}}, {"c": {"set": {"y": "${ .x }"}}}])[0].output == {"y": 1}
    inner[0]["a"]["then"] = "end"
    assert run([{"block": {"do": inner}}, {"c": {"set": {"y": "${ .x }"}}}])[0].output == {"x": 1}


def test_raise_names_its_place_and_is_caught_by_type():
    raising = [{"r": {"raise": {"error": {"type": "https://example.com/e", "status": 409, "title": "${ .why }"}}}}]
    ending, _ = run(raising, data={"why": "no"})
    assert (ending.status, ending.error["instance"], ending.error["title"]) == ("faulted", "/do/0/r", "no")
    catch = {
        "errors": {"with": {"type": "https://example.com/e"}},
        "as": "e",
        "do": [{"s": {"set": {"got": "${ $e.status }"}}}],
    }
    assert run([{"t": {"try": raising, "catch": catch}}], data={"why": "x"})[0].output == {"got": 409}
    catch["errors"]["with"]["type"] = "https://example.com/other"
    assert run([{"t": {"try": raising, "catch": catch}}], data={"why": "x"})[0].status == "faulted"


def flaky(times, status=503):
    left = [times]

    def function(arguments):
        left[0] -= 1
        if left[0] >= 0:
            raise Fault(status, "communication")
        return {"ok": True}

    return function


def test_retry_counts_retries_and_waits_longer_each_time():
    policy = {"delay": {"seconds": 2}, "backoff": {"exponential": {}}, "limit": {"attempt": {"count": 3}}}
    do = [{"t": {"try": [{"c": {"call": "f"}}], "catch": {"retry": policy}}}]
    functions = {"f": flaky(3)}
    driver = Driver(plan(do, functions), functions)
    assert driver.run().output == {"ok": True}
    assert [key for key, _ in driver.log] == [
        "/do/0/t/try/0/c",
        "/do/0/t/try~2/0/c",
        "/do/0/t/try~3/0/c",
        "/do/0/t/try~4/0/c",
    ]
    assert timedelta(seconds=14) <= driver.machine.now - T0 < timedelta(seconds=15)
    assert run(do, {"f": flaky(4)})[0].status == "faulted"


def test_exhausted_retries_run_the_catch_block():
    policy = {"delay": {"seconds": 1}, "limit": {"attempt": {"count": 1}}}
    do = [{"t": {"try": [{"c": {"call": "f"}}], "catch": {"retry": policy, "do": [{"s": {"set": {"fell": "back"}}}]}}}]
    assert run(do, {"f": flaky(9)})[0].output == {"fell": "back"}


def test_retry_keeps_effects_with_equal_arguments_and_undoes_those_with_others():
    functions = {
        "pay": lambda a: {"paid": a["n"]},
        "back": lambda a: {},
        "f": flaky(1),
        "count": lambda a: {"n": len(calls) and 7},
    }
    calls: list[int] = []
    policy = {"delay": {"seconds": 1}, "limit": {"attempt": {"count": 2}}}
    body = [{"p": {"call": "pay", "with": {"n": 1}}}, {"c": {"call": "f"}}]
    ending, log = run([{"t": {"try": body, "catch": {"retry": policy}}}], functions, undo={"pay": "back"})
    assert ending.status == "completed"
    assert [key for key, _ in log] == ["/do/0/t/try/0/p", "/do/0/t/try/1/c", "/do/0/t/try~2/1/c"]
    ticks = iter([1, 2])
    functions = {"pay": lambda a: a, "back": lambda a: {}, "f": flaky(1), "tick": lambda a: {"n": next(ticks)}}
    body = [{"k": {"call": "tick"}}, {"p": {"call": "pay", "with": {"n": "${ .n }"}}}, {"c": {"call": "f"}}]
    ending, log = run([{"t": {"try": body, "catch": {"retry": policy}}}], functions, undo={"pay": "back"})
    assert [key for key, _ in log][3:] == [
        "/do/0/t/try~2/0/k",
        "/do/0/t/try/1/p/undo",
        "/do/0/t/try~2/1/p",
        "/do/0/t/try~2/2/c",
    ]
    assert ending.status == "completed"


def test_an_unknown_outcome_is_asked_for_again_under_its_old_key():
    answers = iter([Fault(408, "timeout", "outcome_unknown"), None])

    def pay(arguments):
        if (fault := next(answers)) is not None:
            raise fault
        return {}

    policy = {"delay": {"seconds": 1}, "limit": {"attempt": {"count": 2}}}
    ending, log = run([{"t": {"try": [{"p": {"call": "pay"}}], "catch": {"retry": policy}}}], {"pay": pay})
    assert ending.status == "completed"
    assert [key for key, _ in log] == ["/do/0/t/try/0/p", "/do/0/t/try/0/p"]


def test_compensation_runs_backwards_once_each():
    functions = {
        "pay": lambda a: {"id": a["n"]},
        "back": lambda a: {},
        "boom": lambda a: (_ for _ in ()).throw(Fault()),
    }
    do = [{f"s{i}": {"call": "pay", "with": {"n": i}}} for i in range(2)] + [
        {"x": {"call": "boom"}},
        {"never": {"call": "pay", "with": {"n": 9}}},
    ]
    ending, log = run(do, functions, undo={"pay": "back"})
    assert (ending.status, ending.compensation) == ("faulted", "compensated")
    assert [key for key, _ in log] == ["/do/0/s0", "/do/1/s1", "/do/2/x", "/do/1/s1/undo", "/do/0/s0/undo"]
    assert log[-1][1] == {"input": {"n": 0}, "output": {"id": 0}}


def test_a_failed_undo_is_owed_and_the_others_still_run():
    def back(arguments):
        if arguments["input"]["n"] == 1:
            raise Fault()
        return {}

    functions = {"pay": lambda a: {}, "back": back, "boom": lambda a: (_ for _ in ()).throw(Fault())}
    do = [{f"s{i}": {"call": "pay", "with": {"n": i}}} for i in range(3)] + [{"x": {"call": "boom"}}]
    ending, log = run(do, functions, undo={"pay": "back"})
    assert (ending.compensation, ending.owed) == ("partial", ["/do/1/s1"])
    assert log[-1][0] == "/do/0/s0/undo"


def test_a_timeout_ends_the_task_and_can_be_caught():
    slow = [{"w": {"wait": {"hours": 1}, "timeout": {"after": {"seconds": 5}}}}]
    assert run(slow)[0].error["status"] == 408
    catch = {"errors": {"with": {"status": 408}}, "do": [{"s": {"set": {"late": True}}}]}
    functions: dict = {}
    driver = Driver(plan([{"t": {"try": slow, "catch": catch}}], functions), functions)
    assert driver.run().output == {"late": True}
    assert driver.machine.now - T0 == timedelta(seconds=5)


def test_cancel_awaits_the_open_call_and_undoes():
    functions = {"pay": lambda a: {}, "back": lambda a: {}}
    made = plan([{"a": {"call": "pay"}}, {"b": {"wait": {"days": 30}}}], functions, undo={"pay": "back"})
    driver = Driver(made, functions)
    driver.on_event = lambda d: d.machine.cancel() if d.timers and not d.machine.state.cancelled else []
    ending = driver.run()
    assert (ending.status, ending.compensation) == ("cancelled", "compensated")
    assert [key for key, _ in driver.log] == ["/do/0/a", "/do/0/a/undo"]


def test_functions_are_inlined_with_their_own_input():
    use = {
        "functions": {
            "twice": {
                "do": [
                    {"a": {"call": "inc", "with": {"n": "${ .n }"}}},
                    {"b": {"call": "inc", "with": {"n": "${ .n }"}}},
                ]
            }
        }
    }
    assert run([{"go": {"call": "twice", "with": {"n": "${ .start }"}}}], INC, {"start": 5}, use=use)[0].output == {
        "n": 7
    }


def test_a_value_is_never_evaluated_again():
    assert run([{"a": {"set": {"x": "${ .text }"}}}], data={"text": "${ 1 + 1 }"})[0].output == {"x": "${ 1 + 1 }"}


def test_schemas_hold_before_from_and_after_as():
    schema = {"schema": {"format": "json", "document": {"type": "object", "required": ["n"]}}}
    ending, _ = run([{"a": {"set": {"x": 1}, "input": schema}}], data={})
    assert (ending.status, ending.error["status"], ending.error["instance"]) == ("faulted", 400, "/do/0/a")


def test_a_bad_expression_fails_its_task_and_can_be_caught():
    bad = [{"a": {"set": {"x": "${ .n + {} }"}}}]
    assert run(bad, data={"n": 1})[0].error["type"].endswith("/expression")
    assert run([{"t": {"try": bad, "catch": {"do": [{"s": {"set": {"ok": 1}}}]}}}], data={"n": 1})[0].output == {
        "ok": 1
    }


def test_a_heavy_expression_becomes_a_step_of_its_own():
    functions = {"core.evaluate": lambda a: {"value": [a["data"]["n"]] * 3}}
    made = plan([{"a": {"set": {"x": "${ [range(3)] }"}}}], functions, heavy=("[range(3)]",))
    driver = Driver(made, functions, {"n": 4})
    assert driver.run().output == {"x": [4, 4, 4]}
    assert driver.log[0][0] == "/do/0/a/$expression"


def test_too_many_steps_fault_the_run():
    from symphainy.foundations.definitions.plan import Limits

    do = [{"go": {"call": "inc", "with": {"n": "${ .n }"}, "then": "go"}}]
    ending, log = run(do, INC, {"n": 0}, limits=Limits(steps=50))
    assert (ending.status, len(log)) == ("faulted", 50)


def test_ten_thousand_iterations_stay_linear():
    do = [
        {
            "loop": {
                "for": {"in": ".xs"},
                "do": [{"s": {"set": {"n": "${ .n + 1 }"}}}],
                "input": {"from": "{n: 0, xs: .xs}"},
            }
        }
    ]
    made = plan(do, {})
    driver = Driver(made, {}, {"xs": list(range(2_000))})
    assert driver.run().output == {"n": 2_000}


def test_a_raised_error_that_is_none_fails_by_name():
    """Found by ``make fuzz``: an expression gave a list where an error has its type."""
    raised = {"raise": {"error": {"type": "${ .xs }", "title": "${ .xs }", "status": 409}}}
    ending, _ = run([{"no": raised}], data={"xs": [1]})
    assert ending.status == "faulted" and "needs texts for type" in str(ending.problem)
