"""What a program finds in its document it finds once: a step of a list of a thousand costs what a step of a short one does."""

from support.machine_driver import plan

from symphainy.foundations.definitions.machine import Program


def test_the_tasks_of_a_list_are_looked_through_once() -> None:
    program = Program.of(plan([{f"s{n}": {"set": {"n": n}}} for n in range(1_000)], {}))
    tasks = program.tasks("/do")
    assert tasks[999] == ("s999", "/do/999/s999")
    assert program.tasks("/do") is tasks
