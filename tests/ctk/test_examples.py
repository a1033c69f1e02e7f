"""The specification's own examples: which validate, and what those give that need nothing outside."""

from typing import Any

from definitions.examples import ROOT, needs_examples
from support.live_driver import Live

from symphainy.foundations.definitions.tasks import all_tasks

pytestmark = needs_examples
OUTSIDE = {"call", "listen", "container", "workflow"}
"""What needs a server, an event, an engine or another definition."""
RUN = {
    "emit.yaml": {}, "for-inline-array.yaml": {}, "run-script-with-stdin-and-arguments.yaml": {},
    "run-shell-stdin-and-arguments.yaml": {}, "switch-then-string.yaml": {"orderType": "electronic"},
    "set.yaml": [{"n": 1}],
}  # fmt: skip
"""Those that need nothing outside, with an input that they take."""


def needs(document: dict[str, Any]) -> set[str]:
    """The kinds of a document's tasks; of a run, what it runs."""
    return {
        next(k for k in t.body["run"] if k not in ("await", "return")) if t.kind == "run" else t.kind
        for t in all_tasks(document)
    }


async def test_the_examples_validate_and_those_that_need_nothing_outside_run() -> None:
    world, valid, alone = Live(), 0, {}
    try:
        for path in sorted((ROOT / "examples").glob("*.yaml")):
            made = world.compile(path.read_text())
            assert made.plan is not None, (path.name, made.errors)
            valid += 1
            if not needs(made.plan.document) & OUTSIDE:
                ending = (await world.run(made.plan, RUN[path.name])).ending
                alone[path.name] = ending.status
    finally:
        await world.close()
    assert valid == 43
    assert alone == dict.fromkeys(RUN, "completed")
