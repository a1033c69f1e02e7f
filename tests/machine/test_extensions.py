"""``use.extensions``: tasks before and after a task, by kind and condition; what they may and may not change."""

import json
from typing import Any

from definitions.examples import ROOT, needs_examples
from support.machine_driver import run

from symphainy.foundations.definitions.compile import compile_text
from symphainy.foundations.definitions.yaml12 import load
from symphainy.foundations.language.contract import Catalog

TWO = [{"a": {"set": {"x": 1}}}, {"b": {"set": {"y": "${ .x }"}}}]
LOG = {
    "extend": "all",
    "before": [
        {"say": {"call": "log", "with": {"task": "${ $task.reference }", "data": "${ . }", "kind": "${ $task.set }"}}}
    ],
    "after": [{"say": {"call": "log", "with": {"name": "${ $task.name }", "out": "${ $output }"}}}],
}


def extended(do: list[Any], *extensions: dict[str, Any], **functions: Any) -> Any:
    use = {"extensions": [{f"e{i}": one} for i, one in enumerate(extensions)]}
    return run(do, {"log": lambda _: "logged", **functions}, {"z": 0}, use=use)


def test_tasks_around_see_the_task_and_do_not_change_what_flows():
    ending, log = extended(TWO, LOG)
    assert ending.output == {"y": 1}
    assert log == [
        ("/do/0/a/before/e0/0/say", {"task": "/do/0/a", "data": {"z": 0}, "kind": {"x": 1}}),
        ("/do/0/a/after/e0/0/say", {"name": "a", "out": {"x": 1}}),
        ("/do/1/b/before/e0/0/say", {"task": "/do/1/b", "data": {"x": 1}, "kind": {"y": "${ .x }"}}),
        ("/do/1/b/after/e0/0/say", {"name": "b", "out": {"y": 1}}),
    ]


def test_an_exit_before_takes_the_place_of_the_task_and_of_what_is_after_it():
    mock = {
        "extend": "call", "when": '$task.call == "pay" and .z == 0', "after": [{"n": {"call": "log"}}],
        "before": [{"m": {"set": {"mocked": True}, "then": "exit"}}],
    }  # fmt: skip
    ending, log = extended([{"p": {"call": "pay", "output": {"as": ".mocked"}}}], mock, pay=lambda _: 1)
    assert (ending.output, log) == (True, [])
    ending, log = extended([{"p": {"call": "pay"}}], {**mock, "when": ".z == 1"}, pay=lambda _: 1)
    assert (ending.output, [name for name, _ in log]) == (1, ["/do/0/p"])


def test_the_last_extension_is_the_innermost():
    inner = {"extend": "set", "before": [{"i": {"call": "log"}}], "after": [{"i": {"call": "log"}}]}
    _, log = extended(TWO[:1], LOG, inner)
    assert [name.removeprefix("/do/0/a/") for name, _ in log] == [
        "before/e0/0/say", "before/e1/0/i", "after/e1/0/i", "after/e0/0/say",
    ]  # fmt: skip


def test_kinds_are_told_apart_and_a_skipped_task_has_nothing_around_it():
    tasks = [{"a": {"if": ".z == 1", "do": [{"b": {"set": {"x": 1}}}]}}, {"c": {"do": [{"d": {"set": {"x": 2}}}]}}]
    _, log = extended(tasks, {"extend": "composite", "before": [{"l": {"call": "log"}}]})
    assert [name for name, _ in log] == ["/do/1/c/before/e0/0/l"]


def test_a_failure_around_a_try_is_not_within_it():
    bad = {"extend": "try", "before": [{"r": {"raise": {"error": {"type": "https://x.org/e", "status": 418}}}}]}
    ending, _ = extended([{"t": {"try": TWO[:1], "catch": {"do": TWO[:1]}}}], bad)
    assert (ending.status, ending.error["status"], ending.error["instance"]) == (
        "faulted",
        418,
        "/use/extensions/0/e0/before/0/r",
    )


def test_names_and_variables_of_extensions_are_checked():
    def found(**given: Any) -> list[tuple[str, str]]:
        head = {"dsl": "1.0.3", "namespace": "t", "name": "n", "version": "1.0.0"}
        document = {"document": head, "use": {"extensions": [{"e": {"extend": "all", **given}}]}, "do": TWO}
        return [(d.code, d.pointer) for d in compile_text(json.dumps(document), catalog=Catalog()).errors]

    at = "/use/extensions/0/e"
    assert found(before=[{"q": {"set": {"a": "${ $output }"}}}]) == [("EXP004", f"{at}/before/0/q/set/a")]
    assert found(after=[{"q": {"set": {"a": "${ $output }"}}}]) == []
    assert found(before=[{"q": {"set": {"a": 1}, "then": "away"}}]) == [("DOC002", f"{at}/before/0/q/then")]
    assert found(when="$nothing") == [("EXP004", f"{at}/when")]
    assert found(after=[{"q": {"call": "no.such"}}]) == [("LNK001", f"{at}/after/0/q/call")]


@needs_examples
def test_the_specifications_mocking_example_answers_without_a_call():
    document = load((ROOT / "examples" / "mock-service-extension.yaml").read_text()).value
    document["do"][0]["callHttp"]["with"]["endpoint"] = "https://mocked.service.com/sample"
    ending, log = run(document["do"], {}, {}, use=document["use"])
    assert ending.output["content"] == {"foo": {"bar": "baz"}} and log == []
